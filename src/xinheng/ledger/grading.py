"""What grade customers are in, asked of whoever keeps grades: a room above this one brings it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from xinheng.org.access import may
from xinheng.org.models import Person

Grades = Callable[[Collection[int], date], Mapping[int, str]]
"""The grade in words of each of the customers (by key) on a day; one without a grade may be left out."""
_provider: list[tuple[Grades, str]] = []


def set_grades(provider: Grades | None, *, needs: str = "") -> None:
    """Let grades come from `provider` from now on, for those who have a permission; None takes it away."""
    _provider[:] = [] if provider is None else [(provider, needs)]


def sees_grades(person: Person) -> bool:
    """Say whether somebody may have receivables summed up by grade."""
    return bool(_provider) and may(person, _provider[0][1])


def grades_of(customers: Collection[int], on: date) -> Mapping[int, str]:
    """Give the grades of customers on a day; nothing where nobody keeps any."""
    return _provider[0][0](customers, on) if _provider else {}
