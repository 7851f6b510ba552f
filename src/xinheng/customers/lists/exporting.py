"""The whole filtered list as a workbook; leaves a line that says who took what out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.lists.columns import with_what_is_shown
from xinheng.customers.models import Customer
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person

AT_A_TIME = 2_000


@act
def export_customers(
    path: Path, customers: QuerySet[Customer], columns: Sequence[ListColumn], *, query: str, by: Person, at: datetime
) -> int:
    """Write the customers to a workbook; gives how many. What is confidential comes masked."""
    demand(by, "customers.export")
    said = _("{person} {at} 导出。证件号码和电话只显示一部分。").format(
        person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    )
    rows = with_what_is_shown(customers, columns).iterator(chunk_size=AT_A_TIME)
    taken: list[int] = []
    count = write_list(path, columns, _noted(rows, taken), title=_("客户"), said=said, on=timezone.localdate(at))
    record(
        "customers.export", by, by=by, look=True,
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
