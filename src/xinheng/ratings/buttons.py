"""What may be done from a customer's tab 评级: each part of the room adds its own button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from xinheng.customers.models import Customer
from xinheng.org.models import Person


@dataclass(frozen=True, slots=True)
class Button:
    """A button that opens a page: its words, icon and address; a strong one is what one mostly comes for."""

    label: str | Promise
    icon: str
    url: str
    is_strong: bool = False


BUTTONS: list[Callable[[Customer, Person], Iterable[Button]]] = []
"""Each gives the buttons that this person gets for this customer; appended to in `ready_<part>.py`."""


def buttons_for(customer: Customer, person: Person) -> list[Button]:
    """Give the buttons that a person gets for a customer."""
    return [button for each in BUTTONS for button in each(customer, person)]
