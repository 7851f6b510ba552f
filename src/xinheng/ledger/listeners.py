"""Who is told of an incident: rooms above this one, in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from xinheng.audit.record import Actor
from xinheng.ledger.models import Incident


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the report."""

    def on_incident(self, incident: Incident, *, by: Actor, on: date) -> None:
        """Take note that an incident was reported."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""


def tell_incident(incident: Incident, *, by: Actor, on: date) -> None:
    """Tell everybody who listens of an incident; called in the transaction that reports it."""
    for listener in LISTENERS:
        listener.on_incident(incident, by=by, on=on)
