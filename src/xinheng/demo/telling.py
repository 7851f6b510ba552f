"""Telling the story: everything drawn from one seed, in one order."""

from __future__ import annotations

from datetime import date
from random import Random

from xinheng.demo.customers import make_customers, make_statements
from xinheng.demo.dealings import make_dealings
from xinheng.demo.people import make_people
from xinheng.demo.story import Story

SEED = 20
CUSTOMERS = 300


def tell(today: date, *, seed: int = SEED, customers: int = CUSTOMERS) -> Story:
    """Give the company as of a day: the same seed and day give the same company.

    Each part draws from a chance of its own, so that a change in one leaves the others as they were.
    """
    departments, people = make_people(_chance(seed, "people"))
    made = make_customers(_chance(seed, "customers"), people, today, customers)
    return Story(
        seed=seed,
        today=today,
        departments=departments,
        people=people,
        customers=made,
        dealings=make_dealings(_chance(seed, "dealings"), made, today),
        statements=make_statements(_chance(seed, "statements"), made, today),
    )


def _chance(seed: int, part: str) -> Random:
    return Random(f"{seed} {part}")  # noqa: S311 - an invented company needs no secrecy
