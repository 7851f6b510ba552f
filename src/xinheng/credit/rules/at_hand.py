"""What the rules look at, read for many customers in few queries: for a request with many orders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from xinheng.credit.core.accounts import Granted, of_grants
from xinheng.credit.models import Account, Grant, Hold
from xinheng.ledger.queries import claims_of, contracts_on, invoices_on
from xinheng.ledger.queries.claims import Claim
from xinheng.papers.queries import expiring
from xinheng.policies.models import Version
from xinheng.policies.queries import main_version
from xinheng.ratings.models import Standing
from xinheng.ratings.queries import grades_in_force


@dataclass(frozen=True, slots=True)
class AtHand:
    """What was read as of a day, by customer and by account (by key); balances are not among it, which orders move."""

    on: date
    customers: frozenset[int]
    version: Version | None
    standings: Mapping[int, Standing]
    papers: Mapping[int, list[str]]
    contracts: frozenset[tuple[int, int | None]]
    claims: Mapping[tuple[int, str], list[Claim]]
    granted: Mapping[int, Granted]
    expiring: frozenset[int]


_at_hand: ContextVar[AtHand | None] = ContextVar("at_hand", default=None)


def at_hand(customer: int, on: date) -> AtHand | None:
    """Give what was read of a customer for a day; None where nothing was."""
    found = _at_hand.get()
    return found if found is not None and found.on == on and customer in found.customers else None


def version_on(on: date) -> Version | None:
    """Give the version in force on a day of the policy whose grade is the customer's."""
    found = _at_hand.get()
    return found.version if found is not None and found.on == on else main_version(on)


@contextmanager
def reading(customers: Collection[int], *, on: date) -> Iterator[None]:
    """Keep at hand, while the block runs, what the rules look at of customers (by key)."""
    token = _at_hand.set(_read(frozenset(customers), on))
    try:
        yield
    finally:
        _at_hand.reset(token)


def _read(customers: frozenset[int], on: date) -> AtHand:
    keys = list(customers)
    papers: dict[int, list[str]] = {}
    for paper in expiring(on, within=-1).filter(customer__in=keys):
        papers.setdefault(paper.customer_id, []).append(str(paper))
    claims: dict[tuple[int, str], list[Claim]] = {}
    rows = list(invoices_on(on).filter(customer__in=keys, late_on__gt=0))
    currencies = {row.pk: row.currency for row in rows}
    for claim in claims_of(rows, on=on):
        claims.setdefault((claim.customer, currencies[claim.invoice]), []).append(claim)
    accounts = Account.objects.filter(customer__in=keys).values_list("pk", flat=True)
    grants: dict[int, list[Grant]] = {key: [] for key in accounts}
    for grant in Grant.objects.filter(account__customer__in=keys):
        grants.setdefault(grant.account_id, []).append(grant)
    due = Hold.objects.filter(account__customer__in=keys, state=Hold.State.OPEN, until_day__lte=on)
    return AtHand(
        on, customers, main_version(on), grades_in_force(keys, on), papers,
        frozenset(contracts_on(on).filter(customer__in=keys).values_list("customer_id", "company_id")), claims,
        {key: of_grants(known, on) for key, known in grants.items()}, frozenset(due.values_list("account_id", flat=True)),
    )  # fmt: skip
