"""Pages of financial statements: periods side by side with their ratios, the sheet to enter them, one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Problem, Refusal
from xinheng.audit.record import act
from xinheng.customers import actions
from xinheng.customers.accounting import ACCOUNTS, UNITS, Sheet, headings, problems_of
from xinheng.customers.forms import WhyForm
from xinheng.customers.models import Customer, PeriodKind, Source, Statement, StatementState
from xinheng.customers.ratios import DEFINITIONS, figures_of, ratios_of
from xinheng.customers.views.files import BOTH
from xinheng.customers.views.shown import asked, done_or_told, found, page_of
from xinheng.org.access import person_of
from xinheng.org.models import Person

COLUMNS = 3
"""Periods that the sheet offers side by side."""
SHOWN = 4
"""Periods that the overview shows side by side."""


class PeriodForm(forms.Form):
    """The head of one column of the sheet."""

    period_kind = forms.ChoiceField(label=gettext_lazy("期间"), choices=PeriodKind)
    period_end = forms.DateField(label=gettext_lazy("截止日"))
    is_audited = forms.BooleanField(label=gettext_lazy("经审计"), required=False)
    is_consolidated = forms.BooleanField(label=gettext_lazy("合并报表"), required=False)
    auditor = forms.CharField(label=gettext_lazy("审计机构"), required=False, max_length=100)
    source = forms.ChoiceField(label=gettext_lazy("来源"), choices=Source, initial=Source.FORM)
    remarks = forms.CharField(label=gettext_lazy("说明"), required=False, widget=forms.Textarea(attrs={"rows": 1}))


def _all(customer: Customer) -> list[Statement]:
    rows = Statement.objects.filter(customer=customer).exclude(state=StatementState.WITHDRAWN)
    return list(rows.prefetch_related("figures").select_related("entered_by", "approved_by"))


@require_GET
def statements(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the latest periods side by side, in ten thousand yuan, with every ratio."""
    customer = found(request, pk)
    held = _all(customer)
    shown = held[:SHOWN]
    known = [figures_of(one) for one in shown]
    by_sheet = [
        {
            "label": sheet.label,
            "rows": [
                {"account": one, "amounts": [figures.get(one.code) for figures in known]}
                for one in ACCOUNTS
                if one.sheet == sheet and any(one.code in figures for figures in known)
            ],
        }
        for sheet in Sheet
    ]
    columns = [ratios_of(one, held) for one in shown]
    ratios = [
        {"definition": definition, "cells": [column[place] for column in columns]}
        for place, definition in enumerate(DEFINITIONS)
    ]
    more = {"statements": held, "shown": shown, "sheets": by_sheet, "ratios": ratios if shown else []}
    return page_of(request, customer, "statements", "customers/statements.html", more)


@require_GET
def statement(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """Show one statement with what does not agree in it."""
    customer = found(request, pk)
    row = get_object_or_404(
        Statement.objects.prefetch_related("figures").select_related("entered_by", "submitted_by", "approved_by"),
        pk=statement_pk, customer=customer,
    )  # fmt: skip
    figures = figures_of(row)
    problems = problems_of(figures, row.unit)
    doubtful = {code for problem in problems for code in problem.facts}
    sheets = [
        {
            "label": sheet.label,
            "rows": [
                {"account": one, "amount": figures[one.code], "is_doubtful": one.code in doubtful}
                for one in ACCOUNTS
                if one.sheet == sheet and one.code in figures
            ],
        }
        for sheet in Sheet
    ]
    more = {
        "statement": row, "sheets": sheets, "problems": problems, "ratios": ratios_of(row, _all(customer)),
        "unit_label": UNITS[row.unit], "person": person_of(request),
    }  # fmt: skip
    return page_of(request, customer, "statements", "customers/statement.html", more)


@BOTH
def sheet(request: HttpRequest, pk: int, statement_pk: int | None = None) -> HttpResponse:
    """Enter one or several periods side by side, or change a draft."""
    customer = found(request, pk)
    row = get_object_or_404(Statement, pk=statement_pk, customer=customer) if statement_pk else None
    wide = 1 if row else COLUMNS
    heads = [_head(request, row, place) for place in range(wide)]
    unit = int(request.POST.get("unit", row.unit if row else 10000))
    typed = _typed(request, row, wide, unit)
    problems: list[Problem] = []
    told = ""
    if request.method == "POST" and "paste" in request.POST:
        typed = _pasted(request.POST.get("pasted", ""), typed)
    elif request.method == "POST":
        columns = [place for place in range(wide) if any(typed[place].values())]
        if not columns:
            told = _("一个数都没有填, 没有可保存的内容。")
        elif all(heads[place].is_valid() for place in columns):
            try:
                saved = _saved(
                    customer, person_of(request), row, unit, [(heads[place], typed[place]) for place in columns]
                )
            except Refusal as refused:
                told, problems = refused.message, list(refused.problems)
            else:
                messages.success(request, _("已保存 {count} 期草稿。核对无误后提交审核。").format(count=len(saved)))
                if len(saved) == 1:
                    return redirect("customers.statement", pk, saved[0].pk)
                return redirect("customers.statements", pk)
    doubtful = {code for problem in problems for code in problem.facts}
    grid = [
        {
            "label": one.label,
            "rows": [
                {"account": account, "is_bad": account.code in doubtful,
                 "cells": [{"name": f"{account.code}-{place}", "value": typed[place].get(account.code, "")} for place in range(wide)]}
                for account in ACCOUNTS if account.sheet == one
            ],
        }
        for one in Sheet
    ]  # fmt: skip
    more = {
        "heads": heads, "grid": grid, "unit": unit, "units": UNITS, "told": told, "problems": problems, "row": row,
        "span": wide + 1,
    }  # fmt: skip
    return page_of(request, customer, "statements", "customers/sheet.html", more)


def _head(request: HttpRequest, row: Statement | None, place: int) -> PeriodForm:
    year = timezone.localdate().year - 1 - place
    initial: dict[str, Any] = {"period_kind": PeriodKind.YEAR, "period_end": date(year, 12, 31)}
    if row is not None:
        initial = {name: getattr(row, name) for name in PeriodForm.base_fields}
    data = request.POST if request.method == "POST" else None
    return PeriodForm(data, prefix=f"p{place}", initial=initial)


def _typed(request: HttpRequest, row: Statement | None, wide: int, unit: int) -> list[dict[str, str]]:
    if request.method == "POST":
        return [
            {one.code: request.POST.get(f"{one.code}-{place}", "").strip() for one in ACCOUNTS} for place in range(wide)
        ]
    if row is None:
        return [{} for _place in range(wide)]
    return [{code: f"{(amount / unit).normalize():f}" for code, amount in figures_of(row).items()}]


def _pasted(text: str, typed: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put pasted lines (name, amounts) where their names belong; names that are no account are left."""
    names = {"".join(name.split()): code for name, code in headings().items()}
    filled = [dict(column) for column in typed]
    for line in text.splitlines():
        head, *amounts = line.split("\t")
        code = names.get("".join(head.split()).removeprefix("其中:").removeprefix("其中："))
        if code is None:
            continue
        for place, amount in enumerate(amounts[: len(filled)]):
            if amount.strip():
                filled[place][code] = amount.strip()
    return filled


@act
def _saved(
    customer: Customer,
    by: Person,
    row: Statement | None,
    unit: int,
    columns: list[tuple[PeriodForm, Mapping[str, str]]],
) -> list[Statement]:
    """Save every column that was filled in: all of them or none."""
    on = timezone.localdate()
    return [
        actions.save_statement(
            customer, by=by, on=on, statement=row, figures=typed, unit=unit, **form.cleaned_data
        )
        for form, typed in columns
    ]  # fmt: skip


def _one(request: HttpRequest, pk: int, statement_pk: int) -> tuple[Customer, Statement, str]:
    customer = found(request, pk)
    row = get_object_or_404(Statement, pk=statement_pk, customer=customer)
    return customer, row, reverse("customers.statement", args=[pk, row.pk])


@require_POST
def submit(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """Hand a statement in."""
    _customer, row, back = _one(request, pk, statement_pk)

    def does() -> None:
        actions.submit_statement(row, by=person_of(request), on=timezone.localdate())

    return done_or_told(request, does, back=back, done=_("已提交, 等风险管理审核。"))


@require_POST
def approve(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """Approve a statement."""
    _customer, row, back = _one(request, pk, statement_pk)

    def does() -> None:
        actions.approve_statement(row, by=person_of(request), on=timezone.localdate())

    return done_or_told(request, does, back=back, done=_("已审核通过, 可用于评级。"))


@BOTH
def give_back(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """Give a statement back."""
    customer, row, back = _one(request, pk, statement_pk)

    def does(told: dict[str, Any]) -> None:
        actions.return_statement(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, WhyForm(request.POST or None), does, tab="statements", back=back, button=_("退回"),
        title=_("退回报表 {period}").format(period=row), text=_("退回给提交人修改, 改好后会再次送审。"), done=_("已退回。"),
    )  # fmt: skip


@BOTH
def withdraw(request: HttpRequest, pk: int, statement_pk: int) -> HttpResponse:
    """Void a statement."""
    customer, row, back = _one(request, pk, statement_pk)

    def does(told: dict[str, Any]) -> None:
        actions.withdraw_statement(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, WhyForm(request.POST or None), does, tab="statements", back=back, button=_("作废"), danger=True,
        title=_("作废报表 {period}").format(period=row), text=_("作废后不再用于评级, 同一期可以重新录入。"), done=_("已作废。"),
    )  # fmt: skip
