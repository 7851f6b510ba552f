"""The tab 往来 of a customer, and what is entered there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinheng.customers.models import Customer
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.ledger import actions, queries
from xinheng.ledger.forms import (
    ContractForm,
    IncidentForm,
    InvoiceForm,
    LeaseForm,
    OrderForm,
    ReceiptForm,
    WithdrawForm,
)
from xinheng.ledger.listeners import GATES
from xinheng.ledger.models import AccountStatement, Contract, Incident, Invoice, LeasedItem, Order, Receipt
from xinheng.lists.asking import day_asked
from xinheng.org.access import may, person_of

SHOWN = 20
"""How many of the latest documents of a kind the page shows."""
A_PAGE = 20
"""How many a page of all of them shows."""
NAMED_AT_MOST = 60
"""For how many open invoices a form asks what they are settled with."""
MAY = ("enter", "order", "report_incident", "withdraw_incident", "contract", "deliver", "dispute")


@require_GET
def dealings(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's dealings as of a day."""
    customer, on = found(request, pk), day_of(request)
    person = person_of(request)
    rows = _documents(customer, on)
    told: dict[str, Any] = {
        "on": on, "today": timezone.localdate(), "may": {name: may(person, f"ledger.{name}", customer) for name in MAY},
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
        "contracts": Contract.objects.filter(customer=customer, signed_on__lte=on),
        "statements": AccountStatement.objects.filter(customer=customer, made_on__lte=on),
        "leased": LeasedItem.objects.filter(customer=customer, out_on__lte=on),
        "incidents": Incident.objects.filter(customer=customer, happened_on__lte=on),
    }


def _all_of(show: str, rows: QuerySet[Any], request: HttpRequest) -> dict[str, Any]:
    titles = {
        "invoices": _("全部发票"), "receipts": _("全部收款"), "orders": _("全部订单"), "incidents": _("全部事件"),
        "contracts": _("全部合同"), "leased": _("全部租赁物"), "statements": _("全部对账单"),
    }  # fmt: skip
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return {"show": show, "title": titles[show], "part": f"ledger/parts/{show}.html", "page": page}


def _summed_up(customer: Customer, on: date, rows: dict[str, QuerySet[Any]]) -> dict[str, Any]:
    return {
        "summary": queries.summaries([customer.pk], on=on)[customer.pk],
        "ageing": _aged(queries.ageing(customer, on=on)),
        "others": _other_currencies(customer, on),
        "open_invoices": queries.open_invoices(customer, on=on)[:200],
        **{kind: found[:SHOWN] for kind, found in rows.items() if kind != "invoices"},
        "counts": {kind: found.count() for kind, found in rows.items()}, "shown": SHOWN,
    }  # fmt: skip


def _other_currencies(customer: Customer, on: date) -> list[dict[str, Any]]:
    """Give what is owed in each other currency, with what that is in the base currency at the rate of the day."""
    told = []
    codes = Invoice.objects.filter(customer=customer, invoiced_on__lte=on).exclude(currency=queries.BASE)
    for code in codes.order_by("currency").values_list("currency", flat=True).distinct():
        parts = queries.exposure_parts([customer.pk], on=on, currency=code)[customer.pk]
        rate = queries.rate_on(code, on)
        stated = queries.stated(parts.receivables, code, on=on) if rate else None
        told.append({"currency": code, "parts": parts, "stated": stated})
    return told


def _aged(aged: queries.Aged) -> list[dict[str, Any]]:
    late = zip(aged.buckets, aged.late, strict=True)
    shown = [{"label": _("未到期"), "amount": aged.not_due, "late": False}]
    shown += [{"label": bucket_label(low, high), "amount": amount, "late": True} for (low, high), amount in late]
    shown += [{"label": _("争议中"), "amount": aged.contested, "late": False}] if aged.contested else []
    return shown


def day_of(request: HttpRequest) -> date:
    """Give the day asked for; what makes no sense, and what has not come yet, is today."""
    day = day_asked(request.GET.get("on", ""))
    return min(day or timezone.localdate(), timezone.localdate())


def bucket_label(low: int, high: int | None) -> str:
    """Give a bucket of days overdue in words."""
    if high is None:
        return _("逾期 {low} 天以上").format(low=low)
    return _("逾期 {low}–{high} 天").format(low=low, high=high)


def open_of(customer: Customer, **more: Any) -> QuerySet[Invoice]:
    """Give the invoices of a customer that money can be set against now, those longest due first."""
    standing = Invoice.objects.filter(
        customer=customer, kind=Invoice.Kind.INVOICE, reversed_on__isnull=True, settled__lt=F("amount"), **more
    )
    return standing.order_by("due_on", "id")[:NAMED_AT_MOST]


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
def enter_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a contract."""
    return _enter(
        request, pk, lambda _customer: ContractForm(request.POST or None), actions.enter_contract,
        _("录入合同"), _("合同已录入。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def enter_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an order; where it is stopped the page says why it waits."""

    def does(customer: Customer, **told: Any) -> None:
        told_if_waiting(request, actions.enter_order(customer, **told, on=timezone.localdate()))

    return _enter(
        request, pk, lambda customer: OrderForm(request.POST or None, customer=customer), does,
        _("录入订单"), _("订单已录入。"),
    )  # fmt: skip


def told_if_waiting(request: HttpRequest, order: Order) -> None:
    """Tell that (a part of) an order waits, and why."""
    if order.lines.filter(is_waiting=True).exists():
        answers = [found for gate in GATES if (found := gate.answer(order)) is not None]
        said = " ".join(text for answer in answers for text in answer.said)
        messages.warning(
            request,
            _("订单 {number} 没有通过授信检查, 等待放行, 放行前不能交付和开票。{said}").format(
                number=order.number, said=said
            ),
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
    """Enter money received; it settles the invoices named, or those longest due."""
    return _enter(
        request, pk, lambda customer: ReceiptForm(request.POST or None, invoices=open_of(customer)),
        actions.enter_receipt, _("录入收款"), _("收款已录入, 货款已核销。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def lease_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a piece was let out."""
    return _enter(
        request, pk, lambda customer: LeaseForm(request.POST or None, customer=customer), actions.lease_out,
        _("登记出租"), _("出租已登记。"),
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
def withdraw_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an incident that was reported by mistake."""
    one = get_object_or_404(Incident, pk=pk)
    customer = found(request, one.customer_id)
    return asked(
        request, customer, WithdrawForm(request.POST or None),
        lambda told: actions.withdraw_incident(one, **told, by=person_of(request), on=timezone.localdate()),
        tab="dealings", title=f"{_('撤销事件')} {one}", danger=True, button=_("撤销事件"),
        back=reverse("ledger.dealings", args=[customer.pk]), done=_("事件已撤销, 记录保留可查。"),
        text=_("撤销从今天起生效: 事件不再计入评级, 因它变动过的等级会要求重新评级。"),
    )  # fmt: skip
