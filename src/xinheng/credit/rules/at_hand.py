"""What checking many orders looks at, read in few queries for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from xinheng.credit.core.accounts import Granted, of_grants, open_account
from xinheng.credit.models import Account, Grant, Hold, OrderCheck
from xinheng.customers.models import Customer
from xinheng.ledger.models import Company, Order
from xinheng.ledger.queries import claims_in_base, contracts_on, invoices_on
from xinheng.ledger.queries.claims import Claim
from xinheng.papers.queries import expiring
from xinheng.policies.models import Version
from xinheng.policies.queries import main_version
from xinheng.ratings.models import Standing
from xinheng.ratings.queries import grades_in_force


@dataclass(frozen=True, slots=True)
class AtHand:
    """What was read as of a day, by customer and by account (by key).

    `accounts` are those that the orders move, one object each; `fresh` are the orders' numbers under which nothing is
    known yet, by customer.
    """

    on: date
    customers: frozenset[int]
    version: Version | None
    standings: Mapping[int, Standing]
    papers: Mapping[int, list[str]]
    contracts: frozenset[tuple[int, int | None]]
    claims: Mapping[int, list[Claim]]
    granted: Mapping[int, Granted]
    expiring: frozenset[int]
    accounts: dict[tuple[int, int | None, str], Account]
    fresh: frozenset[tuple[int, str]]


_at_hand: ContextVar[AtHand | None] = ContextVar("at_hand", default=None)


def at_hand(customer: int, on: date) -> AtHand | None:
    """Give what was read of a customer for a day; None where nothing was."""
    found = _at_hand.get()
    return found if found is not None and found.on == on and customer in found.customers else None


def version_on(on: date) -> Version | None:
    """Give the version in force on a day of the policy whose grade is the customer's."""
    found = _at_hand.get()
    return found.version if found is not None and found.on == on else main_version(on)


def is_fresh(customer: int, number: str) -> bool:
    """Say whether it is known that nothing goes by this number yet, neither a check nor an order of the ledger."""
    found = _at_hand.get()
    return found is not None and (customer, number) in found.fresh


def account_of(customer: Customer, company: Company | None, currency: str) -> Account:
    """Give the account of a customer, opened where there is none."""
    found = _at_hand.get()
    key = customer.pk, (company or Company.default()).pk, currency
    if found is None or customer.pk not in found.customers:
        return open_account(customer, company=company, currency=currency)
    if key not in found.accounts:
        found.accounts[key] = open_account(customer, company=company, currency=currency)
    return found.accounts[key]


def forget(customer: int) -> None:
    """Let a customer's accounts be read anew: what was done with one was undone."""
    found = _at_hand.get()
    for key in [key for key in (found.accounts if found is not None else ()) if key[0] == customer]:
        del found.accounts[key]  # type: ignore[union-attr]


@contextmanager
def reading(customers: Collection[Customer], numbers: Collection[tuple[int, str]], *, on: date) -> Iterator[None]:
    """Keep at hand, while the block runs, what checking orders of customers (by key and number) looks at."""
    token = _at_hand.set(_read({one.pk: one for one in customers}, numbers, on))
    try:
        yield
    finally:
        _at_hand.reset(token)


def _read(customers: Mapping[int, Customer], numbers: Collection[tuple[int, str]], on: date) -> AtHand:
    keys = list(customers)
    papers: dict[int, list[str]] = {}
    for paper in expiring(on, within=-1).filter(customer__in=keys):
        papers.setdefault(paper.customer_id, []).append(str(paper))
    claims: dict[int, list[Claim]] = {}
    for claim in claims_in_base(invoices_on(on).filter(customer__in=keys, late_on__gt=0), on=on):
        claims.setdefault(claim.customer, []).append(claim)
    accounts = list(Account.objects.filter(customer__in=keys))
    grants: dict[int, list[Grant]] = {account.pk: [] for account in accounts}
    for account in accounts:
        account.customer = customers[account.customer_id]
    for grant in Grant.objects.filter(account__in=list(grants)):
        grants[grant.account_id].append(grant)
    due = Hold.objects.filter(account__in=list(grants), state=Hold.State.OPEN, until_day__lte=on)
    contracts = contracts_on(on).filter(customer__in=keys).values_list("customer_id", "company_id")
    return AtHand(
        on, frozenset(keys), main_version(on), grades_in_force(keys, on), papers, frozenset(contracts), claims,
        {key: of_grants(known, on) for key, known in grants.items()}, frozenset(due.values_list("account_id", flat=True)),
        {(account.customer_id, account.company_id, account.currency): account for account in accounts},
        frozenset(numbers) - _known(numbers),
    )  # fmt: skip


def _known(numbers: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Give which numbers stand for something already, or more than once among these."""
    texts = {number for _customer, number in numbers}
    checks = OrderCheck.objects.filter(number__in=texts).values_list("account__customer_id", "number")
    orders = Order.objects.filter(number__in=texts).values_list("customer_id", "number")
    return {*checks, *orders, *(pair for pair, count in Counter(numbers).items() if count > 1)}
