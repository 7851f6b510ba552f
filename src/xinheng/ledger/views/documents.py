"""The pages of one document, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinheng.customers.models import Customer
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.ledger import actions
from xinheng.ledger.forms import (
    BackForm,
    DeliveryForm,
    DisputeForm,
    EndDisputeForm,
    GiveUpForm,
    MoreForm,
    RefundForm,
    ReverseForm,
    SettleForm,
)
from xinheng.ledger.listeners import GATES, Back, Withheld
from xinheng.ledger.models import (
    ZERO,
    Allocation,
    Contract,
    Delivery,
    Dispute,
    Invoice,
    LeasedItem,
    Order,
    OrderLine,
    Receipt,
    Refund,
)
from xinheng.ledger.views.customer import MAY, open_of, told_if_waiting
from xinheng.org.access import may, person_of
from xinheng.org.models import Person

M = TypeVar("M", bound=models.Model)
BOTH = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order: its lines, and what became of them."""
    customer, one = _found(request, Order, pk)
    lines = list(one.lines.all())
    is_open = not one.reversed_on and any(line.open_amount for line in lines)
    told = {
        "order": one, "lines": lines, "deliveries": one.deliveries.all(), "invoices": one.invoices.all(),
        "is_open": is_open, "is_waiting": any(line.is_waiting and line.open_amount for line in lines),
        "can_deliver": is_open and any(not line.is_waiting for line in lines),
        "answers": [found for gate in GATES if (found := gate.answer(one)) is not None],
        "against": _against(one) if is_open else [], "backs": _backs(one, lines),
    }  # fmt: skip
    return _shown(request, customer, "ledger/order.html", told)


def _against(order: Order) -> list[str]:
    """Say what would stop the customer's next order today."""
    return [said for gate in GATES for said in gate.stands_against(order, on=timezone.localdate())]


def _backs(order: Order, lines: Iterable[OrderLine]) -> list[Back]:
    """Give what is said today against the goods going out that are left of an order."""
    left = sum((line.not_given_up - line.delivered for line in lines if not line.is_waiting), ZERO)
    if order.reversed_on or not left:
        return []
    return [back for gate in GATES if (back := gate.holds_back(order, left, on=timezone.localdate())) is not None]


@require_GET
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an invoice: its parts, what settled it, and what was contested of it."""
    customer, one = _found(request, Invoice, pk)
    of = Allocation.objects.select_related("receipt", "credit_note", "invoice").order_by("on", "id")
    mine = of.filter(credit_note=one) if one.kind == Invoice.Kind.CREDIT_NOTE else of.filter(invoice=one)
    told = {
        "invoice": one, "instalments": one.instalments.all(), "disputes": one.disputes.all(), "allocations": mine,
        "is_disputed": one.disputes.filter(ended_on__isnull=True).exists(),
    }  # fmt: skip
    return _shown(request, customer, "ledger/invoice.html", told)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show money received: what it settled, and what was asked back."""
    customer, one = _found(request, Receipt, pk)
    told = {
        "receipt": one, "allocations": one.allocations.select_related("invoice").order_by("on", "id"),
        "refunds": Refund.objects.filter(receipt=one).select_related("asked_by", "made"),
        "refund": Refund.objects.filter(made=one).first(),
    }  # fmt: skip
    return _shown(request, customer, "ledger/receipt.html", told)


@BOTH
def enter_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what was delivered of an order."""
    customer, one = _found(request, Order, pk)
    form = DeliveryForm(request.POST or None, order=one)
    return _asked(
        request, customer, one, form, lambda told, by: _delivered(one, told | {"parts": told["parts"] or {}}, by),
        title=_("录入交付单"), done=_("交付已录入。"), text=_delivery_text(one),
    )  # fmt: skip


def _delivered(order: Order, told: dict[str, Any], by: Person) -> None:
    """Enter a delivery; where the goods are kept back, that is noted before it is told."""
    try:
        actions.enter_delivery(order, **told, by=by, on=timezone.localdate())
    except Withheld as kept:
        kept.note()
        raise


def _delivery_text(order: Order) -> str:
    backs = _backs(order, order.lines.all())
    if backs:
        said = " ".join(said for back in backs for said in back.said)
        if any(back.is_kept for back in backs):
            return _("余下的货现在不能发: {said} 要发货请先申请特批。").format(said=said)
        return _("可以发货, 但请注意: {said}").format(said=said)
    against = _against(order)
    if not against:
        return ""
    return _("这张订单已放行, 可以交付。请注意, 这个客户今天的新订单会被拦下: {said}").format(said=" ".join(against))


@BOTH
def extend_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Add to an order."""
    customer, one = _found(request, Order, pk)
    return _asked(
        request, customer, one, MoreForm(request.POST or None),
        lambda told, by: told_if_waiting(request, actions.extend_order(one, **told, by=by, on=timezone.localdate())),
        title=_("订单追加"), done=_("已追加。"), text=_("只检查追加的金额; 没有通过的部分等待放行, 原来的部分不受影响。"),
    )  # fmt: skip


@BOTH
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up what is left of an order."""
    customer, one = _found(request, Order, pk)
    return _asked(
        request, customer, one, GiveUpForm(request.POST or None),
        lambda told, by: actions.give_up(one, **told, by=by, on=timezone.localdate()),
        title=_("取消订单余量"), done=_("已取消, 不再占用。"), danger=True,
    )  # fmt: skip


@BOTH
def use_prepayment(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle invoices with what is left of a receipt."""
    customer, one = _found(request, Receipt, pk)
    form = SettleForm(request.POST or None, invoices=open_of(customer, company=one.company_id, currency=one.currency))
    return _asked(
        request, customer, one, form,
        lambda told, by: actions.use_prepayment(one, to=told["to"], by=by, on=timezone.localdate()),
        title=_("预收款核销"), done=_("已核销。"), text=_free_text(one.free_amount), always=True,
    )  # fmt: skip


@BOTH
def set_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a credit note off against invoices."""
    customer, one = _found(request, Invoice, pk)
    form = SettleForm(request.POST or None, invoices=open_of(customer, company=one.company_id, currency=one.currency))
    return _asked(
        request, customer, one, form, lambda told, by: actions.set_off(one, to=told["to"], by=by, on=timezone.localdate()),
        title=_("红字发票冲抵"), done=_("已冲抵。"), text=_free_text(one.open_amount), always=True,
    )  # fmt: skip


def _free_text(free: Any) -> str:
    return _("余额 {free} 元。都不填时, 按到期先后核销。").format(free=free)


@BOTH
def ask_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to pay back what is left of a receipt."""
    customer, one = _found(request, Receipt, pk)
    form = RefundForm(request.POST or None, initial={"amount": max(one.free_amount, 0)})
    return _asked(
        request, customer, one, form, lambda told, by: actions.ask_refund(one, **told, by=by, on=timezone.localdate()),
        title=_("申请退款"), done=_("已提交副总经理批准; 批准前这笔钱留着不动。"),
        text=_("批准以后才记为已退款。申请人不能自己批准。"),
    )  # fmt: skip


@BOTH
def reverse_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to reverse a refund that was booked by mistake."""
    one = get_object_or_404(Refund.objects.select_related("receipt", "made"), pk=pk)
    customer = found(request, one.receipt.customer_id)
    return _asked(
        request, customer, one.made or one.receipt, ReverseForm(request.POST or None),
        lambda told, by: actions.ask_refund_reversal(one, **told, by=by, on=timezone.localdate()),
        title=_("申请冲销退款"), done=_("已提交副总经理批准; 批准前退款照旧计。"), danger=True,
        text=_("批准以后, 退款从那天起不再计, 钱回到原收款的余额。申请人不能自己批准。"),
    )  # fmt: skip


@BOTH
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the customer contests an invoice."""
    customer, one = _found(request, Invoice, pk)
    form = DisputeForm(request.POST or None, initial={"amount": one.open_amount, "since": timezone.localdate()})
    return _asked(
        request, customer, one, form, lambda told, by: actions.dispute_invoice(one, **told, by=by, on=timezone.localdate()),
        title=_("登记发票争议"), done=_("争议已登记。"), text=_("争议期间, 有争议的金额不算逾期。"),
    )  # fmt: skip


@BOTH
def end_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """End a dispute."""
    one = get_object_or_404(Dispute.objects.select_related("invoice"), pk=pk)
    customer = found(request, one.invoice.customer_id)
    return _asked(
        request, customer, one.invoice, EndDisputeForm(request.POST or None),
        lambda told, by: actions.end_dispute(one, **told, by=by, on=timezone.localdate()),
        title=_("结束发票争议"), done=_("争议已结束, 账龄接着原来的天数计。"),
    )  # fmt: skip


@BOTH
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a leased piece came back."""
    customer, one = _found(request, LeasedItem, pk)
    form = BackForm(request.POST or None, initial={"back_on": timezone.localdate()})
    return _asked(
        request, customer, one, form, lambda told, by: actions.take_back(one, **told, by=by),
        title=_("登记归还"), done=_("归还已登记。"),
    )  # fmt: skip


@BOTH
def undo_allocation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take money off an invoice again."""
    one = get_object_or_404(Allocation.objects.select_related("invoice"), pk=pk)
    customer = found(request, one.invoice.customer_id)
    return _asked(
        request, customer, one.invoice, ReverseForm(request.POST or None),
        lambda told, by: actions.undo_allocation(one, **told, by=by, on=timezone.localdate()), danger=True,
        title=_("取消核销"), done=_("已取消核销, 发票从今天起重新未结。"),
        text=_("金额 {amount} 元, 从今天起不再核销发票 {number}。").format(amount=one.amount, number=one.invoice.number),
    )  # fmt: skip


REVERSALS: dict[str, tuple[type[models.Model], Callable[..., Any]]] = {
    "order": (Order, actions.reverse_order),
    "delivery": (Delivery, actions.reverse_delivery),
    "invoice": (Invoice, actions.reverse_invoice),
    "receipt": (Receipt, actions.reverse_receipt),
    "contract": (Contract, actions.reverse_contract),
    "leased": (LeasedItem, actions.reverse_lease),
}


def reversal(kind: str) -> Callable[..., HttpResponse]:
    """Give the page on which a document of a kind is reversed."""

    @BOTH
    def reverse_it(request: HttpRequest, pk: int) -> HttpResponse:
        model, does = REVERSALS[kind]
        one: Any
        customer, one = _found(request, model, pk)
        titles = {
            "order": _("冲销订单"), "delivery": _("冲销交付单"), "invoice": _("作废发票"), "receipt": _("冲销收款"),
            "contract": _("作废合同"), "leased": _("作废出租登记"),
        }  # fmt: skip
        return asked(
            request, customer, ReverseForm(request.POST or None),
            lambda told: does(one, **told, by=person_of(request), on=timezone.localdate()),
            tab="dealings", title=f"{titles[kind]} {one}", danger=True, button=titles[kind],
            back=reverse("ledger.dealings", args=[customer.pk]), done=_("已冲销, 原单据保留可查。"),
            text=_("冲销从今天起生效, 之前各日的账不变。单据号可以再用。"),
        )  # fmt: skip

    return reverse_it


@BOTH
def end_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """End a contract before its day."""
    customer, one = _found(request, Contract, pk)
    return asked(
        request, customer, ReverseForm(request.POST or None),
        lambda told: actions.end_contract(one, **told, by=person_of(request), on=timezone.localdate()),
        tab="dealings", title=f"{_('终止合同')} {one}", danger=True, button=_("终止合同"),
        back=reverse("ledger.dealings", args=[customer.pk]), done=_("合同已终止。"), text=_("从今天起不再有效。"),
    )  # fmt: skip


def _found(request: HttpRequest, model: type[M], pk: int) -> tuple[Customer, M]:
    """Give a document and its customer, where the person may see him; anybody else's is missing."""
    one: Any = get_object_or_404(model, pk=pk)
    return found(request, one.customer_id), one


def _shown(request: HttpRequest, customer: Customer, template: str, told: dict[str, Any]) -> HttpResponse:
    person = person_of(request)
    can = {"may": {name: may(person, f"ledger.{name}", customer) for name in MAY}}
    return page_of(request, customer, "dealings", template, told | can)


def _asked(  # noqa: PLR0913 (all that one page says)
    request: HttpRequest,
    customer: Customer,
    one: Any,
    form: forms.Form,
    does: Callable[..., Any],
    *,
    title: str,
    done: str,
    text: str = "",
    danger: bool = False,
    always: bool = False,
) -> HttpResponse:
    """Ask on a page of its own what an act needs, and go back to the document."""
    if always and request.method == "POST":
        form.is_bound, form.data = True, request.POST
    name = "" if isinstance(one, LeasedItem) else one._meta.model_name
    back = reverse(f"ledger.{name}", args=[one.pk]) if name else reverse("ledger.dealings", args=[customer.pk])
    return asked(
        request, customer, form, lambda told: does(told, person_of(request)),
        tab="dealings", title=f"{title} {one}", back=back, done=done, text=text, danger=danger, button=title,
    )  # fmt: skip
