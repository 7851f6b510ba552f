"""Counting the shelves: list what should lie in a place, tick off what does, close with the result."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.papers.models import LoanState, Paper, State, Stocktaking, StocktakingLine
from xinheng.papers.queries import papers_at


@act
def begin_stocktaking(*, by: Person, on: date, room: str = "", cabinet: str = "", box: str = "") -> Stocktaking:
    """Begin to count a place: every copy that should lie there becomes a line; what is lent out is known to be out."""
    demand(by, "papers.keep")
    papers = papers_at(room, cabinet, box).prefetch_related("loans")
    if not papers:
        raise Refusal(_("这个位置没有登记纸质件, 无从盘点。请换一个位置。"))
    try:
        with transaction.atomic():
            count = Stocktaking.objects.create(room=room, cabinet=cabinet, box=box, begun_by=by, begun_on=on)
    except IntegrityError as wrong:
        raise Refusal(_("这个位置正在盘点, 请先完成那一次。")) from wrong
    lines = [
        StocktakingLine(
            stocktaking=count, paper=paper, is_out=any(loan.state == LoanState.OUT for loan in paper.loans.all())
        )
        for paper in papers
    ]
    StocktakingLine.objects.bulk_create(lines)
    record("papers.begin_stocktaking", count, by=by, after={"place": str(count), "lines": len(lines)})
    return count


@act
def mark_line(line: StocktakingLine, *, is_found: bool, by: Person, on: date, remark: str = "") -> StocktakingLine:
    """Tick one copy off as in its place or missing; may be changed until the count is closed."""
    demand(by, "papers.keep")
    count = Stocktaking.objects.select_for_update().get(pk=line.stocktaking_id)
    _open(count)
    line.is_found, line.remark = is_found, remark.strip()[:200]
    line.save(update_fields=["is_found", "remark"])
    record("papers.mark_line", count, by=by, why=line.remark, after={"paper": line.paper_id, "found": is_found})
    return line


@act
def close_stocktaking(count: Stocktaking, *, by: Person, on: date) -> Stocktaking:
    """Close a count: what was not in its place is marked missing, what was missing and found again is kept again."""
    demand(by, "papers.keep")
    count = Stocktaking.objects.select_for_update().get(pk=count.pk)
    _open(count)
    lines = list(count.lines.select_related("paper"))
    left = sum(line.is_found is None and not line.is_out for line in lines)
    if left:
        raise Refusal(_("还有 {count} 份没有盘点。请逐份标明在位或缺失。").format(count=left))
    found = [line.paper_id for line in lines if line.is_found]
    missing = [line.paper_id for line in lines if line.is_found is False and not line.is_out]
    Paper.objects.filter(pk__in=missing, state=State.KEPT).update(state=State.MISSING)
    Paper.objects.filter(pk__in=found, state=State.MISSING).update(state=State.KEPT)
    count.closed_on = on
    count.out = sum(line.is_out for line in lines)
    count.expected, count.found, count.missing = len(lines) - count.out, len(found), len(missing)
    count.save()
    record(
        "papers.close_stocktaking", count, by=by,
        after={"place": str(count), "found": len(found), "missing": missing, "out": count.out},
    )  # fmt: skip
    return count


def _open(count: Stocktaking) -> None:
    if count.closed_on is not None:
        raise Refusal(_("这次盘点已经结束, 不能再改。"))
