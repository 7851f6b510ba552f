"""Who is told of an incident and of what customers take up, and asked of orders: rooms above, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.ledger.models import Incident, Order

Part = Literal["open_orders", "delivered", "receivables", "prepayment", "deposit"]


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the report."""

    def on_incident(self, incident: Incident, *, by: Actor, on: date) -> None:
        """Take note that an incident was reported."""

    def on_incident_withdrawn(self, incident: Incident, *, by: Actor, on: date) -> None:
        """Take note that an incident was withdrawn, for it had been reported by mistake."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document changed one part of what a customer takes up, by `delta`: above zero, the part grew.

    A prepayment and a deposit that grow count for the customer; the three other parts against him. `kind` is the
    document's model ("order", "invoice", "receipt"), `document` its key, `number` what is printed on it.
    """

    customer: int
    company: int
    currency: str
    part: Part
    delta: Decimal
    kind: str
    document: int
    number: str


class ExposureListener(Protocol):
    """What a room above brings to be told of exposure; whatever it raises undoes the act."""

    def on_exposure(self, changes: Sequence[Change], *, by: Actor, on: date) -> None:
        """Take note that documents changed what customers take up."""


class RateListener(Protocol):
    """What a room above brings to be told of rates; whatever it raises undoes the act."""

    def on_rates(self, *, on: date) -> None:
        """Take note that a rate was set or taken back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an order came out at the gate: in a word, why not, and the page that says more; `state` colours it."""

    label: str
    state: str
    said: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Back:
    """What is said against goods going out, in words, with the page that says more; `is_kept` where they may not."""

    is_kept: bool
    said: tuple[str, ...]
    release: tuple[str, ...]
    url: str


class Withheld(Refusal):
    """Goods may not go out. The act that was to send them is undone; `note` writes down that it was tried."""

    def __init__(self, message: str, order: Order, goods: Decimal, *, by: Actor, on: date) -> None:
        super().__init__(message)
        self.order, self.goods, self.by, self.on = order, goods, by, on

    def note(self) -> None:
        """Let whoever keeps the gate write down that the goods were to go out."""
        for gate in GATES:
            gate.kept_back(self.order, self.goods, by=self.by, on=self.on)


class Gate(Protocol):
    """What a room above brings to decide whether orders may stand; whatever it raises undoes the act."""

    def admits(self, order: Order, *, by: Actor, on: date) -> bool:
        """Say whether what waits of an order may count; where not, it noted why, and confirms the order once it may."""

    def dropped(self, order: Order, *, by: Actor, on: date, why: str) -> None:
        """Take note that nothing of an order waits any more: it was given up, or reversed."""

    def answer(self, order: Order) -> Answer | None:
        """Give how an order came out; None where it was never asked about."""

    def stands_against(self, order: Order, *, on: date) -> list[str]:
        """Say what would stop a new order of the customer now: told before goods of this one go out."""

    def holds_back(self, order: Order, goods: Decimal, *, on: date) -> Back | None:
        """Give what is said against goods of an order going out; None where nothing is."""

    def kept_back(self, order: Order, goods: Decimal, *, by: Actor, on: date) -> None:
        """Write down that goods were to go out and were kept back."""


GATES: list[Gate] = []
"""Appended to when a room above is made ready; an order stands once all admit it."""
LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""
EXPOSURE_LISTENERS: list[ExposureListener] = []
"""Appended to when a room above is made ready."""
RATE_LISTENERS: list[RateListener] = []
"""Appended to when a room above is made ready."""


def tell_incident(incident: Incident, *, by: Actor, on: date) -> None:
    """Tell everybody who listens of an incident; called in the transaction that reports it."""
    for listener in LISTENERS:
        listener.on_incident(incident, by=by, on=on)


def tell_incident_withdrawn(incident: Incident, *, by: Actor, on: date) -> None:
    """Tell everybody who listens that an incident was withdrawn; called in the transaction that does it."""
    for listener in LISTENERS:
        listener.on_incident_withdrawn(incident, by=by, on=on)


def tell_exposure(changes: Sequence[Change], *, by: Actor, on: date) -> None:
    """Tell everybody who listens what changed of what customers take up; called in the transaction of the act."""
    if changes:
        for listener in EXPOSURE_LISTENERS:
            listener.on_exposure(changes, by=by, on=on)


def tell_rates(*, on: date) -> None:
    """Tell everybody who listens that rates changed; called in the transaction that does it."""
    for listener in RATE_LISTENERS:
        listener.on_rates(on=on)
