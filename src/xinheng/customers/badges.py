"""Short marks beside a customer's name, in the head of his pages and in the hits of the search; rooms above bring them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinheng.org.models import Person


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark: its words, its colour, and what it says in full."""

    label: str
    colour: str
    title: str = ""


PROVIDERS: list[Callable[[Sequence[int], Person], Mapping[int, Sequence[Badge]]]] = []
"""Each gives, for customers (by key) whom the person sees, the marks that he may see."""


def badges_of(customers: Sequence[int], person: Person) -> dict[int, list[Badge]]:
    """Give the marks of each customer, in a number of queries that does not grow with them."""
    found: dict[int, list[Badge]] = {key: [] for key in customers}
    if customers:
        for provider in PROVIDERS:
            for key, badges in provider(customers, person).items():
                found[key] += badges
    return found
