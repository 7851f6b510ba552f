"""The order of the ledger that a check is about: what of it counts, what waits, and letting it count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from xinheng.audit.record import Actor
from xinheng.credit.core.money import cents
from xinheng.credit.models import Account, Hold, OrderCheck
from xinheng.credit.rules.at_hand import is_fresh
from xinheng.ledger.actions import confirm_order
from xinheng.ledger.models import ZERO, Order
from xinheng.upkeep.prepared import prepared


@dataclass(frozen=True, slots=True)
class InBooks:
    """An order of the ledger, in cents: what of it `counts`, delivered or not, and what is `waiting` for credit."""

    order: Order
    counts: int
    waiting: int


def in_books(order: Order) -> InBooks:
    """Give what of an order counts and what waits; nothing of one that was reversed."""
    lines = [] if order.reversed_on else list(order.lines.all())
    counts = sum((line.not_given_up for line in lines if not line.is_waiting), ZERO)
    waiting = sum((line.not_given_up for line in lines if line.is_waiting), ZERO)
    return InBooks(order, cents(counts), cents(waiting))


def order_of(account: Account, number: str) -> InBooks | None:
    """Give the order of the ledger with a number that stands on an account's books; None where there is none."""
    if is_fresh(account.customer_id, number):
        return None
    order = _order.first(account.customer_id, account.company_id, account.currency, number)
    return in_books(order) if order is not None else None


@prepared
def _order(customer: int, company: int, currency: str, number: str) -> QuerySet[Order]:
    book = {"customer": customer, "company": company, "currency": currency}
    return Order.objects.filter(**book, number=number, reversed_on__isnull=True).select_related("customer")[:1]


def check_of(order: Order) -> OrderCheck | None:
    """Give the check that goes on of an order of the ledger; None where it was never checked, or that was dropped."""
    checks = OrderCheck.objects.filter(
        account__customer=order.customer_id, account__company=order.company_id, account__currency=order.currency,
        number=order.number,
    )  # fmt: skip
    return checks.exclude(state=OrderCheck.State.DROPPED).select_related("account__customer", "hold").first()


def follow(checked: OrderCheck, found: InBooks | None) -> None:
    """Let a check, held in memory, ask for what waits of its order.

    What counts by now is not asked for again, nor what was used before the order came into the ledger, which it covers.
    """
    if found is None:
        return
    held = list(Hold.objects.filter(account=checked.account, document=checked.number).order_by("pk"))
    checked.hold = checked.hold or next((hold for hold in held if hold.state == Hold.State.OPEN), None)
    taken = sum(hold.used - hold.returned for hold in held)
    checked.done = found.counts + taken - (checked.hold.used if checked.hold is not None else 0)
    if found.waiting:
        checked.amount = found.counts + found.waiting


def let_stand(checked: OrderCheck, found: InBooks | None, *, by: Actor, on: date) -> None:
    """Let what waits of an order in the ledger count, once its check passed and reserved for it."""
    if found is not None and found.waiting and not checked.is_waiting:
        confirm_order(found.order, by=by, on=on)
