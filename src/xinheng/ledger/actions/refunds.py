"""Paying money back, and reversing what was booked so by mistake: finance asks, a manager decides, only then it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import amount_of, company_for, currency_for, hold, not_reversed, reason_of
from xinheng.ledger.models import BASE, ZERO, Company, Receipt, Refund
from xinheng.ledger.moving import moving
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand
from xinheng.workflow.procedures import Procedure, Step

REFUND = Procedure(
    key="ledger.refund",
    steps=(
        Step(
            key="approve",
            title=gettext_noop("批准退款"),
            role=Role.DEPUTY_GM,
            act="approve",
            within_days=2,
            if_empty="role",
            fallback=Role.GENERAL_MANAGER,
            note=gettext_noop("核对退给谁、为什么退、余额够不够; 同意后即记为已退款。"),
        ),
    ),
)
"""Whoever asks does not decide."""
REVERSAL = Procedure(
    key="ledger.refund_reversal",
    steps=(
        replace(
            REFUND.steps[0],
            title=gettext_noop("批准冲销退款"),
            note=gettext_noop("核对这笔钱确实没有退出去, 或退款记错; 同意后退款从当天起不再计, 钱回到原收款的余额。"),
        ),
    ),
)
"""Whoever asks does not decide: for a reversal as for a refund."""


@act
def ask_refund(receipt: Receipt, *, number: str, amount: Decimal, by: Person, on: date, why: str) -> Refund:
    """Ask to pay back what is left of a receipt, or an amount of it; it is kept aside until it is decided."""
    demand(by, "ledger.enter", receipt.customer)
    hold(receipt.customer)
    receipt = Receipt.objects.select_related("customer").get(pk=receipt.pk)
    not_reversed(receipt)
    amount = amount_of(amount)
    if amount > receipt.free_amount:
        raise Refusal(
            _("收款 {number} 只剩 {free} 元可退。请把退款金额改到不超过它。").format(
                number=receipt.number, free=max(receipt.free_amount, 0)
            )
        )
    number = number.strip()
    if not number:
        raise Refusal(_("请填写单据号。"))
    _free_number(receipt, number)
    refund = Refund.objects.create(
        receipt=receipt, number=number, amount=amount, why=reason_of(why), asked_by=by, asked_on=on
    )
    receipt.refunded += amount
    receipt.save(update_fields=["refunded"])
    told = {"amount": str(amount), "receipt": receipt.number}
    record("ledger.ask_refund", refund, by=by, about=receipt.customer, why=why, after=told)
    title = _("退款 {amount} 元, {customer}").format(amount=amount, customer=receipt.customer.name)
    start(refund, REFUND, by=by, on=on, title=title, about=receipt.customer)
    return refund


@act
def book_refund(
    customer: Customer, *, number: str, received_on: date, amount: Decimal, by: Person, of: str = "", method: str = "",
    currency: str = BASE, company: Company | None = None,
) -> Refund:  # fmt: skip
    """Book money that was paid back before it came to be known here, as another system's books tell it.

    It comes out of the receipt with the number `of`, or else of the latest that had so much left. Nothing is paid out
    by it and no credit comes of it, so that one person may; to reverse it takes two, as for every refund.
    """
    demand(by, "ledger.import")
    demand(by, "ledger.enter", customer)
    hold(customer)
    amount, company = amount_of(amount), company_for(company, received_on)
    receipt = _paid_from(customer, company, currency_for(currency, received_on), received_on, amount, of)
    _free_number(receipt, number)
    receipt.refunded += amount
    receipt.save(update_fields=["refunded"])
    with moving(by=by, on=received_on) as moves:
        made = Receipt.objects.create(
            customer=customer, company=company, number=number, amount=-amount, currency=receipt.currency,
            kind=receipt.kind, received_on=received_on, method=method, refund_of=receipt, entered_by=by,
        )  # fmt: skip
        moves.watch(made, new=True)
        refund = Refund.objects.create(
            receipt=receipt, number=number, amount=amount, why=_("导入: 已退款"), state=Refund.State.MADE, asked_by=by,
            asked_on=received_on, decided_on=received_on, made=made,
        )  # fmt: skip
        told = {"amount": str(amount), "receipt": receipt.number, "received_on": str(received_on)}
        record("ledger.book_refund", refund, by=by, about=customer, after=told)
    return refund


def _paid_from(
    customer: Customer, company: Company, currency: str, on: date, amount: Decimal, number: str
) -> Receipt:  # fmt: skip
    """Give the receipt that money was paid back out of."""
    rows = Receipt.objects.filter(
        customer=customer, company=company, currency=currency, kind=Receipt.Kind.PAYMENT, amount__gt=0,
        received_on__lte=on, reversed_on__isnull=True,
    ).order_by("-received_on", "-pk")  # fmt: skip
    receipts = list(rows.filter(number=number) if number else rows.filter(amount__gt=F("allocated") + F("refunded")))
    if number and not receipts:
        raise Refusal(
            _("这个客户在 {day} 以前没有收款 {number}。请先导入那笔收款, 或留空。").format(day=on, number=number)
        )
    found = next((receipt for receipt in receipts if receipt.free_amount >= amount), None)
    if found is None:
        most = max((receipt.free_amount for receipt in receipts), default=ZERO)
        raise Refusal(
            _(
                "没有一笔收款还剩 {amount} 元可退, 最多的剩 {most} 元。请先导入那笔收款, 或取消它的核销; 退款分自几笔收款的, 请分行写。"
            ).format(amount=amount, most=most)
        )
    return found


def decided(refund: Refund, outcome: str, *, by: Actor, on: date) -> None:
    """Make the refund that was agreed to, or set the money free again."""
    hold(refund.customer)
    receipt = Receipt.objects.select_related("customer").get(pk=refund.receipt_id)
    refund.decided_on = on
    with moving(by=by, on=on) as moves:
        if outcome == Stand.AGREED:
            _free_number(receipt, refund.number)
            made = Receipt(
                customer=receipt.customer, company_id=receipt.company_id, number=refund.number, amount=-refund.amount,
                currency=receipt.currency, kind=receipt.kind, received_on=max(on, receipt.received_on),
                method=receipt.method, refund_of=receipt, entered_by=refund.asked_by,
            )  # fmt: skip
            made.save()
            moves.watch(made, new=True)
            refund.state, refund.made = Refund.State.MADE, made
        else:
            refund.state = (
                Refund.State.WITHDRAWN if outcome in (Stand.WITHDRAWN, Stand.CANCELLED) else Refund.State.REFUSED
            )
            receipt.refunded -= refund.amount
            receipt.save(update_fields=["refunded"])
        refund.save(update_fields=["state", "made", "decided_on"])
        record(
            "ledger.decide_refund", refund, by=by, about=receipt.customer,
            after={"state": str(refund.state), "amount": str(refund.amount)},
        )  # fmt: skip


@act
def ask_refund_reversal(refund: Refund, *, by: Person, on: date, why: str) -> Refund:
    """Ask to reverse a refund that was booked by mistake; until it is decided it counts as before."""
    demand(by, "ledger.enter", refund.customer)
    hold(refund.customer)
    refund = Refund.objects.select_related("receipt__customer", "made").get(pk=refund.pk)
    made = refund.made
    if made is None:
        raise Refusal(
            _("退款 {number} 现在是“{state}”, 没有记为已退款, 不必冲销。").format(
                number=refund.number, state=refund.get_state_display()
            )
        )
    not_reversed(made)
    made.reversed_why = reason_of(why)[:200]
    made.save(update_fields=["reversed_why"])
    record(
        "ledger.ask_refund_reversal", refund, by=by, about=refund.customer, why=made.reversed_why,
        before={"amount": str(refund.amount), "receipt": refund.receipt.number},
    )  # fmt: skip
    title = _("冲销退款 {amount} 元, {customer}").format(amount=refund.amount, customer=refund.customer.name)
    start(refund, REVERSAL, by=by, on=on, title=title, about=refund.customer, why=made.reversed_why)
    return refund


def reversal_decided(refund: Refund, outcome: str, *, by: Actor, on: date) -> None:
    """Reverse the refund from the day of the decision on, its money free again; or let it stand."""
    hold(refund.customer)
    receipt = Receipt.objects.select_related("customer").get(pk=refund.receipt_id)
    made = Receipt.objects.get(refund=refund)
    why = made.reversed_why
    with moving(by=by, on=on) as moves:
        moves.watch(made)
        if outcome == Stand.AGREED:
            made.reversed_on = max(on, made.received_on)
            receipt.refunded -= refund.amount
            receipt.save(update_fields=["refunded"])
        else:
            made.reversed_why = ""
        made.save(update_fields=["reversed_on", "reversed_why"])
        record(
            "ledger.decide_refund_reversal", refund, by=by, about=receipt.customer, why=why,
            after={"outcome": str(outcome), "amount": str(refund.amount)},
        )  # fmt: skip


def _free_number(receipt: Receipt, number: str) -> None:
    if Receipt.objects.filter(
        customer=receipt.customer_id, company=receipt.company_id, number=number, reversed_on__isnull=True
    ).exists():
        raise Refusal(_("这个客户已有单据号 {number}。请换一个单据号。").format(number=number))
