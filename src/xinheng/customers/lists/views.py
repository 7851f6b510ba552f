"""The list of customers, its workbook, and the hits below the box in the shell."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.customers.badges import badges_of
from xinheng.customers.lists.columns import COLUMNS, PAGE, with_what_is_shown
from xinheng.customers.lists.exporting import export_customers
from xinheng.customers.lists.extending import columns_of, using
from xinheng.customers.lists.filters import CustomerFilter
from xinheng.customers.lists.giving import workbook
from xinheng.customers.models import Customer
from xinheng.customers.search import find
from xinheng.lists.asking import AskedList
from xinheng.lists.columns import table_of
from xinheng.org.access import may, person_of


class Asked(AskedList):
    """The filters of the list of customers, and the customers that remain."""

    page = PAGE

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        super().__init__(request, query)
        self.choose(columns_of(COLUMNS, self.person))
        seen: QuerySet[Customer] = Customer.objects.visible_to(self.person).filter(merged_into__isnull=True)
        self.filter = CustomerFilter(self.query, queryset=seen, person=self.person)

    @property
    def customers(self) -> QuerySet[Customer]:
        """The customers that remain, in order."""
        found: QuerySet[Customer] = self.filter.qs if self.filter.is_valid() else self.filter.queryset.none()
        for extension in using([self.sorted_by] if self.sorted_by else []):
            found = extension.sortable(found)
        return self.ordered(found, "number")


@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """List the customers that the person may see."""
    asked = Asked(request, request.GET)
    found = with_what_is_shown(asked.customers, asked.columns)
    table = table_of(asked.columns, found, order_by=asked.sort, caption=_("客户"))
    asked.turn_to_page(table)
    context = {
        "table": table,
        **_filters(asked),
        "list": asked.bar,
        "count": table.paginator.count,
        "is_filtered": bool(asked.filter.form.has_changed() and asked.kept_query),
        "may_export": may(asked.person, "customers.export"),
        "may_import": may(asked.person, "customers.import"),
        "may_register": may(asked.person, "customers.register"),
    }
    return render(request, "customers/lists/customers.html", context)


FIRST = ("q", "status", "department", "owner", "verified")
"""The filters always in view; the others open on request."""


def _filters(asked: Asked) -> dict[str, Any]:
    form = asked.filter.form
    more = [field for field in form if field.name not in FIRST]
    return {
        "first_filters": [form[name] for name in FIRST],
        "more_filters": more,
        "more_are_set": any(asked.query.get(field.name) for field in more),
    }


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the whole filtered list as a workbook."""
    asked = Asked(request, QueryDict(request.POST.get("query", "")))
    return workbook(
        request, _("客户-{day}").format(day=timezone.localdate().isoformat()),
        lambda path: export_customers(
            path, asked.customers, asked.columns, query=asked.kept_query, by=asked.person, at=timezone.now()
        ),
        back=PAGE,
    )  # fmt: skip


@require_GET
def hits(request: HttpRequest) -> HttpResponse:
    """Give the likeliest customers for what stands in the box of the shell, as a fragment."""
    text = request.GET.get("q", "")
    person = person_of(request)
    found = find(text, person)
    badges = badges_of([customer.pk for customer in found], person)
    for customer in found:
        customer.badges = badges[customer.pk]  # type: ignore[attr-defined]
    return render(request, "customers/lists/hits.html", {"found": found, "text": text.strip()})
