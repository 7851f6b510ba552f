"""Writing down what is to be told, in the transaction of what happened: both are kept, or neither."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from xinheng.connect.models import Delivery, Event, Subscription
from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.policies.models import Policy
from xinheng.ratings.access import sees_at_all

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened, and what is told of it.

    News of a `customer` is for those who see him and, under the `policy`, his grade; other news for those who may read
    policies.
    """

    event: Event
    data: Mapping[str, Any]
    customer: int | None = None
    policy: Policy | None = None


def listening(event: Event) -> list[Subscription]:
    """Give the subscriptions that are to be told of an event; paused and broken ones are told later."""
    rows = Subscription.objects.exclude(state=Subscription.State.ENDED).select_related("person")
    return [one for one in rows if event in one.events and one.person.is_active]


def write(news: Iterable[News], event: Event) -> int:
    """Write a delivery of each piece of news for each subscription whose person may know it; gives how many."""
    listeners = listening(event)
    if not listeners:
        return 0
    pieces, at, written = list(news), timezone.now(), 0
    for subscription in listeners:
        known = list(_known_to(subscription.person, pieces))
        for start in range(0, len(known), CHUNK):
            rows = [delivery_of(subscription, one, at=at) for one in known[start : start + CHUNK]]
            written += len(Delivery.objects.bulk_create(rows))
    return written


def _known_to(person: Person, pieces: list[News]) -> Iterator[News]:
    """Give the news that a person may know: of customers whom he sees, and within what his roles let him read."""
    wanted = {one.customer for one in pieces if one.customer is not None}
    seen: set[int] = set()
    if wanted:
        visible = Customer.objects.visible_to(person)
        narrow = visible.filter(pk__in=wanted) if len(wanted) <= CHUNK else visible
        seen = set(narrow.values_list("pk", flat=True)) & wanted
    allowed: dict[int | None, bool] = {}
    for one in pieces:
        key = one.policy.pk if one.policy is not None else None
        if key not in allowed:
            allowed[key] = (
                may(person, "policies.see") if key is None else sees_at_all(person, "grade", policy=one.policy)
            )
        if allowed[key] and (one.customer is None or one.customer in seen):
            yield one


def delivery_of(subscription: Subscription, news: News, *, at: datetime) -> Delivery:
    """Make the delivery of a piece of news; its body is fixed now, and the same in every try."""
    made = Delivery(subscription=subscription, event=news.event, customer_id=news.customer, at=at, next_try_at=at)
    told = {"id": str(made.uid), "type": str(news.event), "timestamp": at.isoformat(), "data": dict(news.data)}
    made.payload = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str)
    return made
