"""The gate that orders pass which are entered in the ledger: each is checked, and waits where the policy stops it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.audit.record import Actor
from xinheng.credit.actions.books import check_of
from xinheng.credit.actions.deliveries import STATES, against, keep_back
from xinheng.credit.actions.entered import check_entered, drop_entered
from xinheng.credit.models import Account
from xinheng.credit.rules import Verdict, examine, look
from xinheng.credit.rules.examining import verdict_of
from xinheng.credit.rules.fired import Fired
from xinheng.ledger.listeners import Answer, Back
from xinheng.ledger.models import Order


class OrderGate:
    """Asks credit of every order that people or other systems enter."""

    def admits(self, order: Order, *, by: Actor, on: date) -> bool:
        """Check what waits of an order, and reserve for it; where it is stopped the check says why."""
        return not check_entered(order, by=by, on=on).is_waiting

    def dropped(self, order: Order, *, by: Actor, on: date, why: str) -> None:
        """Drop the check of an order of which nothing waits any more."""
        checked = check_of(order)
        if checked is not None:
            drop_entered(checked, order, by=by, on=on, why=why)

    def answer(self, order: Order) -> Answer | None:
        """Give how the check of an order came out."""
        checked = check_of(order)
        if checked is None:
            return None
        said = tuple(one["said"] for one in checked.found)
        return Answer(str(checked.get_state_display()), checked.state, said, checked.get_absolute_url())

    def stands_against(self, order: Order, *, on: date) -> list[str]:
        """Say what would stop the customer's next order today, however small."""
        account = Account.objects.filter(
            customer=order.customer_id, company=order.company_id, currency=order.currency
        ).first()
        if account is None:
            return []
        found = examine(look(account, 0, on=on))
        return [one.said for one in found.found if one.strength != "remind"] if found.verdict != Verdict.PASSED else []

    def holds_back(self, order: Order, goods: Decimal, *, on: date) -> Back | None:
        """Give what the policy says against goods of an order going out, reminders too."""
        found = against(order, goods, on=on)
        if not found:
            return None
        is_kept = verdict_of(found) in STATES
        told = [one for one in found if one.strength != "remind"] if is_kept else found
        return Back(
            is_kept,
            tuple(f"{one.label} ({one.clause}): {one.said}" if one.clause else f"{one.label}: {one.said}" for one in told),
            tuple(dict.fromkeys(_releases(one) for one in told)), reverse("credit.delivery", args=[order.pk]),
        )  # fmt: skip

    def kept_back(self, order: Order, goods: Decimal, *, by: Actor, on: date) -> None:
        """Write down that goods were kept back."""
        keep_back(order, goods, by=by, on=on)


def _releases(one: Fired) -> str:
    """Say what would let goods go: what makes the rule fall silent, or who may let them."""
    if not one.release_role:
        return one.release
    return _("{release}也可由{who}特批。").format(release=one.release, who=one.release_role)
