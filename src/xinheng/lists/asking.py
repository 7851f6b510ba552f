"""What somebody asks of a list: a saved view or the address's own filters, the columns, the order and the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date

from xinheng.lists.columns import ListColumn, columns_for, in_order
from xinheng.lists.models import SavedView
from xinheng.org.access import person_of
from xinheng.org.models import Person
from xinheng.org.roles import Role

ROWS = 20
"""Rows of a page."""
EARLIEST = 1900
"""The first year that is asked of: from days of the calendar's beginning nothing can be counted back."""


def day_asked(text: str) -> date | None:
    """Give the day that an address names; None where it names none, one that is not, or one before the year 1900."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and day.year >= EARLIEST else None


class AskedList:
    """The asking of one list by one person; a list derives its own from it, with its `page`, filters and rows."""

    page = ""

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        self.person: Person = person_of(request)
        self.views = list(SavedView.objects.offered_to(self.person, self.page))
        self.view = next((each for each in self.views if str(each.pk) == query.get("view")), None)
        self.query = QueryDict(self.view.query, mutable=True) if self.view else query.copy()
        if self.view:
            for key in {"sort", "page"} & set(query):
                self.query[key] = query.get(key, "")
        self.sort = self.query.get("sort", "")
        self.all_columns: Sequence[ListColumn] = ()
        self.columns: Sequence[ListColumn] = ()

    def choose(self, columns: Sequence[ListColumn]) -> None:
        """Take from all columns those of the saved view, else those that the person chose for himself."""
        self.all_columns = columns
        self.columns = (
            in_order(columns, self.view.columns) if self.view else columns_for(self.person, self.page, columns)
        )

    @property
    def sorted_by(self) -> ListColumn | None:
        """The column whose order is asked for."""
        return next((each for each in self.columns if each.key == self.sort.lstrip("-") and each.order), None)

    def ordered(self, rows: QuerySet[Any], *otherwise: str) -> QuerySet[Any]:
        """Put rows into the order asked for, else into that of the list itself."""
        column = self.sorted_by
        if column is None:
            return rows.order_by(*otherwise)
        return rows.order_by(*(f"-{name}" for name in column.order) if self.sort.startswith("-") else column.order)

    def turn_to_page(self, table: Any) -> None:
        """Turn a table to the page asked for; to the first where there is none such."""
        text = self.query.get("page", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
        try:
            table.paginate(page=max(number, 1), per_page=ROWS)
        except EmptyPage:
            table.paginate(page=1, per_page=ROWS)

    @property
    def kept_query(self) -> str:
        """The filters and the order, without the page."""
        kept = self.query.copy()
        for key in ("page", "view"):
            kept.pop(key, None)
        return str(kept.urlencode())

    @property
    def bar(self) -> dict[str, Any]:
        """What the bar above the list shows."""
        shown = {column.key for column in self.columns}
        roles = [(str(role), str(Role(role).label)) for role in sorted(self.person.roles()) if role in Role.values]
        return {
            "page": self.page, "query": self.kept_query, "views": self.views, "view": self.view, "roles": roles,
            "chosen": [column for column in self.columns if not column.fixed],
            "all_columns": [(column, column.key in shown) for column in self.all_columns if not column.fixed],
        }  # fmt: skip
