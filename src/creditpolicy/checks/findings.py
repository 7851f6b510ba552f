"""What a check finds: a problem at a path of the policy, before it is given its line in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from creditpolicy.model import Item, Policy
from creditpolicy.problems import Severity

Path = tuple[str | int, ...]
T = TypeVar("T")

PARTS = ("base", "bonus", "deduction")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an auditor would object to, at a path of the policy."""

    code: str
    path: Path
    what: str
    why: str = ""
    fix: str = ""
    severity: Severity = "fault"
    facts: tuple[str, ...] = ()
    earlier: Path | None = None
    """The path of what came first, where something stands twice: its line is told."""


def items_of(policy: Policy) -> Iterator[tuple[Path, Item]]:
    """Give each item of the scorecard with its path."""
    for part in PARTS:
        for index, item in enumerate(getattr(policy.scorecard, part)):
            yield ("scorecard", part, index), item


def title_of(policy: Policy, item: Item) -> str:
    """Name an item as its readers do: by its label, that of its fact, or its id."""
    if item.label is not None:
        return str(item.label)
    fact = policy.facts.get(item.item)
    return str(fact.label) if fact is not None else item.item


def grade_ids(policy: Policy) -> list[str]:
    """Give the ids of the grades, best first."""
    return [grade.grade for grade in policy.grades]


def repeated(values: Iterable[T]) -> Iterator[tuple[int, int, T]]:
    """Give each value that came before: its position, that of the first, and the value."""
    first: dict[T, int] = {}
    for position, value in enumerate(values):
        if value in first:
            yield position, first[value], value
        else:
            first[value] = position
