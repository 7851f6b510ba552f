"""Invoices and credit notes: entered, payable in parts, disputed, reversed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

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
    of_customer,
    reason_of,
    reverse,
)
from xinheng.ledger.actions.orders import invoiced_parts, locked, not_only_waiting, undo_parts
from xinheng.ledger.models import BASE, ZERO, Company, Dispute, Instalment, Invoice, Order
from xinheng.ledger.moving import moving
from xinheng.org.access import demand
from xinheng.org.models import Person

Plan = Sequence[tuple[date, Decimal]]
"""Due day and amount of each part, the earliest first."""


@act
def enter_invoice(
    customer: Customer,
    *,
    number: str,
    invoiced_on: date,
    amount: Decimal,
    by: Person,
    due_on: date | None = None,
    plan: Plan = (),
    order: Order | None = None,
    kind: str = Invoice.Kind.INVOICE,
    currency: str = BASE,
    company: Company | None = None,
    counterparty: str = "",
) -> Invoice:
    """Enter an invoice or a credit note; Refusal where the number is taken, the days or the amounts are wrong.

    It is due on `due_on`, or in the parts of a `plan`, whose sum must be the amount; where neither is told, after the
    terms of the order's contract. `counterparty` is whom it is made out to, where that is not the customer himself.
    """
    demand(by, "ledger.enter", customer)
    hold(customer)
    of_customer(order, customer)
    if order is not None:
        order = locked(order)
        not_only_waiting(order)
    amount = amount_of(amount)
    parts = _plan_of(plan, invoiced_on, amount)
    due_on = parts[-1][0] if parts else due_on or _by_terms(order, invoiced_on, kind)
    if due_on < invoiced_on:
        raise Refusal(
            _("到期日 {due} 早于开票日期 {invoiced}。请核对两个日期。").format(due=due_on, invoiced=invoiced_on)
        )
    if order is not None and currency != order.currency:
        raise Refusal(_("发票与订单的币种不同。请核对。"))
    if parts and kind != Invoice.Kind.INVOICE:
        raise Refusal(_("红字发票不能分期。请删去分期。"))
    invoice = Invoice(
        customer=customer, number=number, invoiced_on=invoiced_on, due_on=due_on, amount=amount,
        order=order, kind=kind, currency=currency_for(currency, invoiced_on), is_split=bool(parts),
        counterparty="" if counterparty.strip() in (customer.name, customer.number) else counterparty.strip(),
        company=order.company if order is not None else company_for(company, invoiced_on),
    )  # fmt: skip
    with moving(by=by, on=invoiced_on) as moves:
        if order is not None:
            moves.watch(order)
        told = {"invoiced_on": str(invoiced_on), "due_on": str(due_on), "parts": len(parts) or ""}
        entered("ledger.enter_invoice", invoice, by, told)
        moves.watch(invoice, new=True)
        _keep_plan(invoice, parts)
        if order is not None and kind == Invoice.Kind.INVOICE:
            invoiced_parts(order, invoice)
    return invoice


@act
def reverse_invoice(invoice: Invoice, *, by: Person, on: date, why: str) -> Invoice:
    """Void an invoice; refused while money or a credit note is set against it."""
    demand(by, "ledger.enter", invoice.customer)
    hold(invoice.customer)
    invoice = Invoice.objects.get(pk=invoice.pk)
    not_reversed(invoice)
    if invoice.settled:
        raise Refusal(
            _("发票 {number} 已核销 {settled} 元。请先冲销那笔收款或取消核销, 再作废发票。").format(
                number=invoice.number, settled=invoice.settled
            )
        )
    with moving(by=by, on=on) as moves:
        moves.watch(invoice, *([invoice.order] if invoice.order else []))
        undo_parts(invoice, on)
        reverse("ledger.reverse_invoice", invoice, by, on, why)
    return invoice


@act
def dispute_invoice(
    invoice: Invoice, *, by: Person, on: date, why: str, amount: Decimal | None = None, since: date | None = None
) -> Dispute:
    """Note that the customer contests an invoice, or an amount of it; while it lasts, that much is not overdue."""
    demand(by, "ledger.dispute", invoice.customer)
    hold(invoice.customer)
    invoice = Invoice.objects.get(pk=invoice.pk)
    not_reversed(invoice)
    since = since or on
    if invoice.kind != Invoice.Kind.INVOICE:
        raise Refusal(_("红字发票没有争议可登记。"))
    if since > on or since < invoice.invoiced_on:
        raise Refusal(_("争议日期要在开票日期 {day} 以后, 且不晚于今天。").format(day=invoice.invoiced_on))
    if invoice.disputes.filter(ended_on__isnull=True).exists():
        raise Refusal(_("发票 {number} 已在争议中。").format(number=invoice.number))
    amount = amount_of(amount if amount is not None else invoice.open_amount)
    if amount > invoice.open_amount:
        raise Refusal(
            _("发票 {number} 只剩 {open} 元未结, 争议金额不能更多。").format(
                number=invoice.number, open=invoice.open_amount
            )
        )
    dispute = Dispute.objects.create(invoice=invoice, amount=amount, reason=reason_of(why), since=since, entered_by=by)
    invoice.is_split, invoice.disputed_on = True, min(invoice.disputed_on or since, since)
    invoice.save(update_fields=["is_split", "disputed_on"])
    record(
        "ledger.dispute_invoice", invoice, by=by, about=invoice.customer, why=why,
        after={"amount": str(amount), "since": str(since)},
    )  # fmt: skip
    return dispute


@act
def end_dispute(dispute: Dispute, *, by: Person, on: date, outcome: str) -> Dispute:
    """End a dispute and say with what outcome: from that day the clock goes on where it stood."""
    demand(by, "ledger.enter", dispute.invoice.customer)
    hold(dispute.invoice.customer)
    dispute = Dispute.objects.select_related("invoice__customer").get(pk=dispute.pk)
    if dispute.ended_on:
        raise Refusal(_("这项争议已在 {day} 结束。").format(day=dispute.ended_on))
    dispute.ended_on, dispute.outcome = max(on, dispute.since), reason_of(outcome)
    dispute.save(update_fields=["ended_on", "outcome"])
    invoice = dispute.invoice
    record(
        "ledger.end_dispute", invoice, by=by, about=invoice.customer, why=outcome,
        before={"amount": str(dispute.amount), "since": str(dispute.since)},
    )  # fmt: skip
    return dispute


def _by_terms(order: Order | None, invoiced_on: date, kind: str) -> date:
    """Give the due day by the terms of the order's contract; a credit note counts at once."""
    if kind == Invoice.Kind.CREDIT_NOTE:
        return invoiced_on
    if order is None or order.contract is None or order.contract.terms_days is None:
        raise Refusal(_("请填写到期日或分期; 订单的合同写明账期时可以留空。"))
    return invoiced_on + timedelta(days=order.contract.terms_days)


def _plan_of(plan: Plan, invoiced_on: date, amount: Decimal) -> list[tuple[date, Decimal]]:
    """Give the parts of a plan, checked: at least two, days that rise, a sum that is exact."""
    if not plan:
        return []
    parts = [(day, amount_of(part)) for day, part in plan]
    days = [invoiced_on, *(day for day, _part in parts)]
    if len(parts) < 2:
        raise Refusal(_("分期至少要有两期; 只有一期时请填写到期日。"))
    if days[1] < invoiced_on or any(later <= earlier for earlier, later in itertools.pairwise(days[1:])):
        raise Refusal(_("分期的到期日要从早到晚, 不能重复, 也不能早于开票日期。"))
    whole = sum((part for _day, part in parts), ZERO)
    if whole != amount:
        raise Refusal(_("分期合计 {whole} 元, 与发票金额 {amount} 元不符。请核对。").format(whole=whole, amount=amount))
    return parts


def _keep_plan(invoice: Invoice, parts: Plan) -> None:
    until_here, rows = ZERO, []
    for number, (day, part) in enumerate(parts, 1):
        until_here += part
        rows.append(Instalment(invoice=invoice, part=number, due_on=day, amount=part, until_here=until_here))
    Instalment.objects.bulk_create(rows)
