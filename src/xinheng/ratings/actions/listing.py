"""The list of cases taken out as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def export_assessments(
    path: Path, rows: Any, columns: Sequence[ListColumn], *, title: str, query: str, by: Person, at: datetime
) -> int:
    """Write cases to a workbook; gives how many."""
    demand(by, "ratings.export")
    said = _("{person} {at} 导出。").format(person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
    kept = list(rows)
    count = write_list(path, columns, kept, title=title, said=said, on=timezone.localdate(at))
    record(
        "ratings.export_cases", by, by=by, look=True,
        after={
            "rows": count, "query": query, "columns": [column.key for column in columns],
            "customers": spans.many(sorted({row.customer_id for row in kept})),
        },
    )  # fmt: skip
    return count
