"""Trials: asked for, watched, read as a matrix of old by new, and the customers behind each figure."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.compare import label_of
from creditpolicy.problems import Refusal
from xinheng.intake.filing import workplace
from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.policies import actions, jobs
from xinheng.policies.actions.trying import is_stale
from xinheng.policies.columns import TRIAL_COLUMNS, reasons_of, short
from xinheng.policies.forms import RowsForm, TrialForm
from xinheng.policies.models import Trial, TrialRow, Version
from xinheng.policies.queries import prepared
from xinheng.policies.views.versions import done, found, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def trials(request: HttpRequest, pk: int) -> HttpResponse:
    """List the trials of a version; ask for one."""
    of, person, on = found(pk), person_of(request), timezone.localdate()
    form = TrialForm(request.POST if request.method == "POST" else None, initial={"as_of": on})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start_trial(of, by=person, on=on, **form.cleaned_data)
        except Refusal as refused:
            messages.error(request, refused.message)
        else:
            jobs.begin(made)
            return redirect("policies.trial", pk=made.pk)
    shown = of.trials.select_related("version", "against", "by")
    return page(request, "policies/trials.html", of, "trials", form=form, trials=shown)


def _trial(pk: int) -> Trial:
    joined = ("version__policy", "against", "by")
    return get_object_or_404(Trial.objects.select_related(*joined), pk=pk)


@require_GET
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a trial: how far it is, or what came of it."""
    of = _trial(pk)
    return page(
        request, "policies/trial.html", of.version, "trials", trial=of, is_stale=_stands_still(of),
        matrix=Matrix(of) if of.state == Trial.State.DONE else None,
    )  # fmt: skip


def _stands_still(of: Trial) -> bool:
    return of.is_at_work and is_stale(of, timezone.now())


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Give how far a trial is as a fragment; asked every second or two while it is at work."""
    of = _trial(pk)
    may_try = may(person_of(request), "policies.try")
    context = {"trial": of, "is_stale": _stands_still(of), "may_try": may_try}
    response = render(request, "policies/parts/progress.html", context)
    if not of.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a trial that stopped begin again."""
    of = _trial(pk)

    def act() -> None:
        jobs.begin(actions.try_again(of, by=person_of(request), on=timezone.localdate(), at=timezone.now()))

    return done(request, "policies.trial", pk, act)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the matrix, and the list that it opens; `stand` is up, down or the same."""

    count: int
    amount: Decimal
    url: str
    stand: str


def _in_words(version: Version | None, grades: list[list[str]]) -> list[tuple[str, str]]:
    """Give grades with their labels in the reader's language; as they were kept where the text can be read no more."""
    labels: dict[str, str] = {}
    if version is not None:
        with suppress(Refusal):
            program = prepared(version).program
            labels = {each.grade: label_of(program, each.grade) for each in program.policy.grades}
    return [(grade, labels.get(grade, label)) for grade, label in grades]


class Matrix:
    """The figures of a finished trial as its page shows them."""

    def __init__(self, of: Trial) -> None:
        told = of.summary
        self.told = told
        self.columns: list[tuple[str, str]] = _in_words(of.version, told["grades_after"])
        before = _in_words(of.against, told["grades_before"]) or [("", _("客户"))]
        self.list_url = reverse("policies.trial_rows", args=[of.pk])
        self.is_alone = of.against is None
        cells = {(cell[0], cell[1]): cell for cell in told["cells"]}
        order = {grade: index for index, (grade, _label) in enumerate(self.columns)}
        self.rows = []
        for grade, label in before:
            line = [self._cell(cells.get((grade, after)), grade, after, order) for after, _name in self.columns]
            counted = sum(cell.count for cell in line)
            self.rows.append((label, line, counted, sum((cell.amount for cell in line), Decimal(0))))
        self.totals = [
            (
                sum(row[1][index].count for row in self.rows),
                sum((row[1][index].amount for row in self.rows), Decimal(0)),
            )
            for index in range(len(self.columns))
        ]
        self.customers = told["customers"]
        self.raised, self.lowered = Decimal(told.get("raised", 0)), Decimal(told.get("lowered", 0))
        self.limit_before = Decimal(told["limit_before"]) if "limit_before" in told else None
        self.limit_after = Decimal(told["limit_after"])

    def _cell(self, told: list[Any] | None, before: str, after: str, order: dict[str, int]) -> Cell:
        count, amount = (told[2], Decimal(told[3])) if told else (0, Decimal(0))
        stand = ""
        if not self.is_alone and before != after:
            known = before in order and before and after
            stand = ("down" if order[after] > order[before] else "up") if known else "other"
        url = ""
        if count and (stand or not after):
            url = f"{self.list_url}?{urlencode({'show': 'all', 'before': '' if self.is_alone else before or '-', 'after': after or '-'})}"
        return Cell(count, amount, url, stand)


class Asked:
    """What is asked of a trial's customers: the filter, and the rows that remain."""

    def __init__(self, request: HttpRequest, of: Trial, query: QueryDict) -> None:
        before = _in_words(of.against, of.summary.get("grades_before", []))
        after = _in_words(of.version, of.summary.get("grades_after", []))
        self.labels_before, self.labels_after = dict(before), dict(after)
        self.form = RowsForm(query or None, before=before, after=after)
        seen = TrialRow.objects.visible_to(person_of(request)).filter(trial=of)
        self.rows: QuerySet[TrialRow] = seen.filter(self._condition()).select_related("customer")
        kept = query.copy()
        kept.pop("page", None)
        self.query = kept.urlencode()

    def _condition(self) -> Q:
        told = self.form.cleaned_data if self.form.is_valid() else {}
        condition = SHOWN[told.get("show") or "moved"]
        for name in ("before", "after"):
            if told.get(name):
                condition &= Q(**{name: "" if told[name] == "-" else told[name]})
        if told.get("q"):
            condition &= Q(customer__number__icontains=told["q"]) | Q(customer__name__icontains=told["q"])
        return condition


SHOWN = {
    "moved": ~Q(before=F("after")),
    "up": Q(notches__gt=0),
    "down": Q(notches__lt=0),
    "raised": Q(limit_change__gt=0),
    "lowered": Q(limit_change__lt=0),
    "refused": Q(after=""),
    "all": Q(),
}


@require_GET
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """List the customers behind the figures of a trial, each with what moved him."""
    of = _trial(pk)
    asked = Asked(request, of, request.GET)
    shown = Paginator(asked.rows.order_by("notches", "-amount", "id"), ROWS).get_page(request.GET.get("page"))
    lines = [
        (
            row, asked.labels_before.get(row.before, _("未评")), asked.labels_after.get(row.after, _("未评")),
            short(row.total_before), short(row.total_after), reasons_of(row),
        )
        for row in shown
    ]  # fmt: skip
    return page(
        request, "policies/trial_rows.html", of.version, "trials", trial=of, form=asked.form, rows=shown, lines=lines,
        query=asked.query,
    )  # fmt: skip


@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the customers that remain as a workbook."""
    of = _trial(pk)
    asked = Asked(request, of, QueryDict(request.POST.get("query", "")))
    with workplace() as folder:
        path = folder / "trial.xlsx"
        try:
            actions.export_trial(
                path, of, asked.rows, TRIAL_COLUMNS, query=asked.query, by=person_of(request), at=timezone.now()
            )
        except Refusal as refused:
            messages.error(request, str(refused))
            return redirect("policies.trial_rows", pk=pk)
        content = io.BytesIO(path.read_bytes())
    name = _("试算-{version}-{day}").format(version=of.version.number, day=of.as_of.isoformat()) + ".xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
