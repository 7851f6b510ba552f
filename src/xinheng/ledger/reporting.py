"""The receivables report as a workbook; it leaves a line that says of whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.queries.receivables import CONTESTED, Asked, Row, receivables, summed
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person


def span_label(asked: Asked, low: int, high: int | None) -> str:
    """Give a bucket in words."""
    if high is None:
        return _("{low} 天以上").format(low=low)
    return _("{low}–{high} 天").format(low=low, high=high)


def heads(asked: Asked) -> list[tuple[int, str]]:
    """Give the places of the report with their heads, in the order of its columns."""
    found = [(0, _("未到期"))] if asked.by == "due" else []
    found += [(place, span_label(asked, low, high)) for place, (low, high) in enumerate(asked.spans, 1)]
    return [*found, (CONTESTED, _("争议中"))] if asked.by == "due" else found


def group_labels() -> dict[str, str]:
    """Give the ways to group in words."""
    return {"customer": _("客户"), "salesman": _("业务员"), "department": _("部门"), "grade": _("等级")}


def columns(asked: Asked) -> list[ListColumn]:
    """Give the columns of the workbook."""

    def amount_at(place: int) -> ListColumn:
        label = dict(heads(asked))[place]
        return ListColumn(f"p{place}", label, lambda row: row.amounts.get(place, Decimal("0.00")), shape="money")

    return [
        ListColumn("group", group_labels()[asked.group], lambda row: row.label or _("没有"), fixed=True),
        *(amount_at(place) for place, _label in heads(asked)),
        ListColumn("total", _("应收合计"), lambda row: row.total, shape="money"),
        ListColumn("prepaid", _("预收 (未核销)"), lambda row: row.prepaid, shape="money"),
        ListColumn("sales", _("近 12 个月销售"), lambda row: row.sales_12m, shape="money"),
        ListColumn("dso", _("应收周转天数"), lambda row: "" if row.dso is None else str(row.dso)),
    ]


@act
def export_receivables(path: Path, asked: Asked, *, by: Person, at: datetime) -> int:
    """Write the report to a workbook; gives how many rows."""
    demand(by, "ledger.see")
    rows: Sequence[Row] = receivables(asked, Customer.objects.visible_to(by))
    whole = summed(rows)
    whole.label = _("合计")
    said = _("截至 {day}, 币种 {currency}, {person} {at} 导出。").format(
        day=asked.on, currency=asked.currency, person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    )
    count = write_list(path, columns(asked), [*rows, whole], title=_("应收账龄"), said=said, on=asked.on)
    named = sorted({key for row in rows for key in row.customers})
    record(
        "ledger.export_receivables", by, by=by, look=True,
        after={"rows": count, "on": asked.on, "group": asked.group, "customers": spans.many(named)},
    )  # fmt: skip
    return count
