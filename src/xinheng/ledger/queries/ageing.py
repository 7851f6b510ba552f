"""What was open on a day by how long it was overdue, or how old it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, ZERO
from xinheng.ledger.queries.claims import Claim, claims_of
from xinheng.ledger.queries.standing import open_invoices

BUCKETS: tuple[tuple[int, int | None], ...] = ((1, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Days overdue, both ends included; what is not due comes before them."""


@dataclass(slots=True)
class Aged:
    """What was open by age: not due, in each bucket, contested. Credit notes take off where their own day puts them."""

    buckets: tuple[tuple[int, int | None], ...] = BUCKETS
    not_due: Decimal = ZERO
    late: list[Decimal] = field(default_factory=list)
    contested: Decimal = ZERO

    def __post_init__(self) -> None:
        self.late = self.late or [ZERO] * len(self.buckets)

    @property
    def overdue(self) -> Decimal:
        """All that was overdue."""
        return sum(self.late, ZERO)

    @property
    def total(self) -> Decimal:
        """All that was open."""
        return self.not_due + self.overdue + self.contested

    def take(self, claim: Claim) -> None:
        """Add a claim where it belongs."""
        if claim.is_contested:
            self.contested += claim.open
        elif claim.days_late == 0:
            self.not_due += claim.open
        else:
            self.late[place_of(claim.days_late, self.buckets)] += claim.open


def place_of(days: int, buckets: tuple[tuple[int, int | None], ...]) -> int:
    """Give the place of the bucket that a number of days falls into."""
    return next(n for n, (_low, high) in enumerate(buckets) if high is None or days <= high)


def ageing(customer: Customer, *, on: date, currency: str = BASE) -> Aged:
    """Give what a customer owed on a day by days overdue."""
    aged = Aged()
    for claim in claims_of(open_invoices(customer, on=on).filter(currency=currency), on=on):
        aged.take(claim)
    return aged
