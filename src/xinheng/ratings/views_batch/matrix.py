"""The figures of a batch: from which grade to which, by count and limit; each opens its list."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.policies.queries import policy_of
from xinheng.ratings.models import Batch


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and the list that it opens; `stand` is up, down, first or the same."""

    count: int
    limit: Decimal
    url: str
    stand: str


def grades_of(batch: Batch) -> list[tuple[str, str]]:
    """Give the grades of the batch's version, the best first, with their names."""
    return [(grade.grade, str(grade.label or grade.grade)) for grade in policy_of(batch.version).grades]


class Matrix:
    """The grades before in rows, those after in columns."""

    def __init__(self, batch: Batch) -> None:
        told = batch.summary
        self.told = told
        self.columns = grades_of(batch)
        order = {grade: index for index, (grade, _label) in enumerate(self.columns)}
        cells = {(before, after): (count, was, limit) for before, after, count, was, limit in told["cells"]}
        befores = [
            *self.columns,
            *((one, one) for one in sorted({b for b, _a in cells} - {*order, ""})),
            ("", _("没有等级")),
        ]
        self.list_url = reverse("ratings.movers", args=[batch.pk])
        self.rows = []
        for before, label in befores:
            line = []
            for after, _label in self.columns:
                count, _was, limit = cells.get((before, after), (0, "0", "0"))
                query = urlencode({"show": "all", "before": before or "-", "after": after})
                line.append(Cell(count, Decimal(limit), f"{self.list_url}?{query}", _stand(before, after, order)))
            total = sum(cell.count for cell in line)
            if total or before:
                self.rows.append((label, line, total))
        self.totals = [sum(row[1][index].count for row in self.rows) for index in range(len(self.columns))]
        self.limit_before = sum((Decimal(was) for _b, _a, _c, was, _l in told["cells"]), Decimal(0))
        self.limit_after = sum((Decimal(limit) for _b, _a, _c, _w, limit in told["cells"]), Decimal(0))
        self.limit_change = self.limit_after - self.limit_before
        self.sent = len(told.get("sent", []))


def _stand(before: str, after: str, order: dict[str, int]) -> str:
    if before == after:
        return "same"
    if before not in order:
        return "first"
    return "down" if order[after] > order[before] else "up"
