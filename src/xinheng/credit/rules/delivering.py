"""Goods of an order held against the rules before they go out: nothing new is taken, so only what has become of the customer counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.translation import gettext as _

from creditpolicy.model import OrderRule, Policy
from xinheng.credit.core.money import cents
from xinheng.credit.models import Account
from xinheng.credit.rules import finding
from xinheng.credit.rules.at_hand import version_on
from xinheng.credit.rules.examining import LetPass, is_let_pass
from xinheng.credit.rules.finding import FINDERS, tolerance
from xinheng.credit.rules.fired import Fired, fired, money
from xinheng.credit.rules.looking import Case
from xinheng.ledger.models import ZERO, Order


@dataclass
class Going(Case):
    """Goods that are to go out: `goods` are theirs in cents, `whole` the order's; its `amount` counts already, and is nothing more."""

    at: ClassVar[str] = "delivery"

    goods: int = 0
    whole: int = 0

    @property
    def is_prepaid(self) -> bool:
        """Whether money received for orders pays for the goods, and for all that went out and is not invoiced."""
        return self.account.delivered + self.goods <= self.account.prepayment


def going(order: Order, goods: int, *, on: date) -> Going:
    """Give goods (cents) of an order as the rules look at them, under the policy in force on a day."""
    book = {"customer": order.customer, "company": order.company, "currency": order.currency}
    account = Account.objects.select_related("customer").filter(**book).first() or Account(**book)
    terms = order.contract.terms_days if order.contract is not None else None
    whole = cents(sum((line.not_given_up for line in order.lines.all()), ZERO))
    return Going(account, 0, on, version_on(on), terms, goods=goods, whole=whole)


def is_asked(case: Going) -> bool:
    """Say whether the policy asks anything before goods go out."""
    credit = case.policy.credit if case.policy is not None else None
    return credit is not None and any(case.at in rule.at for rule in credit.order_rules)


def found_of(case: Going, let_pass: LetPass | None = None) -> tuple[Fired, ...]:
    """Give what stands against the goods, reminders too; `let_pass` is what a special approval that is valid lets pass."""
    policy = case.policy
    if policy is None or not is_asked(case):
        return ()
    every = (one for rule in case.rules() for one in AT_DELIVERY[rule.type](case, policy, rule))
    return tuple(one for one in every if not is_let_pass(one, let_pass or {}))


def _over_limit(case: Going, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find a customer who is over his limit by now, as it was lowered or ended; the order itself passed before."""
    if rule.scope != "customer":
        yield from finding.over_limit(case, policy, rule)
    elif not case.is_prepaid and case.granted is not None:
        over = case.wanted - case.granted
        if over > case.granted * tolerance(rule) // 10_000:
            yield fired(
                policy, rule,
                _("额度 {limit} 元, 已用 {used} 元, 预占 {reserved} 元, 超出 {over} 元。").format(
                    limit=money(case.granted), used=money(case.account.used), reserved=money(case.reserved),
                    over=money(over),
                ),
                _("收到货款或预收款 {over} 元, 或批准更高的额度。").format(over=money(over)), over=over,
            )  # fmt: skip


def _cash_only(case: Going, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find goods that are not paid for of a customer from whom only cash is taken."""
    only_cash = case.granted == 0 or (case.terms is not None and bool(case.terms.cash_only))
    missing = case.account.delivered + case.goods - case.account.prepayment
    if only_cash and missing > 0:
        yield fired(
            policy, rule, _("只收现款, 这批货的预收款还差 {missing} 元。").format(missing=money(missing)),
            _("收到预收款 {missing} 元。").format(missing=money(missing)), over=missing,
        )  # fmt: skip


def _down_payment_short(case: Going, policy: Policy, rule: OrderRule) -> Iterator[Fired]:
    """Find an order whose down payment, or deposit, has not come in, or was given back."""
    taken_on = case.account.open_orders + case.account.delivered
    yield from finding.paid_short(case, policy, rule, taken_on, case.whole)


_OWN: dict[str, Callable[[Going, Policy, OrderRule], Iterator[Fired]]] = {
    "over_limit": _over_limit,
    "cash_only": _cash_only,
    "down_payment_short": _down_payment_short,
}
AT_DELIVERY: dict[str, Callable[[Going, Policy, OrderRule], Iterator[Fired]]] = {**FINDERS, **_OWN}
