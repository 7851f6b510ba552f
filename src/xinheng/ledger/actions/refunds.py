"""Paying money back: finance asks, a manager decides, and only then does it leave the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.ledger.actions.checking import amount_of, hold, not_reversed, reason_of
from xinheng.ledger.models import Receipt, Refund
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


def _free_number(receipt: Receipt, number: str) -> None:
    if Receipt.objects.filter(
        customer=receipt.customer_id, company=receipt.company_id, number=number, reversed_on__isnull=True
    ).exists():
        raise Refusal(_("这个客户已有单据号 {number}。请换一个单据号。").format(number=number))
