"""What the rules look at: an order, its customer's account, grade, dealings, papers and contracts, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet

from creditpolicy.model import OrderRule, Policy, Terms
from xinheng.credit.core import joining, passing, pools
from xinheng.credit.core.accounts import granted_on
from xinheng.credit.core.holds import expired
from xinheng.credit.core.money import cents
from xinheng.credit.models import Account, Hold, Pool
from xinheng.credit.rules.at_hand import AtHand, at_hand, version_on
from xinheng.customers.models import Customer
from xinheng.customers.queries import group_of
from xinheng.ledger.queries import claims_in_base, contracts_on, invoices_on
from xinheng.ledger.queries.claims import Claim
from xinheng.papers.queries import expiring
from xinheng.policies.models import Version
from xinheng.policies.queries import policy_of
from xinheng.ratings.models import Standing
from xinheng.ratings.queries import grade_in_force
from xinheng.upkeep.prepared import prepared


@dataclass
class Case:
    """An order before it is decided on; amounts are cents. `hold` is what is reserved for it already, if anything."""

    at: ClassVar[str] = "order"

    account: Account
    amount: int
    on: date
    version: Version | None
    terms_days: int | None = None
    hold: Hold | None = None

    @property
    def customer(self) -> Customer:
        """Whose order it is."""
        return self.account.customer

    @cached_property
    def at_hand(self) -> AtHand | None:
        """What was read of the customer beforehand, together with others."""
        return at_hand(self.account.customer_id, self.on)

    @cached_property
    def policy(self) -> Policy | None:
        """The policy in force; None where there is none."""
        return policy_of(self.version) if self.version is not None else None

    @cached_property
    def standing(self) -> Standing | None:
        """The grade in force."""
        if self.at_hand is not None:
            return self.at_hand.standings.get(self.account.customer_id)
        return grade_in_force(self.customer, self.on)

    @property
    def grade(self) -> str:
        """The grade in force; empty where there is none."""
        return self.standing.grade if self.standing is not None else ""

    @cached_property
    def terms(self) -> Terms | None:
        """What the policy says for the grade."""
        by_grade = self.policy.credit.by_grade if self.policy is not None and self.policy.credit is not None else ()
        return next((terms for terms in by_grade if terms.grade == self.grade), None)

    @cached_property
    def granted(self) -> int | None:
        """What is granted on the day."""
        if self.at_hand is not None and self.account.pk in self.at_hand.granted:
            return self.at_hand.granted[self.account.pk].amount
        return granted_on(self.account, self.on).amount

    @cached_property
    def reserved(self) -> int:
        """What is reserved on the day for other orders: what expired by then is free."""
        mine = self.hold.left if self.hold is not None else 0
        known, key = self.at_hand, self.account.pk
        has_none = known is not None and key in known.granted and key not in known.expiring
        return self.account.reserved - (0 if has_none else expired(self.account, on=self.on)) - mine

    @property
    def wanted(self) -> int:
        """What used and reserved would come to with the order."""
        return self.account.used + self.reserved + self.amount

    @property
    def is_prepaid(self) -> bool:
        """Whether money received for orders pays for it, and for all that is on order and reserved before it."""
        return self.account.open_orders + self.reserved + self.amount <= self.account.prepayment

    def overdue(self, days: int, *, group: bool) -> tuple[int, int]:
        """Give what is overdue by more than so many days, in cents of the base currency, and since how many days at most."""
        members = [member.customer.pk for member in group_of(self.customer)] if group else []
        claims = self._late([self.account.customer_id, *members]) if members else self._own_late
        late = [claim for claim in claims if claim.days_late > days and claim.open > 0]
        return cents(sum((claim.open for claim in late), Decimal(0))), max((c.days_late for c in late), default=0)

    @cached_property
    def _own_late(self) -> list[Claim]:
        if self.at_hand is not None:
            return self.at_hand.claims.get(self.account.customer_id, [])
        return list(claims_in_base(_late(self.account.customer_id, self.on), on=self.on))

    def _late(self, customers: list[int]) -> list[Claim]:
        rows = invoices_on(self.on).filter(customer__in=customers, late_on__gt=0)
        return list(claims_in_base(rows, on=self.on))

    @cached_property
    def expired_papers(self) -> list[str]:
        """The kept papers of the customer that are no longer valid."""
        if self.at_hand is not None:
            return self.at_hand.papers.get(self.account.customer_id, [])
        return [str(paper) for paper in _ended(self.account.customer_id, self.on - timedelta(days=1))]

    @cached_property
    def has_contract(self) -> bool:
        """Whether a contract is in force."""
        if self.at_hand is not None:
            return (self.account.customer_id, self.account.company_id) in self.at_hand.contracts
        return bool(_contracts(self.account.customer_id, self.account.company_id, self.on))

    @cached_property
    def shared(self) -> list[tuple[Pool, int]]:
        """The limits that the account shares, each with what would be missing of it (below zero: free)."""
        is_new = self.account._state.adding
        if not self.account.is_pooled and not is_new:
            return []
        found = joining.would_share(self.account) if is_new else pools.pools_of(self.account)
        more = pools.would_count(self.account, self.amount - (self.hold.left if self.hold is not None else 0))
        return [(pool, more - pools.free(pool) - passing.expired_in(pool, on=self.on)) for pool in found]

    def rules(self) -> list[OrderRule]:
        """Give the rules for the customer's grade; of one type and scope those that name it come before the general."""
        credit = self.policy.credit if self.policy is not None else None
        every = [rule for rule in credit.order_rules if self.at in rule.at] if credit is not None else []
        named = {(rule.type, rule.scope) for rule in every if rule.grades is not None and self.grade in rule.grades}
        return [
            rule
            for rule in every
            if (self.grade in rule.grades if rule.grades is not None else (rule.type, rule.scope) not in named)
        ]


def look(
    account: Account, amount: int, *, on: date, terms_days: int | None = None, hold: Hold | None = None
) -> Case:  # fmt: skip
    """Give an order as the rules look at it, under the policy in force on a day."""
    return Case(account, amount, on, version_on(on), terms_days, hold)


@prepared
def _late(customer: int, on: date) -> QuerySet[Any]:
    late: QuerySet[Any] = invoices_on(on).filter(customer=customer, late_on__gt=0)
    return late


@prepared
def _ended(customer: int, on: date) -> QuerySet[Any]:
    return expiring(on, within=0).filter(customer=customer)


@prepared
def _contracts(customer: int, company: int, on: date) -> QuerySet[Any]:
    return contracts_on(on).filter(customer=customer, company=company).values_list("pk")[:1]
