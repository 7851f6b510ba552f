"""额度与占用: every account with its limit, what is used, reserved and free, as of any day; and the whole of it as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.credit.actions.listing import export_accounts
from xinheng.credit.listing import PAGE, SHOWS, Asked, totals, without_limit
from xinheng.customers.lists.giving import workbook
from xinheng.ledger.models import BASE
from xinheng.lists.columns import table_of
from xinheng.org.access import may


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts of the customers that the person may see, with their totals."""
    asked = Asked(request, request.GET)
    table = table_of(asked.columns, asked.rows, order_by=asked.sort, caption=_("额度与占用"))
    asked.turn_to_page(table)
    of_currency, whole = totals(asked)
    rest = asked.query.copy()
    for name in ("show", "page", "view", "sort"):
        rest.pop(name, None)
    return render(request, "credit/accounts.html", {
        "table": table, "form": asked.form, "list": asked.bar, "count": table.paginator.count, "on": asked.on,
        "totals": of_currency, "whole": whole, "unlimited": without_limit(asked),
        "foreign": [one for one in of_currency if one.currency != BASE],
        "show": asked.show, "shows": SHOWS, "rest": rest.urlencode(), "asked": bool(asked.kept_query),
        "may_export": may(asked.person, "credit.export"),
    })  # fmt: skip


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the whole filtered list as a workbook."""
    asked = Asked(request, QueryDict(request.POST.get("query", "")))
    title = _("额度与占用 {day}").format(day=asked.on.isoformat())
    return workbook(
        request, title,
        lambda path: export_accounts(
            path, asked.rows, asked.columns, title=title, query=asked.kept_query, by=asked.person, at=timezone.now()
        ),
        back=PAGE,
    )  # fmt: skip
