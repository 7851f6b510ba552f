"""What somebody leaves behind when his account is closed, as the rooms above count it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from xinheng.org.models import Person

LeftBehind = Callable[[Person, date], Mapping[str, int]]
"""Gives how many there are of each kind, by the kind's name; never what they are about: administrators see no customers."""
LEFT_BEHIND: list[LeftBehind] = []
"""A room whose things wait for one person appends to it when it is made ready."""


def left_behind(person: Person, on: date) -> dict[str, int]:
    """Count what waits for this person alone."""
    return {kind: count for ask in LEFT_BEHIND for kind, count in ask(person, on).items() if count}
