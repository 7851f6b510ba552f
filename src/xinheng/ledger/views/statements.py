"""Statements of account: those of a customer, one of them, on paper and as a workbook."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.customers.lists.giving import XLSX
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import asked, done_or_told, found, page_of
from xinheng.intake.filing import workplace
from xinheng.ledger import actions
from xinheng.ledger.forms import EndDisputeForm, ReverseForm, StatementForm
from xinheng.ledger.models import AccountStatement, Invoice
from xinheng.ledger.printing import items_of, lines_of, print_statement, save_statement
from xinheng.ledger.views.customer import day_of
from xinheng.org.access import may, person_of

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@BOTH
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the statement of a period: at first last month, or the month up to the day that is looked at."""
    customer = found(request, pk)
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    last = day_of(request) if "on" in request.GET else last
    form = StatementForm(request.POST or None, initial={"since": last.replace(day=1), "until": last})
    made: list[AccountStatement] = []

    def does(told: dict[str, Any]) -> None:
        made.append(actions.make_statement(customer, **told, by=person_of(request), on=timezone.localdate()))

    answer = asked(
        request, customer, form, does, tab="dealings", title=_("编制对账单"), done=_("对账单已编制, 请核对后发出。"),
        back=reverse("ledger.dealings", args=[customer.pk]), button=_("编制对账单"),
        text=_("明细编制后不再变动; 之后补录的单据进下一期。"),
    )  # fmt: skip
    if made:
        answer["Location"] = made[0].get_absolute_url()
    return answer


@require_GET
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a statement and what became of it."""
    customer, one = _found(request, pk)
    told = {
        "statement": one, "lines": lines_of(one), "items": _with_invoices(one, items_of(one)),
        "may_enter": may(person_of(request), "ledger.enter", customer),
    }  # fmt: skip
    return page_of(request, customer, "dealings", "ledger/statement.html", told)


def _with_invoices(one: AccountStatement, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to what was open the key of the invoice, for its link."""
    wanted = {item["number"] for item in items}
    standing = Invoice.objects.filter(customer=one.customer_id, company=one.company_id, reversed_on__isnull=True)
    keys = dict(standing.filter(number__in=wanted).values_list("number", "pk"))
    return [item | {"invoice": keys.get(item["number"])} for item in items]


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a statement before the customer."""
    _customer, one = _found(request, pk)
    return done_or_told(
        request, lambda: actions.send_statement(one, by=person_of(request), on=timezone.localdate()),
        back=one.get_absolute_url(), done=_("已发到客户的自助页面。客户没有入口时, 请在“客户自助”中邀请。"),
    )  # fmt: skip


@BOTH
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a statement back."""
    return _asked(
        request, pk, ReverseForm(request.POST or None), actions.withdraw_statement, _("撤回对账单"), danger=True
    )


@BOTH
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of a difference."""
    return _asked(request, pk, EndDisputeForm(request.POST or None), actions.clear_difference, _("处理对账异议"))


def _asked(
    request: HttpRequest, pk: int, form: forms.Form, does: Any, title: str, *, danger: bool = False
) -> HttpResponse:
    customer, one = _found(request, pk)
    return asked(
        request, customer, form, lambda told: does(one, **told, by=person_of(request), on=timezone.localdate()),
        tab="dealings", title=f"{title} {one}", back=one.get_absolute_url(), button=title, danger=danger,
    )  # fmt: skip


@require_GET
def printed(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """Give a statement as a PDF or a workbook."""
    _customer, one = _found(request, pk)
    by = person_of(request)
    if form == "pdf":
        content = io.BytesIO(print_statement(one, by=by, at=timezone.now()))
        return FileResponse(content, filename=f"{one}.pdf", content_type="application/pdf")
    with workplace() as folder:
        path = folder / "statement.xlsx"
        save_statement(one, path, by=by)
        content = io.BytesIO(path.read_bytes())
    return FileResponse(content, as_attachment=True, filename=f"{one}.xlsx", content_type=XLSX)


def _found(request: HttpRequest, pk: int) -> tuple[Customer, AccountStatement]:
    one = get_object_or_404(AccountStatement.objects.select_related("company", "made_by"), pk=pk)
    return found(request, one.customer_id), one
