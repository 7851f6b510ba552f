"""A whole list as a workbook: text stays text whatever it begins with, figures are figures, days are days."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.workbooks.book import EXCEL_ROWS, Book
from creditpolicy.workbooks.book import Value as CellValue
from creditpolicy.workbooks.looks import CELL, DAY, HEAD, MONEY, QUIET, SUBTITLE, WHOLE
from xinheng.lists.columns import ListColumn, Value

WIDTHS = {"text": 20, "badge": 12, "number": 12, "money": 16, "day": 12}


def write_list(
    path: Path, columns: Sequence[ListColumn], rows: Iterable[Any], *, title: str, said: str, on: datetime.date
) -> int:
    """Write the list; gives how many rows. `said` tells below the title what was filtered, and by whom and when."""
    with Book(path, title=title, on=on, large=True) as book:
        return put_list(book, columns, rows, title=title, said=said)


def put_list(book: Book, columns: Sequence[ListColumn], rows: Iterable[Any], *, title: str, said: str) -> int:
    """Put the list on a sheet of its own in a workbook; gives how many rows."""
    sheet = book.sheet(title[:31])
    for index, column in enumerate(columns):
        width = 30 if column.fixed and column.shape == "text" else WIDTHS[column.shape]
        sheet.worksheet.set_column(index, index, width)
    sheet.worksheet.freeze_panes(3, 1)
    sheet.text(0, 0, title, book.format(SUBTITLE))
    sheet.text(1, 0, said, book.format(QUIET))
    for index, column in enumerate(columns):
        sheet.text(2, index, str(column.label), book.format(HEAD))
    looks = [book.format({"money": MONEY, "number": WHOLE, "day": DAY}.get(column.shape, CELL)) for column in columns]
    count = 0
    for row in rows:
        if count + 3 >= EXCEL_ROWS:
            break
        sheet.row(3 + count, [_cell(column.value(row)) for column in columns], looks)
        count += 1
    sheet.worksheet.autofilter(2, 0, max(2 + count, 3), len(columns) - 1)
    return count


def _cell(value: Value) -> CellValue:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date()
    if value is None or isinstance(value, str | int | Decimal | datetime.date):
        return value
    return str(value)
