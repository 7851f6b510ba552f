"""Who is told when a rating is made, a case ends or a grade moves: rooms above this one, in the same transaction.

Each is told of many at once, for a batch moves a hundred thousand: a listener answers with few statements, not one for
each row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from xinheng.audit.record import Actor
from xinheng.ratings.models import Assessment, Objection, Rating, Standing


@dataclass(frozen=True, slots=True)
class Moved:
    """The grade in force of a customer as it is from now, and the one before (None where there was none)."""

    standing: Standing
    before: Standing | None


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes what it is told of."""

    def on_standings(self, moved: Sequence[Moved], *, by: Actor, on: date) -> None:
        """Take note that grades came into force, or stopped."""

    def on_ratings(self, ratings: Sequence[Rating], *, by: Actor, on: date) -> None:
        """Take note that ratings were made; they may never come into force."""

    def on_decided(self, assessment: Assessment, *, by: Actor, on: date) -> None:
        """Take note that a case ended: in force, refused or cancelled."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""
ANSWERED: list[Callable[[Objection, date], None]] = []
"""Called with an objection that was answered, and the day, in the transaction of the answer."""


def tell_standing(standing: Standing, *, before: Standing | None, by: Actor, on: date) -> None:
    """Tell everybody who listens that one customer's grade moved; called in the transaction that moves it."""
    tell_standings([Moved(standing, before)], by=by, on=on)


def tell_standings(moved: Sequence[Moved], *, by: Actor, on: date) -> None:
    """Tell everybody who listens that grades moved."""
    for listener in LISTENERS:
        listener.on_standings(moved, by=by, on=on)


def tell_ratings(ratings: Sequence[Rating], *, by: Actor, on: date) -> None:
    """Tell everybody who listens that ratings were made."""
    for listener in LISTENERS:
        listener.on_ratings(ratings, by=by, on=on)


def tell_decided(assessment: Assessment, *, by: Actor, on: date) -> None:
    """Tell everybody who listens that a case ended."""
    for listener in LISTENERS:
        listener.on_decided(assessment, by=by, on=on)
