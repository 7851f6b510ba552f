"""Which value of the card is in use: the rule over all that was brought, on any day, and where the bringers disagree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from xinheng.customers.card import Field, all_fields, fields_for, shown
from xinheng.customers.models import CardValue, Customer, Settlement


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card: the value in use, those that say otherwise and are as recent, and all others.

    `settled` is the decision by which the value is in use, where there is one.
    """

    field: Field
    current: CardValue | None
    against: tuple[CardValue, ...] = ()
    others: tuple[CardValue, ...] = ()
    settled: Settlement | None = None

    @property
    def text(self) -> str:
        """The value in use as people read it; empty where there is none."""
        return shown(self.field, self.current.text) if self.current else ""

    @property
    def is_contested(self) -> bool:
        """Whether somebody has to decide between values."""
        return bool(self.against)


def card_of(customer: Customer, *, at: datetime | None = None) -> list[Line]:
    """Give the card of a customer, now or as it was at a moment."""
    fields = all_fields()
    values, settlements = _held([customer.pk], at)
    return [
        line_of(
            field,
            [value for value in values if value.field == field.code],
            [settled for settled in settlements if settled.field == field.code],
        )
        for field in fields_for(customer.kind, fields.values())
    ]


def values_in_use(customers: Iterable[int], fields: Sequence[str]) -> dict[int, dict[str, str]]:
    """Give the canonical texts in use of some fields of many customers, in two queries; what is unknown is left out."""
    keys, held = list(customers), all_fields()
    values, settlements = _held(keys, None, fields)
    found: dict[int, dict[str, str]] = {key: {} for key in keys}
    grouped: dict[tuple[int, str], list[CardValue]] = {}
    for value in values:
        grouped.setdefault((value.customer_id, value.field), []).append(value)
    for (key, code), rows in grouped.items():
        settled = [one for one in settlements if one.customer_id == key and one.field == code]
        current = line_of(held[code], rows, settled).current if code in held else None
        if current is not None:
            found[key][code] = current.text
    return found


def line_of(field: Field, values: Sequence[CardValue], settlements: Sequence[Settlement]) -> Line:
    """Apply the rule to the values of one field that stand, oldest first.

    The most trusted is in use; of equally trusted ones the one of the latest day, then the one entered last. A value that
    says otherwise and is of the same day or later contests it, unless a later one as trusted took its place. A decision
    stands until a value is entered after it.
    """
    if not values:
        return Line(field, None)
    current, weighed, settled = current_of(values, settlements)
    against = tuple(
        value
        for value in weighed
        if value.as_of >= current.as_of
        and value.text != current.text
        and not any(later.as_of > value.as_of and later.trust >= value.trust for later in weighed)
    )
    others = tuple(value for value in values if value.pk != current.pk and value not in against)
    in_force = settled if settled is not None and settled.value_id == current.pk else None
    return Line(field, current, against, others, in_force)


def current_of(values: Sequence[Any], settlements: Sequence[Any]) -> tuple[Any, list[Any], Any]:
    """Give the value in use, those it was weighed among, and the decision that stands; anything with the columns will do."""
    standing = {value.pk for value in values}
    settled = next((one for one in reversed(settlements) if one.value_id in standing), None)
    weighed = list(values)
    if settled is not None:
        weighed = [value for value in values if value.pk == settled.value_id or value.entered_at > settled.settled_at]
    return max(weighed, key=lambda value: (value.trust, value.as_of, value.entered_at, value.pk)), weighed, settled


def _held(
    customers: Sequence[int], at: datetime | None, fields: Sequence[str] | None = None
) -> tuple[list[CardValue], list[Settlement]]:
    values = CardValue.objects.filter(customer__in=customers).select_related("entered_by")
    settlements = Settlement.objects.filter(customer__in=customers).select_related("settled_by")
    if fields is not None:
        values, settlements = values.filter(field__in=fields), settlements.filter(field__in=fields)
    if at is None:
        values = values.filter(withdrawn_at__isnull=True)
    else:
        values = values.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at), entered_at__lte=at)
        settlements = settlements.filter(settled_at__lte=at)
    return list(values.order_by("entered_at", "pk")), list(settlements.order_by("pk"))
