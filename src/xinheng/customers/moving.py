"""Who is told that a customer went to another department, or group: rooms above this one, in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from xinheng.audit.record import Actor
from xinheng.customers.models import Customer


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the move."""

    def on_moved(self, customer: Customer, *, by: Actor, on: date) -> None:
        """Take note that the customer belongs to another department, or has another parent."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""


def tell_moved(customer: Customer, *, by: Actor, on: date) -> None:
    """Tell everybody who listens that a customer moved; called in the transaction that moves him."""
    for listener in LISTENERS:
        listener.on_moved(customer, by=by, on=on)
