"""Orders that are entered in the ledger: checked in the same act, and their checks dropped with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.credit.actions.books import check_of, follow, in_books, order_of
from xinheng.credit.actions.checks import Asked, close, hold_against, locked_check, not_in_approval
from xinheng.credit.actions.trying import told, under_policy
from xinheng.credit.core.accounts import open_account
from xinheng.credit.models import Account, OrderCheck
from xinheng.ledger.models import Order
from xinheng.workflow.actions import cancel_round
from xinheng.workflow.queries import open_round


@act
def check_entered(order: Order, *, by: Actor, on: date) -> OrderCheck:
    """Hold what waits of an order against the policy, and reserve for it where nothing stops it."""
    account = open_account(order.customer_id, company=order.company_id, currency=order.currency)
    account = under_policy(account, by=by, on=on)
    before = check_of(order)
    terms = order.contract.terms_days if order.contract is not None else None
    if terms is None and before is not None:
        terms = before.terms_days
    found = in_books(order)
    return hold_against(account, Asked(order.number, found.counts + found.waiting, terms), found, by=by, on=on)


@act
def drop_entered(checked: OrderCheck, order: Order, *, by: Actor, on: date, why: str) -> OrderCheck:
    """Take note that nothing of an order waits any more: what counts of it stays as it passed, else its check ends."""
    checked = locked_check(checked)
    not_in_approval(checked)
    found = in_books(order)
    if not found.counts:
        return close(checked, by=by, on=on, why=why)
    before = told(checked)
    follow(checked, found)
    checked.amount, checked.state, checked.found = found.counts, OrderCheck.State.PASSED, []
    checked.save()
    record("credit.amend", checked, by=by, about=checked.customer, before=before, after=told(checked))
    return checked


def came_in(account: Account, numbers: Collection[str], *, on: date) -> None:
    """Drop the checks that wait of orders which came into the ledger as facts: there is nothing left to decide."""
    waiting = OrderCheck.objects.filter(account=account, number__in=list(numbers), state__in=OrderCheck.WAITING)
    for checked in waiting.select_related("account__customer", "hold"):
        found = order_of(account, checked.number)
        if found is not None and found.counts and not found.waiting:
            overtake(checked, on=on)


@act
def overtake(checked: OrderCheck, *, on: date) -> OrderCheck:
    """End a check that waits because its order was confirmed elsewhere and is a fact now."""
    why = _("订单已作为事实导入")
    going_on = open_round(checked, "credit.release")
    if going_on is not None:
        cancel_round(going_on, by=SYSTEM, on=on, why=why)
    return close(locked_check(checked), by=SYSTEM, on=on, why=why)
