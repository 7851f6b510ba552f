"""Stored ratings calculated again, many at once: all that were asked for, or a sample each night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.org.roles import Role
from xinheng.ratings.models import Rating
from xinheng.ratings.rating import Erased, replayed
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import State
from xinheng.workflow.queries import items_of

SAMPLE = 1_000
"""Ratings calculated again each night: the newest and others at random, half each."""
KEPT = 200
"""Differences that are named one by one; of more, the number is told."""
AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A rating that is not what comes out when it is calculated again: whose, of which day, and the first field that differs."""

    rating: int
    customer: str
    as_of: date
    field: str


@dataclass(slots=True)
class Report:
    """What calculating again showed; `erased` have no record left, at the request of the person they concerned."""

    count: int = 0
    erased: int = 0
    found: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything came out as it is stored."""
        return not self.found


def replay_all(
    *,
    since: date | None = None,
    customer: str | None = None,
    progress: Callable[[int], None] | None = None,
    by: Actor = SYSTEM,
) -> Report:
    """Calculate all stored ratings again, or those made since a day, or of one customer (by number); leaves a line."""
    rows = Rating.objects.order_by("version", "as_of", "pk")
    if since is not None:
        rows = rows.filter(made_at__date__gte=since)
    if customer is not None:
        rows = rows.filter(customer__number=customer)
    report = _replayed(rows, progress)
    _told(report, by=by)
    return report


def replay_sample(on: date) -> Report:
    """Calculate a sample of the stored ratings again, another each day; of what differs, internal audit is told."""
    last = Rating.objects.aggregate(last=Max("pk"))["last"]
    if last is None:
        return Report()
    newest = list(Rating.objects.order_by("-pk").values_list("pk", flat=True)[: SAMPLE // 2])
    dice = Random(on.isoformat())  # noqa: S311 - which ones is no secret
    chosen = {*newest, *(dice.randint(1, last) for _each in range(SAMPLE // 2))}
    report = _replayed(Rating.objects.filter(pk__in=chosen).order_by("version", "as_of", "pk"), None)
    _told(report, by=SYSTEM)
    for difference in report.differences:
        _alarm(difference, on=on)
    return report


def _replayed(rows: QuerySet[Rating], progress: Callable[[int], None] | None) -> Report:
    report = Report()
    for rating in _read(rows):
        report.count += 1
        try:
            differs = replayed(rating).differs
        except Erased:
            report.erased += 1
            continue
        if differs:
            report.found += 1
            if len(report.differences) < KEPT:
                report.differences.append(Difference(rating.pk, rating.customer.number, rating.as_of, differs))
        if progress is not None and report.count % AT_A_TIME == 0:
            progress(report.count)
    return report


def _read(rows: QuerySet[Rating]) -> Iterator[Rating]:
    """Give the ratings with what is needed to calculate them, the version's text once for each version."""
    versions: dict[int, object] = {}
    for rating in rows.select_related("customer").iterator(chunk_size=AT_A_TIME):
        known = versions.get(rating.version_id)
        if known is None:
            versions[rating.version_id] = rating.version
        else:
            rating.version = known  # type: ignore[assignment]
        yield rating


@act
def _told(report: Report, *, by: Actor) -> None:
    record(
        "ratings.replayed", None, by=by,
        after={"ratings": report.count, "erased": report.erased, "differ": report.found,
               "which": [difference.rating for difference in report.differences]},
    )  # fmt: skip


@act
def _alarm(difference: Difference, *, on: date) -> None:
    """Ask internal audit to look into a rating that differs, once."""
    rating = Rating.objects.select_related("customer").get(pk=difference.rating)
    record("ratings.differs", rating, by=SYSTEM, about=rating.customer, after={"field": difference.field})
    if not items_of(rating).filter(act="look_into", state=State.OPEN).exists():
        open_item(
            rating, by=SYSTEM, on=on, act="look_into", role=Role.INTERNAL_AUDIT, about=rating.customer,
            title=_("评级记录与重算不符: {customer} {day}").format(
                customer=rating.customer.number, day=rating.as_of.isoformat()
            ),
            note=_("不符之处: {field}。记录可能被改动过。").format(field=difference.field),
        )  # fmt: skip
