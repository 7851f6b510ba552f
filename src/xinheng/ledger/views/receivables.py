"""Receivables by age: the report, the invoices behind each figure, and the workbook."""

from __future__ import annotations

import re
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.customers.lists.giving import workbook
from xinheng.customers.models import Customer
from xinheng.ledger.grading import sees_grades
from xinheng.ledger.models import BASE, Company, Rate
from xinheng.ledger.queries.receivables import EDGES, Asked, Group, Items, groups_of, receivables, summed
from xinheng.ledger.reporting import export_receivables, group_labels, heads
from xinheng.lists.asking import ROWS, day_asked
from xinheng.org.access import person_of
from xinheng.org.models import Person

SHOWN = 200
MOST_BUCKETS = 8


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Show the receivables of the customers that the person may see, by age."""
    asked = asked_of(request.GET, person_of(request))
    rows = receivables(asked, _seen(request))
    places = heads(asked)
    context = {
        "asked": asked, "heads": places, "today": timezone.localdate(), "count": len(rows),
        "rows": [(row, _cells(row, places)) for row in rows[:SHOWN]], "whole": summed(rows), "shown": SHOWN,
        "whole_cells": _cells(summed(rows), places), "query": query_of(asked), **_choices(asked, person_of(request)),
    }  # fmt: skip
    return render(request, "ledger/receivables.html", context)


@require_GET
def items(request: HttpRequest) -> HttpResponse:
    """List the invoices behind a figure of the report."""
    asked = asked_of(request.GET, person_of(request))
    key, place = request.GET.get("key"), _place(request.GET.get("place", ""))
    customers = _seen(request)
    label = ""
    if key is not None:
        customers, label = _of_group(customers, asked, key)
    page = Paginator(Items(asked, customers, place), ROWS).get_page(request.GET.get("page"))
    head = dict(heads(asked)).get(place, "") if place is not None else _("应收合计")
    context = {"asked": asked, "page": page, "label": label, "head": head, "query": query_of(asked)}
    return render(request, "ledger/receivables_items.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the report as a workbook."""
    asked = asked_of(request.POST, person_of(request))
    return workbook(
        request, _("应收账龄-{day}").format(day=asked.on.isoformat()),
        lambda path: export_receivables(path, asked, by=person_of(request), at=timezone.now()),
        back="ledger.receivables",
    )  # fmt: skip


def asked_of(told: QueryDict, person: Person) -> Asked:
    """Read what is asked; what makes no sense is as if it were not said."""
    today = timezone.localdate()
    day = day_asked(told.get("on", ""))
    words = re.split(r"[,，、;；/\s]+", told.get("buckets", ""))
    edges = sorted({int(word) for word in words if word.isdecimal() and len(word) < 5} - {0})[:MOST_BUCKETS]
    groups = groups_for(person)
    group = told.get("group", "")
    company = told.get("company", "")
    currency = told.get("currency", "")
    return Asked(
        on=min(day or today, today),
        by="invoice" if told.get("by") == "invoice" else "due",
        edges=tuple(edges) or EDGES,
        group=cast("Group", group if group in groups else "customer"),
        currency=currency if len(currency) == 3 and currency.isascii() and currency.isupper() else BASE,
        company=int(company) if company.isdecimal() and len(company) < 10 else None,
    )


def groups_for(person: Person) -> dict[str, str]:
    """Give the ways of summing up that are open to somebody, in words."""
    return {name: label for name, label in group_labels().items() if name != "grade" or sees_grades(person)}


def query_of(asked: Asked) -> str:
    """Give what is asked as the query of an address."""
    query = QueryDict(mutable=True)
    query.update({
        "on": asked.on.isoformat(), "by": asked.by, "buckets": ",".join(map(str, asked.edges)), "group": asked.group,
        "currency": asked.currency, "company": str(asked.company or ""),
    })  # fmt: skip
    return query.urlencode()


def _choices(asked: Asked, person: Person) -> dict[str, Any]:
    codes = Rate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return {
        "groups": groups_for(person), "currencies": [BASE, *codes], "companies": Company.objects.all(),
        "buckets": ", ".join(map(str, asked.edges)),
    }  # fmt: skip


def _seen(request: HttpRequest) -> QuerySet[Customer]:
    seen: QuerySet[Customer] = Customer.objects.visible_to(person_of(request))
    return seen


def _of_group(customers: QuerySet[Customer], asked: Asked, key: str) -> tuple[QuerySet[Customer], str]:
    """Give the customers of one line of the report, and what the line is called."""
    if asked.group == "grade":
        groups = groups_of(list(customers.values_list("pk", flat=True)), asked)
        return customers.filter(pk__in=[pk for pk, (one, _label) in groups.items() if one == key]), key or _("没有")
    column = {"customer": "pk", "salesman": "owner", "department": "department"}[asked.group]
    number = int(key) if key.isdecimal() and len(key) < 19 else None
    mine = customers.filter(**({column: number} if number is not None else {f"{column}__isnull": True}))
    first = mine.first()
    names = groups_of([first.pk], asked) if first else {}
    return mine, next((label for _key, label in names.values()), "") or _("没有")


def _cells(row: Any, places: list[tuple[int, str]]) -> list[tuple[int, Any, int]]:
    return [(place, row.amounts.get(place), row.counts.get(place, 0)) for place, _label in places]


def _place(told: str) -> int | None:
    return int(told) if told.removeprefix("-").isdecimal() and len(told) < 4 else None
