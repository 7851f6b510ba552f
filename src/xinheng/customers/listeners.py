"""Who is told that a statement was approved: rooms above this one, in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from xinheng.audit.record import Actor
from xinheng.customers.models import Statement


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the approval."""

    def on_statement(self, statement: Statement, *, by: Actor, on: date) -> None:
        """Take note that a statement was approved."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""


def tell_statement(statement: Statement, *, by: Actor, on: date) -> None:
    """Tell everybody who listens of an approved statement; called in the transaction that approves it."""
    for listener in LISTENERS:
        listener.on_statement(statement, by=by, on=on)
