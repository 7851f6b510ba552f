"""A workbook in the making: text stays text, decimals stay exact, and nothing in it can run as a formula."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format

from creditpolicy.language import _
from creditpolicy.workbooks.looks import BASE, FONT, FONT_SIZE, Look
from creditpolicy.workbooks.rows import DAY_ZERO, FIRST_DAY, RowSheet, Value

EXCEL_ROWS = 1_048_576
EXACT_DIGITS = 15
"""Excel keeps this many significant digits of a number and turns the rest to 0."""
LONGEST_TEXT = 16_000
"""A cell holds 32,767 UTF-16 units, of which a character may take two; longer text is cut here, with a mark."""
MOST_NOTES = 200
"""Comments on numbers written as text, for each sheet; more would say nothing new."""

_WIDE = Context(prec=200)


class Book:
    """A workbook being written to `path`; use it in a `with`. `large` keeps only one row of each sheet in memory.

    A large book's sheets are written from the top down, and no cell twice. `on` dates the file, so that the same result
    gives the same bytes.
    """

    def __init__(self, path: Path, *, title: str, on: datetime.date, large: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.workbook = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": large,
                "use_zip64": large,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": self._folder.name,
                "default_format_properties": {"font_name": FONT, "font_size": FONT_SIZE},
            },
        )
        noon = datetime.datetime(on.year, on.month, on.day, 12, tzinfo=datetime.UTC)
        self.workbook.set_properties({"title": title, "created": noon.replace(tzinfo=None)})
        self.workbook.set_size(1600, 1000)
        self.large = large
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.workbook.close()
        except FileCreateError as failed:
            # xlsxwriter wraps what the system said; callers know an OSError, and its reason.
            raise failed.args[0] if isinstance(failed.args[0], OSError) else OSError(str(failed)) from failed
        finally:
            self._folder.cleanup()

    def format(self, look: Look) -> Format:
        """Give the format of a look; the same look is made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({**BASE, **look})
        return self._formats[key]

    def sheet(self, name: str) -> Sheet:
        """Add a sheet."""
        return Sheet(self, self.workbook.add_worksheet(name, RowSheet))


class Sheet:
    """One sheet, written cell by cell. Rows and columns count from 0."""

    def __init__(self, book: Book, worksheet: RowSheet) -> None:
        self.book = book
        self.worksheet = worksheet
        self.name: str = worksheet.get_name()
        self._notes = 0

    def put(self, row: int, column: int, value: Value, look: Format) -> None:
        """Write a value as what it is; None and the empty text leave the cell blank, but styled."""
        if isinstance(value, str):
            self.text(row, column, value, look)
        elif value is None:
            self.worksheet.write_blank(row, column, None, look)
        elif isinstance(value, Decimal):
            self.number(row, column, value, look)
        elif isinstance(value, datetime.date):
            self._day(row, column, value, look)
        else:
            self.worksheet.write_number(row, column, value, look)

    def _day(self, row: int, column: int, day: datetime.date, look: Format) -> None:
        if day < FIRST_DAY:
            self.text(row, column, day.isoformat(), look)
        else:
            self.worksheet.write_number(row, column, (day - DAY_ZERO).days, look)

    def text(self, row: int, column: int, text: str, look: Format) -> None:
        """Write text as text, whatever it begins with."""
        if not text:
            self.worksheet.write_blank(row, column, None, look)
            return
        self.worksheet.write_string(row, column, kept(text), look)

    def number(self, row: int, column: int, value: Decimal, look: Format) -> None:
        """Write a decimal so that the cell holds exactly its digits; one with more than Excel keeps is written as text."""
        if is_exact(value):
            self.worksheet.write_number(row, column, value, look)
            return
        self.worksheet.write_string(row, column, f"{value:,f}", look)
        if self._notes < MOST_NOTES:
            self._notes += 1
            self.note(row, column, _("这个数超过 15 位有效数字, Excel 的数字存不下, 所以写成文字, 一位不少。"))

    def row(self, row: int, values: Sequence[Value], looks: Sequence[Format], *, first: int = 0) -> None:
        """Write a row from column `first` on; in a large book at once, where every number is exact."""
        if self.book.large and not any(isinstance(value, Decimal) and not is_exact(value) for value in values):
            cut = [_plain(value) for value in values]
            self.worksheet.write_cells(row, cut, looks, first)
            return
        for column, (value, look) in enumerate(zip(values, looks, strict=True), first):
            self.put(row, column, value, look)

    def across(self, row: int, first: int, last: int, value: Value, look: Format) -> None:
        """Write a value over several columns of a row, merged."""
        if first == last:
            self.put(row, first, value, look)
            return
        self.worksheet.merge_range(row, first, row, last, "", look)
        self.put(row, first, value, look)

    def note(self, row: int, column: int, text: str, options: Mapping[str, Any] | None = None) -> None:
        """Attach a comment to a cell."""
        shape = {"font_name": FONT, "font_size": 9, "width": 260, "height": 90, "author": "", **(options or {})}
        self.worksheet.write_comment(row, column, text[:LONGEST_TEXT], shape)


def is_exact(value: Decimal) -> bool:
    """Whether Excel can hold every digit of a decimal."""
    digits = value.as_tuple().digits
    return len(digits) <= EXACT_DIGITS or len(_WIDE.normalize(value).as_tuple().digits) <= EXACT_DIGITS


def kept(text: str) -> str:
    """Give text in the form in which xlsxwriter writes it as it stands.

    xlsxwriter takes text from `<r>` to `</r>` for its own markup and would write it unescaped: a customer of that name
    could break the file, or put anything into it. Wrapped in that markup, escaped, it reads back as it was.
    """
    text = kept_short(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text


def _plain(value: Value) -> Value:
    if isinstance(value, str):
        return kept_short(value)
    return value.isoformat() if isinstance(value, datetime.date) and value < FIRST_DAY else value


def kept_short(text: str) -> str:
    """Give text that fits into a cell."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


__all__ = ["EXCEL_ROWS", "Book", "RowSheet", "Sheet", "Value", "is_exact", "kept"]
