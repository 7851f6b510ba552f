"""评级概览: how the grades are spread, how they moved, what is due, late, overridden, ungraded; each figure opens its list."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.policies.models import Policy
from xinheng.ratings import queries
from xinheng.ratings.charts import bar
from xinheng.ratings.in_lists import NONE
from xinheng.ratings.models import Assessment, Batch, Override, Refused
from xinheng.ratings.queries import Scale, Step
from xinheng.ratings.spread import (
    DOWN,
    UP,
    Cell,
    Line,
    Spread,
    began,
    distribution,
    first_moved,
    migration,
    override_months,
    override_roles,
)
from xinheng.ratings.views_reading.shown import day_in

PERIOD_DAYS = 90
SHOWN = 10
MONTHS = 12


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the grades stand on a day, and how they moved since an earlier one."""
    person, today = person_of(request), timezone.localdate()
    on = day_in(request) or today
    since = min(day_in(request, "since") or on - timedelta(PERIOD_DAYS), on)
    policy = queries.main_policy()
    told: dict[str, Any] = {"on": on, "since": since, "today": today, "policy": policy}
    if policy is not None:
        told |= _told(person, policy, since, on, today)
    return render(request, "ratings/reading/overview.html", told)


def _told(person: Person, policy: Policy, since: date, on: date, today: date) -> dict[str, Any]:
    scale = queries.main_scale(on)
    with_owed = may(person, "ledger.see")
    spread = Spread.of(person, since, on, policy, scale=scale)
    lines = distribution(person, on, policy, spread, scale=scale, with_owed=with_owed, today=today)
    most = max((line.count for line in lines), default=0)
    matrix = migration(spread, scale=scale)

    def movers(move: str) -> list[dict[str, Any]]:
        return _movers(first_moved(person, since, on, policy, matrix, move, SHOWN, scale=scale), scale)

    days = {"on": on, "since": since}
    return {
        "lines": [_line(line, on, most) for line in lines],
        "total": _total(lines, with_owed=with_owed), "with_owed": with_owed, "all_url": _list(on=on),
        "matrix": {
            "heads": matrix.heads,
            "rows": [(before, [_cell(cell, days, total) for cell in cells], total) for before, cells, total in matrix.rows],
        },
        "moves": [
            {"label": _("上升"), "count": matrix.counts[UP], "url": _list(**days, move=UP), "colour": "green"},
            {"label": _("下降"), "count": matrix.counts[DOWN], "url": _list(**days, move=DOWN), "colour": "red"},
        ],
        "fell": movers(DOWN), "rose": movers(UP),
        "sees_reasons": may(person, "ratings.see_reasons"),
        "work": _work(person, policy, today) if on == today else [],
        "months": override_months(person, _months_before(on), on, policy) if may(person, "ratings.see_overrides") else (),
        "roles": override_roles(person, _months_before(on), on, policy) if may(person, "ratings.see_overrides") else (),
        "overrides_url": reverse("ratings.overrides"), "overrides_since": _months_before(on),
    }  # fmt: skip


def _list(**asked: Any) -> str:
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in asked.items()}
    return f"{reverse('ratings.grades')}?{urlencode(told)}"


def _word(step: Step | None) -> str:
    return step.grade if step is not None else NONE


def _line(line: Line, on: date, most: int) -> dict[str, Any]:
    return {"line": line, "url": _list(on=on, grade=_word(line.step)), "bar": bar(line.count, most)}


def _total(lines: tuple[Line, ...], *, with_owed: bool) -> dict[str, Any]:
    return {
        "count": sum(line.count for line in lines), "limit": sum((line.limit for line in lines), Decimal(0)),
        "owed": sum((line.owed or Decimal(0) for line in lines), Decimal(0)) if with_owed else None,
    }  # fmt: skip


def _cell(cell: Cell, days: dict[str, date], total: int) -> dict[str, Any]:
    """Give a cell with its list, and how strongly it is tinted: five steps by its share of the row."""
    tint = min(-(-5 * cell.count // total), 5) if total and cell.count else 0
    url = _list(**days, before=_word(cell.before), grade=_word(cell.after)) if cell.count else ""
    return {"count": cell.count, "url": url, "move": cell.move, "tint": tint}


def _movers(found: list[Any], scale: Scale) -> list[dict[str, Any]]:
    """Give what is shown of those who moved; why is told by the standing that the grade began with."""
    return [
        {
            "name": each.name, "number": each.number, "url": reverse("ratings.of_customer", args=[each.pk]),
            "before": scale[each.before or ""], "after": scale[each.grade] if each.grade else None, "began": began(each),
        }
        for each in found
    ]  # fmt: skip


def _work(person: Person, policy: Policy, today: date) -> list[dict[str, Any]]:
    """Give what waits to be done, with the pages that list it."""
    soon = today + timedelta(queries.DUE_WITHIN_DAYS)
    mine = queries.standings_on(today, policy).visible_to(person)  # type: ignore[attr-defined]
    reviews = mine.aggregate(
        late=Count("pk", filter=Q(next_review_on__lt=today)),
        due=Count("pk", filter=Q(next_review_on__gte=today, next_review_on__lte=soon)),
        frozen=Count("pk", filter=Q(is_frozen=True)),
    )
    cases = queries.open_assessments().visible_to(person)  # type: ignore[attr-defined]
    told = cases.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=queries.late_on(today)),
        shown=Count("pk", filter=Q(state=Assessment.State.PUBLISHED)),
    )
    overrides = Override.objects.visible_to(person).filter(state=Override.State.IN_FORCE).count()
    objections = queries.open_objections().visible_to(person).count()  # type: ignore[attr-defined]
    figures = (
        (_("复评逾期"), reviews["late"], "clock-exclamation", "ratings.due", {"show": "late"}, "red"),
        (_("30 天内复评"), reviews["due"], "calendar-due", "ratings.due", {"show": "soon"}, ""),
        (_("评估在办"), told["all"], "clipboard-list", "ratings.assessments", {"state": "under_way"}, ""),
        (_("评估逾期"), told["late"], "clock-exclamation", "ratings.assessments", {"late": "on"}, "red"),
        (_("公示中"), told["shown"], "report", "ratings.assessments", {"state": "published"}, ""),
        (_("人工调整在用"), overrides, "hand-stop", "ratings.overrides", {"state": "in_force"}, ""),
        (_("异议与投诉待答复"), objections, "message-report", "ratings.objections", {"state": "open"}, ""),
        (_("授信冻结"), reviews["frozen"], "lock", "ratings.grades", {"frozen": "on"}, "red"),
    )  # fmt: skip
    shown = [
        {"label": label, "figure": figure, "icon": icon, "url": f"{reverse(page)}?{urlencode(asked)}", "colour": colour}
        for label, figure, icon, page, asked, colour in figures
    ]
    return shown + (_refused(person, policy) if may(person, "ratings.see_batches") else [])


def _refused(person: Person, policy: Policy) -> list[dict[str, Any]]:
    """Give how many customers the last batch could not rate."""
    last = Batch.objects.filter(version__policy=policy, finished_at__isnull=False).order_by("-pk").first()
    if last is None:
        return []
    count = Refused.objects.visible_to(person).filter(batch=last).count()
    url = reverse("ratings.batch_refused", args=[last.pk])
    label = _("{day} 批量评级未评的").format(day=last.as_of)
    return [{"label": label, "figure": count, "icon": "user-question", "url": url, "colour": ""}]


def _months_before(on: date) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 - (MONTHS - 1), 12)
    return date(year, month + 1, 1)
