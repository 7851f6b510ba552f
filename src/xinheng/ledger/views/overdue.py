"""The list of invoices overdue, across customers."""

from __future__ import annotations

from datetime import date

from django.core.paginator import InvalidPage
from django.db.models import DecimalField, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.customers.lists.giving import workbook
from xinheng.ledger.overdue import SINCE, columns, export_overdue, overdue_invoices
from xinheng.lists.asking import ROWS, day_asked
from xinheng.lists.columns import table_of
from xinheng.org.access import person_of


@require_GET
def overdue(request: HttpRequest) -> HttpResponse:
    """List the invoices overdue of the customers that the person may see, longest first."""
    on, days = _asked(request.GET)
    found = overdue_invoices(person_of(request), on=on, days=days)
    total = found.order_by().aggregate(late=Sum("late_on", output_field=DecimalField()))["late"]
    shown = columns(on)
    asked = request.GET.get("sort", "")
    column = next((one for one in shown if one.key == asked.lstrip("-") and one.order), None)
    order = column.order if column else ("due_on", "id")
    backwards = column is not None and asked.startswith("-")
    table = table_of(
        shown,
        found.order_by(*(_turned(name) for name in order) if backwards else order),
        order_by=asked if column else "",
        caption=_("逾期发票"),
    )
    try:
        table.paginate(page=request.GET.get("page", 1), per_page=ROWS)
    except InvalidPage:
        table.paginate(page=1, per_page=ROWS)
    context = {
        "table": table, "on": on, "today": timezone.localdate(), "days": days, "since": SINCE, "total": total,
        "count": table.paginator.count,
    }  # fmt: skip
    return render(request, "ledger/overdue.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the list as a workbook."""
    on, days = _asked(request.POST)
    return workbook(
        request, _("逾期发票-{day}").format(day=on.isoformat()),
        lambda path: export_overdue(path, on=on, days=days, by=person_of(request), at=timezone.now()),
        back="ledger.overdue",
    )  # fmt: skip


def _asked(told: QueryDict) -> tuple[date, int]:
    """Read the day and the least days overdue; what makes no sense is today, and one day."""
    day = day_asked(told.get("on", ""))
    days = told.get("days", "")
    today = timezone.localdate()
    return min(day or today, today), int(days) if days in {str(one) for one in SINCE} else 1


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
