"""Acts of those who read ratings: looking into a record, calculating it again, taking a list out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.ratings.models import Rating
from xinheng.ratings.rating import replayed

AT_A_TIME = 2_000


@act
def look_at_rating(rating: Rating, *, by: Person) -> None:
    """Note that somebody looked at what a rating was calculated from."""
    demand(by, "ratings.see_reasons", rating)
    record("ratings.look", rating, by=by, about=rating.customer, look=True)


@act
def check_rating(rating: Rating, *, by: Person, on: date) -> str:
    """Calculate a stored rating again; gives the first field that differs, empty where it comes out the same."""
    demand(by, "ratings.replay", rating)
    differs = replayed(rating).differs
    record(
        "ratings.check", rating, by=by, about=rating.customer, look=True,
        after={"on": on, "sha256": rating.sha256, "differs": differs},
    )  # fmt: skip
    return differs


@act
def export_grades(
    path: Path, customers: Any, columns: Sequence[ListColumn], *, title: str, query: str, by: Person, at: datetime
) -> int:
    """Write customers with their grades to a workbook; gives how many."""
    demand(by, "ratings.export")
    said = _("{person} {at} 导出。").format(person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
    taken: list[int] = []
    rows = _noted(customers.iterator(chunk_size=AT_A_TIME), taken)
    count = write_list(path, columns, rows, title=title, said=said, on=timezone.localdate(at))
    record(
        "ratings.export", by, by=by, look=True,
        after={
            "rows": count, "query": query, "columns": [column.key for column in columns], "customers": spans.many(taken),
        },
    )  # fmt: skip
    return count


def _noted(rows: Iterable[Customer], taken: list[int]) -> Iterator[Customer]:
    """Let rows pass, keeping who they were."""
    for row in rows:
        taken.append(row.pk)
        yield row
