"""Money: entered, set against invoices, taken off again, reversed; and credit notes set off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import (
    amount_of,
    company_for,
    currency_for,
    entered,
    hold,
    not_reversed,
    reason_of,
    reverse,
)
from xinheng.ledger.models import BASE, ZERO, Allocation, Company, Instalment, Invoice, Receipt
from xinheng.ledger.moving import Moves, moving
from xinheng.org.access import demand
from xinheng.org.models import Person

Named = Mapping[int, Decimal]
"""Amounts by the key of an invoice."""


@act
def enter_receipt(
    customer: Customer,
    *,
    number: str,
    received_on: date,
    amount: Decimal,
    by: Person,
    to: Named | None = None,
    kind: str = Receipt.Kind.PAYMENT,
    method: str = "",
    currency: str = BASE,
    company: Company | None = None,
) -> Receipt:
    """Enter money received, and settle invoices with it.

    `to` gives the amount for each invoice (by its key); left out, what has been due longest comes first, part by part
    where an invoice is payable in parts. What is left over is a prepayment. A deposit settles nothing.
    """
    demand(by, "ledger.enter", customer)
    hold(customer)
    receipt = Receipt(
        customer=customer, number=number, received_on=received_on, amount=amount_of(amount), kind=kind, method=method,
        currency=currency_for(currency, received_on), company=company_for(company, received_on),
    )  # fmt: skip
    with moving(by=by, on=received_on) as moves:
        entered("ledger.enter_receipt", receipt, by, {"received_on": str(received_on), "kind": kind})
        moves.watch(receipt, new=True)
        if kind == Receipt.Kind.PAYMENT:
            _settle(receipt, to, received_on, moves)
        elif to:
            raise Refusal(_("押金不能核销发票。请把核销留空。"))
    return receipt


@act
def use_prepayment(receipt: Receipt, *, by: Person, on: date, to: Named | None = None) -> Receipt:
    """Settle invoices with what is left of a receipt: those named, or what has been due longest."""
    demand(by, "ledger.enter", receipt.customer)
    hold(receipt.customer)
    receipt = Receipt.objects.get(pk=receipt.pk)
    not_reversed(receipt)
    before = receipt.allocated
    with moving(by=by, on=on) as moves:
        moves.watch(receipt)
        if receipt.kind == Receipt.Kind.PAYMENT:
            _settle(receipt, to, max(on, receipt.received_on), moves)
        if receipt.allocated == before:
            raise Refusal(_("没有可以核销的金额: 这笔收款已用完, 或者没有未结清的发票。"))
        record(
            "ledger.use_prepayment", receipt, by=by, about=receipt.customer,
            before={"allocated": str(before)}, after={"allocated": str(receipt.allocated)},
        )  # fmt: skip
    return receipt


@act
def set_off(note: Invoice, *, by: Person, on: date, to: Named | None = None) -> Invoice:
    """Set a credit note off against invoices: those named, or what has been due longest."""
    demand(by, "ledger.enter", note.customer)
    hold(note.customer)
    note = Invoice.objects.get(pk=note.pk)
    not_reversed(note)
    if note.kind != Invoice.Kind.CREDIT_NOTE:
        raise Refusal(_("只有红字发票可以冲抵别的发票。"))
    before = note.settled
    with moving(by=by, on=on) as moves:
        moves.watch(note)
        _settle(note, to, max(on, note.invoiced_on), moves)
        if note.settled == before:
            raise Refusal(_("没有可以冲抵的金额: 这张红字发票已用完, 或者没有未结清的发票。"))
        record(
            "ledger.set_off", note, by=by, about=note.customer,
            before={"settled": str(before)}, after={"settled": str(note.settled)},
        )  # fmt: skip
    return note


@act
def undo_allocation(allocation: Allocation, *, by: Person, on: date, why: str) -> Allocation:
    """Take money, or a credit note, off an invoice that it was set against wrongly: it is owed again from that day."""
    customer = allocation.invoice.customer
    demand(by, "ledger.enter", customer)
    hold(customer)
    allocation = Allocation.objects.select_related("invoice", "receipt", "credit_note").get(pk=allocation.pk)
    if allocation.reversed_on:
        raise Refusal(_("这笔核销已在 {day} 取消。").format(day=allocation.reversed_on))
    with moving(by=by, on=on) as moves:
        moves.watch(allocation.invoice, _giver(allocation))
        _take_off([allocation], on)
        record(
            "ledger.undo_allocation", allocation.invoice, by=by, about=customer, why=reason_of(why),
            before={"amount": str(allocation.amount), "of": _giver(allocation).number},
        )  # fmt: skip
    return allocation


@act
def reverse_receipt(receipt: Receipt, *, by: Person, on: date, why: str) -> Receipt:
    """Reverse a receipt (a cheque that came back): what it settled is owed again from that day."""
    demand(by, "ledger.enter", receipt.customer)
    hold(receipt.customer)
    receipt = Receipt.objects.get(pk=receipt.pk)
    not_reversed(receipt)
    if receipt.amount < 0:
        raise Refusal(_("这是退款。记错时请申请冲销退款; 钱退回来时请作为新的收款录入。"))
    if receipt.refunded:
        raise Refusal(
            _("收款 {number} 已退或待退 {amount} 元, 不能冲销。").format(number=receipt.number, amount=receipt.refunded)
        )
    standing = list(receipt.allocations.filter(reversed_on__isnull=True).select_related("invoice", "receipt"))
    with moving(by=by, on=on) as moves:
        moves.watch(receipt, *(allocation.invoice for allocation in standing))
        _take_off(standing, on)
        receipt.refresh_from_db()
        reverse("ledger.reverse_receipt", receipt, by, on, why)
    return receipt


def _take_off(allocations: Iterable[Allocation], on: date) -> None:
    """Reverse allocations from a day on; the sums with the documents follow."""
    for allocation in allocations:
        for key in filter(None, (allocation.invoice_id, allocation.credit_note_id)):
            invoice = Invoice.objects.get(pk=key)
            Invoice.objects.filter(pk=key).update(settled=invoice.settled - allocation.amount)
        if allocation.receipt_id is not None:
            receipt = Receipt.objects.get(pk=allocation.receipt_id)
            Receipt.objects.filter(pk=receipt.pk).update(allocated=receipt.allocated - allocation.amount)
        allocation.reversed_on = max(on, allocation.on)
        allocation.save(update_fields=["reversed_on"])


def _giver(allocation: Allocation) -> Receipt | Invoice:
    giver = allocation.receipt or allocation.credit_note
    assert giver is not None
    return giver


def _settle(giver: Receipt | Invoice, to: Named | None, on: date, moves: Moves) -> None:
    """Set a receipt or a credit note against invoices of the same customer, company and currency."""
    free = _free(giver)
    candidates = Invoice.objects.filter(
        customer=giver.customer, company=giver.company_id, currency=giver.currency, kind=Invoice.Kind.INVOICE,
        reversed_on__isnull=True, settled__lt=F("amount"),
    )  # fmt: skip
    shares = _longest_due(candidates, free) if to is None else _as_named(candidates, to, free)
    moves.watch(*shares)
    for invoice, share in shares.items():
        invoice.settled += share
        invoice.save(update_fields=["settled"])
        free -= share
        if isinstance(giver, Receipt):
            giver.allocated += share
            Allocation.objects.create(receipt=giver, invoice=invoice, amount=share, on=max(on, invoice.invoiced_on))
        else:
            giver.settled += share
            Allocation.objects.create(credit_note=giver, invoice=invoice, amount=share, on=max(on, invoice.invoiced_on))
    giver.save(update_fields=["allocated" if isinstance(giver, Receipt) else "settled"])


def _free(giver: Receipt | Invoice) -> Decimal:
    return giver.free_amount if isinstance(giver, Receipt) else giver.open_amount


def _longest_due(candidates: QuerySet[Invoice], free: Decimal) -> dict[Invoice, Decimal]:
    """Share an amount out: what is due first comes first, each part of an invoice by its own day."""
    invoices = list(candidates)
    plans: dict[int, list[Instalment]] = {}
    split = [invoice.pk for invoice in invoices if invoice.is_split]
    for part in Instalment.objects.filter(invoice__in=split).order_by("invoice", "part"):
        plans.setdefault(part.invoice_id, []).append(part)
    due: list[tuple[date, int, int, Decimal, Invoice]] = []
    for invoice in invoices:
        if invoice.pk not in plans:
            due.append((invoice.due_on, invoice.pk, 0, invoice.open_amount, invoice))
        for part in plans.get(invoice.pk, ()):
            left = min(part.amount, max(part.until_here - invoice.settled, ZERO))
            due.append((part.due_on, invoice.pk, part.part, left, invoice))
    shares: dict[Invoice, Decimal] = {}
    for _day, _pk, _part, left, invoice in sorted(due, key=lambda one: one[:3]):
        share = min(free, left)
        if share > 0:
            free -= share
            shares[invoice] = shares.get(invoice, ZERO) + share
    return shares


def _as_named(candidates: QuerySet[Invoice], to: Named, free: Decimal) -> dict[Invoice, Decimal]:
    """Share an amount out as told; Refusal where it is not enough, or an invoice is not open so far."""
    shares = {key: amount_of(part) for key, part in to.items()}
    if sum(shares.values(), ZERO) > free:
        raise Refusal(_("要核销的合计超过余额 {free} 元。请减少核销金额。").format(free=free))
    known = {invoice.pk: invoice for invoice in candidates.filter(pk__in=list(shares))}
    for key, part in shares.items():
        if key not in known:
            raise Refusal(_("所选发票不是这个客户的、公司或币种不同, 或已结清。请重新选择。"))
        if part > known[key].open_amount:
            raise Refusal(
                _("发票 {number} 只剩 {open} 元未结。请把核销金额改到不超过它。").format(
                    number=known[key].number, open=known[key].open_amount
                )
            )
    return {known[key]: part for key, part in shares.items()}
