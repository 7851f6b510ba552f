"""What a customer's file asks of the dealings: a protocol that the room which keeps them fulfils."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Dealings:
    """The dealings with one customer as of a day; amounts in yuan, `open_orders` the amount of orders not invoiced."""

    first_on: date | None = None
    last_on: date | None = None
    sales_12m: Decimal = Decimal(0)
    deals_12m: int = 0
    owed: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    open_orders: Decimal = Decimal(0)
    planned: bool = False


class DealingsProvider(Protocol):
    """Whoever keeps dealings."""

    def dealings_of(self, customers: Collection[int], on: date) -> Mapping[int, Dealings]:
        """Give the dealings of each of the customers (by key) as of a day; one without any may be left out."""


_provider: list[DealingsProvider] = []


def set_provider(provider: DealingsProvider | None) -> None:
    """Let the dealings come from `provider` from now on; None takes it away."""
    _provider[:] = [] if provider is None else [provider]


def dealings_of(customers: Collection[int], on: date) -> Mapping[int, Dealings] | None:
    """Give the dealings of customers as of a day; None where nobody keeps any."""
    if not _provider:
        return None
    found = _provider[0].dealings_of(customers, on)
    return {key: found.get(key, Dealings()) for key in customers}
