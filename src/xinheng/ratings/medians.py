"""The median points, item by item, of the customers of the same class: the same kind, and the same size."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, TextField
from django.db.models.functions import Cast

from xinheng.customers.models import Customer
from xinheng.policies.models import Policy
from xinheng.ratings.models import Rating, Standing
from xinheng.ratings.queries import standings_on

FEWEST = 5
"""Others of the class that there must be: of fewer, a median would tell what somebody else has."""
_kept: OrderedDict[Any, tuple[int, dict[str, Decimal], Decimal | None]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class OfClass:
    """How the class stands: in words, how many customers, and the medians by item; none where they are too few."""

    label: str
    count: int
    points: dict[str, Decimal]
    total: Decimal | None

    @property
    def is_enough(self) -> bool:
        """Whether the class is large enough."""
        return self.count > FEWEST


def class_of(customer: Customer, policy: Policy, on: date) -> OfClass:
    """Give the medians over the ratings in force on a day, of everybody of the customer's class and himself."""
    told = (customer.get_kind_display(), customer.get_size_display())
    label = " · ".join(str(part) for part in told if part)
    last = Standing.objects.filter(policy=policy).aggregate(last=Max("pk"))["last"]
    key = policy.pk, customer.kind, customer.size, on, last
    if key not in _kept:
        _kept[key] = _medians(customer, policy, on)
        while len(_kept) > 50:
            _kept.popitem(last=False)
    count, points, total = _kept[key]
    return OfClass(label, count, dict(points) if count > FEWEST else {}, total if count > FEWEST else None)


def _medians(customer: Customer, policy: Policy, on: date) -> tuple[int, dict[str, Decimal], Decimal | None]:
    alike = standings_on(on, policy).filter(
        customer__kind=customer.kind, customer__size=customer.size, rating__isnull=False
    )
    rows = Rating.objects.filter(pk__in=alike.order_by().values("rating"))
    given: dict[str, Counter[str | None]] = defaultdict(Counter)
    totals: Counter[Any] = Counter()
    count = 0
    for points, total in rows.order_by().values_list("points", Cast("total", TextField())).iterator(chunk_size=5000):
        count += 1
        totals[total] += 1
        for item, text in points.items():
            given[item][text] += 1
    medians = {item: _median(told) for item, told in given.items()}
    return count, {item: found for item, found in medians.items() if found is not None}, _median(totals)


def _median(told: Counter[str | None]) -> Decimal | None:
    """Give the median of numbers written as text, each with how often it was given; None of too few."""
    ranked = sorted((Decimal(text), count) for text, count in told.items() if text is not None)
    whole = sum(count for _value, count in ranked)
    if whole <= FEWEST:
        return None
    places, upto, found = ((whole - 1) // 2, whole // 2), 0, []
    for value, count in ranked:
        found += [value for place in places if upto <= place < upto + count]
        upto += count
    return sum(found, Decimal(0)) / 2
