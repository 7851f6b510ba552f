"""Who is told when a version of a policy is published: rooms above this one, in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from xinheng.audit.record import Actor
from xinheng.policies.models import Version


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the publication."""

    def on_published(self, version: Version, *, by: Actor, on: date) -> None:
        """Take note that a version was published, to be in force from its day."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""


def tell_published(version: Version, *, by: Actor, on: date) -> None:
    """Tell everybody who listens that a version was published; called in the transaction that publishes."""
    for listener in LISTENERS:
        listener.on_published(version, by=by, on=on)
