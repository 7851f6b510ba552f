"""The list of accounts taken out as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.credit.models import Account
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person

AT_A_TIME = 2_000


@act
def export_accounts(
    path: Path, rows: QuerySet[Account], columns: Sequence[ListColumn], *, title: str, query: str, by: Person,
    at: datetime,
) -> int:  # fmt: skip
    """Write accounts to a workbook; gives how many."""
    demand(by, "credit.export")
    said = _("{person} {at} 导出。").format(person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
    taken: set[int] = set()

    def noted() -> Iterator[Account]:
        for row in rows.iterator(chunk_size=AT_A_TIME):
            taken.add(row.customer_id)
            yield row

    count = write_list(path, columns, noted(), title=title, said=said, on=timezone.localdate(at))
    record(
        "credit.export", by, by=by, look=True,
        after={
            "rows": count, "query": query, "columns": [column.key for column in columns],
            "customers": spans.many(sorted(taken)),
        },
    )  # fmt: skip
    return count
