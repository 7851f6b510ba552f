"""A list as data: its columns, each with what stands in it, on the page and in the workbook alike."""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.functional import Promise, cached_property
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableQuerysetData

from xinheng.lists.models import ChosenColumns

if TYPE_CHECKING:
    from xinheng.org.models import Person

Value = str | int | Decimal | datetime.date | bool | None
Shape = Literal["text", "number", "money", "day", "badge"]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column. `value` gives what stands in it; `order` is what the database sorts by (empty: it cannot).

    `link` gives the address that the value opens, `state` the state whose colour a badge takes. `chosen` columns are
    shown to whoever chose none; `fixed` ones always stand first and cannot be left out.
    """

    key: str
    label: str | Promise
    value: Callable[[Any], Value]
    order: tuple[str, ...] = ()
    shape: Shape = "text"
    chosen: bool = True
    fixed: bool = False
    link: Callable[[Any], str] | None = None
    state: Callable[[Any], str] | None = None


def columns_for(person: Person, page: str, columns: Sequence[ListColumn]) -> list[ListColumn]:
    """Give the columns that a person sees of a list, those he chose or those of everybody."""
    chosen = ChosenColumns.objects.filter(person=person, page=page).first()
    return in_order(columns, chosen.columns if chosen else None)


def in_order(columns: Sequence[ListColumn], keys: Sequence[str] | None) -> list[ListColumn]:
    """Give the fixed columns, then those named, in their order; without names, those chosen for everybody."""
    fixed = [column for column in columns if column.fixed]
    by_key = {column.key: column for column in columns if not column.fixed}
    if keys is None:
        return [*fixed, *(column for column in by_key.values() if column.chosen)]
    return [*fixed, *(by_key[key] for key in keys if key in by_key)]


class _Shown(tables.Column):  # type: ignore[misc]
    """A column of django-tables2 that shows what the list's column says."""

    def __init__(self, column: ListColumn) -> None:
        right = {"class": "text-end tabular"} if column.shape in {"number", "money"} else {}
        super().__init__(
            verbose_name=column.label,
            empty_values=(),
            orderable=bool(column.order),
            order_by=column.order or None,
            attrs={"th": right, "td": right},
        )
        self.of = column

    def render(self, record: Any) -> SafeString | str:
        """Draw the cell."""
        return drawn(self.of, record)

    render.__signature__ = inspect.signature(render)  # type: ignore[attr-defined]
    """Asked for each cell by django-tables2, and else built anew each time."""


class ListTable(tables.Table):  # type: ignore[misc]
    """A table of django-tables2 that draws its rows itself: through templates, each cell costs ten times as much."""

    @cached_property
    def body(self) -> SafeString:
        """Draw the rows of this page."""
        heads = [
            (conditional_escape(shown.header), shown.column.attrs["td"].get("class"), shown.column.of)
            for shown in self.columns
        ]
        cells = [
            (format_html('<td data-label="{}" class="{}">' if look else '<td data-label="{}">', head, look), column)
            for head, look, column in heads
        ]
        lines: list[str] = []
        for number, row in enumerate(self.paginated_rows):
            lines.append(f'<tr class="{"odd" if number % 2 else "even"}">')
            lines += [f"{opened}{conditional_escape(drawn(column, row.record))}</td>" for opened, column in cells]
            lines.append("</tr>\n")
        return SafeString("".join(lines))


def drawn(column: ListColumn, record: Any) -> SafeString | str:
    """Give a cell as a page shows it, with the link that it opens."""
    shown = shown_value(column, record)
    return format_html('<a href="{}">{}</a>', column.link(record), shown) if column.link is not None else shown


def shown_value(column: ListColumn, record: Any) -> SafeString | str:
    """Give a cell as a page shows it."""
    from xinheng.lists.showing import badge, dash, day, money, number

    value = column.value(record)
    if column.shape == "badge":
        return badge(str(value), column.state(record) if column.state else "") if value else dash()
    if value is None or value == "":
        return dash()
    if column.shape == "day" and isinstance(value, datetime.date):
        return day(value)
    if column.shape == "money" and isinstance(value, Decimal):
        return money(value)
    if column.shape == "number":
        return number(value)
    text = str(value)
    return format_html('<span class="nowrap">{}</span>', text) if len(text) <= SHORT else text


SHORT = 6
"""How many letters stay on one line: a name, a department, a reason in a word."""


class _Narrow(TableQuerysetData):  # type: ignore[misc]
    """The rows of a list: a page of them is found and put in order by key alone, and only its rows are read whole."""

    def __getitem__(self, key: Any) -> Any:
        """Give a page."""
        if not isinstance(key, slice) or key.stop is None:
            return super().__getitem__(key)
        keys = list(self.data.values_list("pk", flat=True)[key])
        rows = {row.pk: row for row in self.data.filter(pk__in=keys)}
        return [rows[one] for one in keys if one in rows]


def table_of(columns: Sequence[ListColumn], rows: Any, *, order_by: str, caption: str) -> tables.Table:
    """Make the table of a list, to be drawn by django-tables2 and turned by its own links."""
    shown = {column.key: _Shown(column) for column in columns}
    made = type("ListTable", (ListTable,), {**shown, "Meta": type("Meta", (), {"orderable": True})})
    table = made(_Narrow(rows) if isinstance(rows, QuerySet) else rows, order_by=order_by)
    table.caption = caption
    return table
