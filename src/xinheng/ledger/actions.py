"""What can be done with dealings: enter, settle, dispute, reverse. Each is one transaction and one line in the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.listeners import tell_incident
from xinheng.ledger.models import ZERO, Allocation, Incident, Invoice, Order, Receipt
from xinheng.org.access import demand
from xinheng.org.models import Person

D = TypeVar("D", Order, Invoice, Receipt)
R = TypeVar("R", Invoice, Receipt)
CENT = Decimal("0.01")


@act
def enter_order(
    customer: Customer, *, number: str, ordered_on: date, amount: Decimal, by: Person, currency: str = "CNY"
) -> Order:
    """Enter an order; Refusal where the number is taken or the amount is not above zero."""
    demand(by, "ledger.order", customer)
    order = Order(customer=customer, number=number, ordered_on=ordered_on, amount=_amount(amount), currency=currency)
    return _entered("ledger.enter_order", order, by, {"ordered_on": str(ordered_on)})


@act
def enter_invoice(
    customer: Customer,
    *,
    number: str,
    invoiced_on: date,
    due_on: date,
    amount: Decimal,
    by: Person,
    order: Order | None = None,
    kind: str = Invoice.Kind.INVOICE,
    currency: str = "CNY",
) -> Invoice:
    """Enter an invoice or a credit note; Refusal where the number is taken, the days or the amount are wrong."""
    demand(by, "ledger.enter", customer)
    if due_on < invoiced_on:
        raise Refusal(
            _("到期日 {due} 早于开票日期 {invoiced}。请核对两个日期。").format(due=due_on, invoiced=invoiced_on)
        )
    if order is not None and order.customer_id != customer.pk:
        raise Refusal(_("订单 {order} 不是这个客户的。请选这个客户的订单, 或留空。").format(order=order))
    invoice = Invoice(
        customer=customer, number=number, invoiced_on=invoiced_on, due_on=due_on, amount=_amount(amount),
        order=order, kind=kind, currency=currency,
    )  # fmt: skip
    return _entered("ledger.enter_invoice", invoice, by, {"invoiced_on": str(invoiced_on), "due_on": str(due_on)})


@act
def enter_receipt(
    customer: Customer,
    *,
    number: str,
    received_on: date,
    amount: Decimal,
    by: Person,
    to: Mapping[int, Decimal] | None = None,
    method: str = "",
    currency: str = "CNY",
) -> Receipt:
    """Enter money received, and settle invoices with it.

    `to` gives the amount for each invoice (by its key); left out, the invoices longest due come first. What is left
    over is a prepayment. Negative is money paid back, which settles nothing.
    """
    demand(by, "ledger.enter", customer)
    receipt = Receipt(
        customer=customer, number=number, received_on=received_on, amount=_amount(amount, negative=True),
        method=method, currency=currency,
    )  # fmt: skip
    _entered("ledger.enter_receipt", receipt, by, {"received_on": str(received_on)})
    if receipt.amount > 0:
        _settle(receipt, to, on=received_on)
    elif to:
        raise Refusal(_("退款不能核销发票。请把核销留空。"))
    return receipt


@act
def use_prepayment(receipt: Receipt, *, by: Person, on: date, to: Mapping[int, Decimal] | None = None) -> Receipt:
    """Settle invoices with what is left of a receipt: those named, or those longest due."""
    demand(by, "ledger.enter", receipt.customer)
    before = receipt.allocated
    _settle(receipt, to, on=on)
    if receipt.allocated == before:
        raise Refusal(_("没有可以核销的金额: 这笔收款已用完, 或者没有未结清的发票。"))
    record(
        "ledger.use_prepayment", receipt, by=by, about=receipt.customer,
        before={"allocated": str(before)}, after={"allocated": str(receipt.allocated)},
    )  # fmt: skip
    return receipt


@act
def reverse_receipt(receipt: Receipt, *, by: Person, on: date, why: str) -> Receipt:
    """Reverse a receipt (a cheque that came back): what it settled is owed again from that day."""
    demand(by, "ledger.enter", receipt.customer)
    receipt = Receipt.objects.select_for_update().get(pk=receipt.pk)
    _not_reversed(receipt)
    for allocation in receipt.allocations.filter(reversed_on__isnull=True):
        Invoice.objects.filter(pk=allocation.invoice_id).update(settled=F("settled") - allocation.amount)
    receipt.allocations.filter(reversed_on__isnull=True).update(reversed_on=on)
    receipt.allocated = ZERO
    return _reverse("ledger.reverse_receipt", receipt, by, on, why)


@act
def reverse_invoice(invoice: Invoice, *, by: Person, on: date, why: str) -> Invoice:
    """Void an invoice; refused while money is set against it."""
    demand(by, "ledger.enter", invoice.customer)
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    _not_reversed(invoice)
    if invoice.settled:
        raise Refusal(
            _("发票 {number} 已核销 {settled} 元。请先冲销那笔收款, 再作废发票。").format(
                number=invoice.number, settled=invoice.settled
            )
        )
    return _reverse("ledger.reverse_invoice", invoice, by, on, why)


@act
def dispute_invoice(invoice: Invoice, *, by: Person, on: date, why: str) -> Invoice:
    """Note that the customer objects to an invoice."""
    demand(by, "ledger.enter", invoice.customer)
    _not_reversed(invoice)
    if invoice.disputed_on:
        raise Refusal(_("发票 {number} 已在争议中。").format(number=invoice.number))
    invoice.disputed_on, invoice.dispute = on, why
    invoice.save(update_fields=["disputed_on", "dispute"])
    record("ledger.dispute_invoice", invoice, by=by, about=invoice.customer, why=why)
    return invoice


@act
def report_incident(
    customer: Customer, *, kind: str, happened_on: date, detail: str, by: Person,
    number: str = "", amount: Decimal | None = None, on: date | None = None,
) -> Incident:  # fmt: skip
    """Report a default, a lawsuit, a penalty or false information; what follows for the grade follows at once.

    `on` is the day of the report, left out the day on which it happened.
    """
    demand(by, "ledger.report_incident", customer)
    if on is not None and happened_on > on:
        raise Refusal(_("发生日期在今天以后。请改正。"))
    incident = Incident.objects.create(
        customer=customer, kind=kind, happened_on=happened_on, detail=detail, number=number,
        amount=amount if amount is None else _amount(amount), entered_by=by,
    )  # fmt: skip
    record(
        "ledger.report_incident", incident, by=by, about=customer, why=detail,
        after={"kind": kind, "happened_on": str(happened_on), "amount": None if amount is None else str(amount)},
    )  # fmt: skip
    tell_incident(incident, by=by, on=on or happened_on)
    return incident


def _settle(receipt: Receipt, to: Mapping[int, Decimal] | None, *, on: date) -> None:
    """Set a receipt against invoices; both rows are locked, and each is changed by one guarded statement."""
    free = receipt.amount - receipt.allocated
    candidates = Invoice.objects.select_for_update().filter(
        customer=receipt.customer, currency=receipt.currency, kind=Invoice.Kind.INVOICE,
        reversed_on__isnull=True, settled__lt=F("amount"),
    )  # fmt: skip
    if to is None:
        for invoice in candidates.order_by("due_on", "id"):
            part = min(free, invoice.open_amount)
            if part <= 0:
                break
            free -= part
            _allocate(receipt, invoice, part, on)
        return
    if sum(to.values(), ZERO) > free:
        raise Refusal(_("要核销的合计超过这笔收款的余额 {free} 元。请减少核销金额。").format(free=free))
    known = {invoice.pk: invoice for invoice in candidates.filter(pk__in=list(to))}
    for key, part in to.items():
        if key not in known:
            raise Refusal(_("所选发票不是这个客户的、币种不同, 或已结清。请重新选择。"))
        if _amount(part) > known[key].open_amount:
            raise Refusal(
                _("发票 {number} 只剩 {open} 元未结。请把核销金额改到不超过它。").format(
                    number=known[key].number, open=known[key].open_amount
                )
            )
        _allocate(receipt, known[key], part, on)


def _allocate(receipt: Receipt, invoice: Invoice, part: Decimal, on: date) -> None:
    fits = Invoice.objects.filter(pk=invoice.pk, settled__lte=F("amount") - part).update(settled=F("settled") + part)
    has = Receipt.objects.filter(pk=receipt.pk, allocated__lte=F("amount") - part).update(
        allocated=F("allocated") + part
    )
    if not (fits and has):
        raise Refusal(_("别人刚刚核销了同一张单据。请刷新后再试。"))
    Allocation.objects.create(receipt=receipt, invoice=invoice, amount=part, on=max(on, invoice.invoiced_on))
    receipt.allocated += part


def _entered(name: str, document: D, by: Person, days: Mapping[str, str]) -> D:
    document.number = document.number.strip()
    if not document.number:
        raise Refusal(_("请填写单据号。"))
    document.entered_by = by
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as taken:
        raise Refusal(
            _("这个客户已有单据号 {number}。如果是同一张, 不必再录; 如果不是, 请核对单据号。").format(
                number=document.number
            )
        ) from taken
    record(name, document, by=by, about=document.customer, after={"amount": str(document.amount), **days})
    return document


def _reverse(name: str, document: R, by: Person, on: date, why: str) -> R:
    if not why.strip():
        raise Refusal(_("请写明冲销的原因。"))
    document.reversed_on, document.reversed_why = on, why
    document.save()
    record(name, document, by=by, about=document.customer, why=why, before={"amount": str(document.amount)})
    return document


def _not_reversed(document: Invoice | Receipt) -> None:
    if document.reversed_on:
        raise Refusal(_("单据 {number} 已在 {day} 冲销。").format(number=document.number, day=document.reversed_on))


def _amount(amount: Decimal, *, negative: bool = False) -> Decimal:
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise Refusal(_("金额 {amount} 不是到分的金额。请写成两位小数。").format(amount=amount))
    if amount == 0 or (amount < 0 and not negative):
        raise Refusal(_("金额要大于 0。"))
    return amount.quantize(CENT)
