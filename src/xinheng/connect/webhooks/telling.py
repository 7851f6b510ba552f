"""What is told of each event: numbers and grades, never a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xinheng.audit.record import Actor
from xinheng.connect.models import Event
from xinheng.connect.webhooks.outbox import News, listening, write
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.ratings.listeners import Moved
from xinheng.ratings.models import Assessment, Rating


class Outbox:
    """Listens to the rooms below, and writes down what other systems are to be told."""

    def on_standings(self, moved: Sequence[Moved], *, by: Actor, on: date) -> None:
        """Tell of grades that came into force, or stopped."""
        if not listening(Event.GRADE_CHANGED):
            return
        numbers = _numbers(one.standing.customer_id for one in moved)
        write(
            (_of_standing(one, numbers[one.standing.customer_id]) for one in moved if _differs(one)),
            Event.GRADE_CHANGED,
        )

    def on_ratings(self, ratings: Sequence[Rating], *, by: Actor, on: date) -> None:
        """Tell of ratings that were made."""
        if not listening(Event.RATING_MADE):
            return
        numbers = _numbers(one.customer_id for one in ratings)
        write((_of_rating(one, numbers[one.customer_id]) for one in ratings), Event.RATING_MADE)

    def on_decided(self, assessment: Assessment, *, by: Actor, on: date) -> None:
        """Tell of a case that ended."""
        told = {
            "assessment": assessment.number, "customer": assessment.customer.number, "kind": assessment.kind,
            "state": assessment.state, "policy": assessment.policy.key, "version": assessment.version.number, "on": on,
        }  # fmt: skip
        news = News(Event.ASSESSMENT_DECIDED, told, assessment.customer_id, assessment.policy)
        write([news], Event.ASSESSMENT_DECIDED)

    def on_published(self, version: Version, *, by: Actor, on: date) -> None:
        """Tell of a version of a policy that was published."""
        told = {
            "policy": version.policy.key, "version": version.number, "title": version.policy.title,
            "in_force_from": version.in_force_from, "sha256": version.sha256,
        }  # fmt: skip
        write([News(Event.POLICY_PUBLISHED, told)], Event.POLICY_PUBLISHED)


OUTBOX = Outbox()


def _numbers(pks: Iterator[int]) -> dict[int, str]:
    wanted = set(pks)
    rows = Customer.objects.values_list("pk", "number")
    return dict(rows.filter(pk__in=wanted) if len(wanted) < 500 else rows)


def _differs(moved: Moved) -> bool:
    """Say whether anything moved that a receiver would act on."""
    before, now = moved.before, moved.standing
    return before is None or any(
        getattr(before, name) != getattr(now, name) for name in ("grade", "limit", "terms_days", "is_frozen")
    )


def _of_standing(moved: Moved, number: str) -> News:
    now, before = moved.standing, moved.before
    told = {
        "customer": number, "policy": now.policy.key, "version": now.version.number,
        "grade": now.grade or None, "grade_before": before.grade or None if before else None,
        "limit": now.limit, "limit_before": before.limit if before else None, "terms_days": now.terms_days,
        "is_frozen": now.is_frozen, "since": now.from_day, "cause": now.cause, "next_review": now.next_review_on,
    }  # fmt: skip
    return News(Event.GRADE_CHANGED, told, now.customer_id, now.policy)


def _of_rating(rating: Rating, number: str) -> News:
    told = {
        "rating": rating.pk, "customer": number, "policy": rating.policy.key, "version": rating.version.number,
        "as_of": rating.as_of, "grade": rating.grade, "sha256": rating.sha256,
    }  # fmt: skip
    return News(Event.RATING_MADE, told, rating.customer_id, rating.policy)
