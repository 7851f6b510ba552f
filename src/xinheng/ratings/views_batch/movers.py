"""The customers of a batch: looked through, exported, chosen for a case; and those who could not be rated."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.lists.giving import workbook
from xinheng.lists.asking import ROWS
from xinheng.lists.columns import ListColumn
from xinheng.org.access import may, person_of
from xinheng.ratings.actions import batches as actions
from xinheng.ratings.forms_batch import MoversForm
from xinheng.ratings.models import Batch, Rating, Refused
from xinheng.ratings.views_batch.batches import found
from xinheng.ratings.views_batch.matrix import grades_of
from xinheng.workflow.queries import open_round

SHOWN = {
    "moved": ~Q(before=F("grade")) & ~Q(before=""),
    "up": Q(moved__gt=0),
    "down": Q(moved__lt=0),
    "first": Q(before=""),
    "vetoed": ~Q(vetoes=[]),
    "raised": Q(limit__gt=F("limit_before")),
    "lowered": Q(limit__lt=F("limit_before")),
    "all": Q(),
}
COLUMNS = [
    ListColumn("number", _l("客户编号"), lambda row: row.customer.number, ("customer__number",), fixed=True),
    ListColumn("name", _l("名称"), lambda row: row.customer.name, ("customer__name",), fixed=True),
    ListColumn("before", _l("原等级"), lambda row: row.before, ("before",)),
    ListColumn("grade", _l("新等级"), lambda row: row.grade, ("grade",)),
    ListColumn("moved", _l("升降级数"), lambda row: row.moved, ("moved",), "number"),
    ListColumn("total", _l("总分"), lambda row: row.total, ("total",), "number"),
    ListColumn("limit_before", _l("原额度"), lambda row: row.limit_before, ("limit_before",), "money"),
    ListColumn("limit", _l("新额度"), lambda row: row.limit, ("limit",), "money"),
    ListColumn("vetoes", _l("一票否决"), lambda row: ", ".join(row.vetoes), ("vetoes",)),
]


class Asked:
    """What is asked of a batch's customers: the filter, and the rows that remain."""

    def __init__(self, request: HttpRequest, of: Batch, query: QueryDict) -> None:
        self.grades = grades_of(of)
        self.form = MoversForm(query or None, grades=self.grades)
        seen = Rating.objects.visible_to(person_of(request)).filter(batch=of)
        self.rows: QuerySet[Rating] = (
            seen.filter(self._condition()).select_related("customer").defer("record", "points")
        )
        kept = query.copy()
        kept.pop("page", None)
        self.query = kept.urlencode()

    def _condition(self) -> Q:
        told: dict[str, Any] = self.form.cleaned_data if self.form.is_valid() else {}
        condition = SHOWN[told.get("show") or "moved"]
        for name, column in (("before", "before"), ("after", "grade")):
            if told.get(name):
                condition &= Q(**{column: "" if told[name] == "-" else told[name]})
        if told.get("q"):
            condition &= Q(customer__number__icontains=told["q"]) | Q(customer__name__icontains=told["q"])
        return condition


@require_GET
def movers(request: HttpRequest, pk: int) -> HttpResponse:
    """List the customers behind the figures of a batch."""
    of, person = found(pk), person_of(request)
    asked = Asked(request, of, request.GET)
    shown = Paginator(asked.rows.order_by("moved", "pk"), ROWS).get_page(request.GET.get("page"))
    labels, sent = dict(asked.grades), set(of.summary.get("sent", []))
    lines = [
        (row, labels.get(row.before, row.before), labels.get(row.grade, row.grade), row.pk in sent) for row in shown
    ]
    waits = of.state == Batch.State.RATED and open_round(of, actions.PROCEDURE) is None
    return render(
        request, "ratings/batch/movers.html",
        {"batch": of, "form": asked.form, "rows": shown, "lines": lines, "query": asked.query,
         "may_choose": waits and may(person, "ratings.apply_batch")},
    )  # fmt: skip


@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case for each of the customers chosen."""
    of = found(pk)
    keys = [int(key) for key in request.POST.getlist("rating") if key.isdigit()]
    try:
        opened = actions.send_into_procedure(
            of, keys, by=person_of(request), on=timezone.localdate(), why=request.POST.get("why", "")
        )
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已发起 {count} 件评估。").format(count=len(opened)))
    return redirect("ratings.movers", pk=pk)


@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the customers that remain as a workbook."""
    of = found(pk)
    asked = Asked(request, of, QueryDict(request.POST.get("query", "")))
    return workbook(
        request, _("批量评级-{day}").format(day=of.as_of.isoformat()),
        lambda path: actions.export_batch(
            path, of, asked.rows.order_by("customer__number"), COLUMNS, query=asked.query, by=person_of(request),
            at=timezone.now(),
        ),
        back=reverse("ratings.movers", args=[pk]),
    )  # fmt: skip


@require_GET
def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """List the customers who could not be rated, with what is missing."""
    of = found(pk)
    rows = Refused.objects.visible_to(person_of(request)).filter(batch=of).select_related("customer")
    what = request.GET.get("what", "")
    if what:
        rows = rows.filter(what=what)
    shown = Paginator(rows.order_by("pk"), ROWS).get_page(request.GET.get("page"))
    return render(request, "ratings/batch/refused.html", {"batch": of, "rows": shown, "what": what})
