"""The tab 往来 of a customer, and entering."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinheng.customers.models import Customer
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.ledger import actions, queries
from xinheng.ledger.forms import IncidentForm, InvoiceForm, OrderForm, ReceiptForm, ReverseForm
from xinheng.ledger.models import Incident, Invoice, Receipt
from xinheng.org.access import may, person_of

SHOWN = 20
"""How many of the latest documents of a kind the page shows."""
A_PAGE = 50
"""How many a page of all of them shows."""


@require_GET
def dealings(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's dealings as of a day."""
    customer, on = found(request, pk), _day(request)
    person = person_of(request)
    rows = _documents(customer, on)
    told: dict[str, Any] = {
        "on": on, "today": timezone.localdate(),
        "may": {name: may(person, f"ledger.{name}", customer) for name in ("enter", "order", "report_incident")},
    }  # fmt: skip
    show = request.GET.get("show", "")
    told |= _all_of(show, rows[show], request) if show in rows else _summed_up(customer, on, rows)
    return page_of(request, customer, "dealings", "ledger/dealings.html", told)


def _documents(customer: Customer, on: date) -> dict[str, QuerySet[Any]]:
    """Give what there was of each kind on a day, the latest first."""
    return {
        "invoices": queries.invoices_on(on).filter(customer=customer).order_by("-invoiced_on", "-id"),
        "receipts": Receipt.objects.filter(customer=customer, received_on__lte=on),
        "orders": queries.orders_on(on).filter(customer=customer),
        "incidents": Incident.objects.filter(customer=customer, happened_on__lte=on),
    }


def _all_of(show: str, rows: QuerySet[Any], request: HttpRequest) -> dict[str, Any]:
    titles = {"invoices": _("全部发票"), "receipts": _("全部收款"), "orders": _("全部订单"), "incidents": _("全部事件")}
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return {"show": show, "title": titles[show], "part": f"ledger/parts/{show}.html", "page": page}


def _summed_up(customer: Customer, on: date, rows: dict[str, QuerySet[Any]]) -> dict[str, Any]:
    return {
        "summary": queries.summaries([customer.pk], on=on)[customer.pk],
        "ageing": _aged(queries.ageing(customer, on=on)),
        "open_invoices": queries.open_invoices(customer, on=on)[:200],
        **{kind: found[:SHOWN] for kind, found in rows.items() if kind != "invoices"},
        "counts": {kind: found.count() for kind, found in rows.items()}, "shown": SHOWN,
    }  # fmt: skip


def _aged(aged: queries.Aged) -> list[dict[str, Any]]:
    late = zip(aged.buckets, aged.late, strict=True)
    shown = [{"label": _("未到期"), "amount": aged.not_due, "late": False}]
    shown += [{"label": _bucket(low, high), "amount": amount, "late": True} for (low, high), amount in late]
    shown += [{"label": _("争议中"), "amount": aged.contested, "late": False}] if aged.contested else []
    return shown


def _day(request: HttpRequest) -> date:
    try:
        day = parse_date(request.GET.get("on", ""))
    except ValueError:
        day = None
    return min(day or timezone.localdate(), timezone.localdate())


def _bucket(low: int, high: int | None) -> str:
    if high is None:
        return _("逾期 {low} 天以上").format(low=low)
    return _("逾期 {low}–{high} 天").format(low=low, high=high)


Act = Callable[..., Any]


def _enter(
    request: HttpRequest, pk: int, form: Callable[[Customer], forms.Form], does: Act, title: str, done: str
) -> HttpResponse:
    customer = found(request, pk)
    return asked(
        request, customer, form(customer), lambda told: does(customer, **told, by=person_of(request)),
        tab="dealings", title=title, back=reverse("ledger.dealings", args=[customer.pk]), done=done,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def enter_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an order."""
    return _enter(
        request,
        pk,
        lambda _customer: OrderForm(request.POST or None),
        actions.enter_order,
        _("录入订单"),
        _("订单已录入。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an invoice or a credit note."""
    return _enter(
        request, pk, lambda customer: InvoiceForm(request.POST or None, customer=customer), actions.enter_invoice,
        _("录入发票"), _("发票已录入。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def enter_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter money received; it settles the invoices longest due."""
    return _enter(
        request, pk, lambda _customer: ReceiptForm(request.POST or None), actions.enter_receipt,
        _("录入收款"), _("收款已录入, 已按到期先后核销。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def report_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Report an incident."""
    return _enter(
        request, pk, lambda _customer: IncidentForm(request.POST or None),
        partial(actions.report_incident, on=timezone.localdate()),
        _("登记事件"), _("事件已登记。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def reverse_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Void an invoice."""
    return _reverse(request, get_object_or_404(Invoice, pk=pk), actions.reverse_invoice, _("作废发票"))


@require_http_methods(["GET", "HEAD", "POST"])
def reverse_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Reverse a receipt."""
    return _reverse(request, get_object_or_404(Receipt, pk=pk), actions.reverse_receipt, _("冲销收款"))


def _reverse(request: HttpRequest, document: Invoice | Receipt, does: Act, title: str) -> HttpResponse:
    customer = found(request, document.customer_id)
    return asked(
        request, customer, ReverseForm(request.POST or None),
        lambda told: does(document, **told, by=person_of(request), on=timezone.localdate()),
        tab="dealings", title=f"{title} {document.number}", danger=True, button=title,
        back=reverse("ledger.dealings", args=[customer.pk]), done=_("已冲销, 原单据保留可查。"),
        text=_("金额 {amount} 元。冲销从今天起生效, 之前各日的欠款不变。").format(amount=document.amount),
    )  # fmt: skip
