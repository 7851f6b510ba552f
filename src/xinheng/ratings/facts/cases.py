"""Facts that people judged or entered in a customer's last agreed case under a policy, carried over to the next rating."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from creditpolicy.facts import CATALOGUE
from creditpolicy.program import FactRule, Program
from xinheng.ratings.facts.dealings import Found
from xinheng.ratings.facts.known import BY_HAND, Told
from xinheng.ratings.models import Assessment, Rating
from xinheng.ratings.values import value_of

OF_THE_MOMENT = frozenset({"rating_kind"})
"""True of one case only, and not carried over; as is whether a customer is new."""
AGREED = (Assessment.State.PUBLISHED, Assessment.State.IN_FORCE)


def from_cases(program: Program, policy: int, customers: Sequence[int], wanted: Collection[str], *, on: date) -> Found:
    """Give what was entered by hand, from the record of the rating that each customer's last agreed case led to.

    The day stays that of the entry, however often it is carried over.
    """
    rows = (
        Rating.objects.filter(
            policy=policy, customer__in=customers, as_of__lte=on, assessment__state__in=AGREED, assessment__isnull=False
        )
        .order_by("as_of", "pk")
        .values_list("customer_id", "uid", "record", "assessment__number", named=True)
    )
    found: Found = {}
    last = {row.customer_id: row for row in rows}
    for customer, row in last.items():
        for name, value, told in _by_hand(program, _opened(row), row.assessment__number):
            if name in wanted:
                found.setdefault(name, {})[customer] = value, told
    return found


_RECORD: Any = Rating._meta.get_field("record")


def _opened(row: Any) -> dict[str, Any]:
    text = row.record.open(_RECORD.place(row)) if row.record is not None else ""
    opened: dict[str, Any] = json.loads(text) if text else {"facts": {}, "sources": {}}
    return opened


def _by_hand(program: Program, record: dict[str, Any], case: str) -> list[tuple[str, Any, Told]]:
    found = []
    for name, code in record["sources"].items():
        told = Told.of(code)
        rule = program.fact.get(name)
        if told.origin not in BY_HAND or rule is None or rule.formula is not None or _is_of_the_moment(rule):
            continue
        value = value_of(rule, record["facts"].get(name))
        if value is not None:
            found.append((name, value, Told("case", told.day, told.ref or case)))
    return found


def _is_of_the_moment(rule: FactRule) -> bool:
    derived = CATALOGUE.get(rule.fact.derived) if rule.fact.derived else None
    return rule.id in OF_THE_MOMENT or (derived is not None and derived.of_nobody is not None)


def rated_before(policy: int, customers: Sequence[int], *, on: date) -> frozenset[int]:
    """Give those of the customers whom the policy rated before."""
    rows = Rating.objects.filter(policy=policy, customer__in=customers, as_of__lt=on)
    return frozenset(rows.values_list("customer", flat=True).distinct())
