"""Whole rows at once, for large books: xlsxwriter takes six microseconds a cell, and 100,000 customers are 18 million.

This is the only place that leans on the inside of xlsxwriter. Where that changes, the tests that hold a large book
against a small one fail.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Value = str | Decimal | int | datetime.date | None
DAY_ZERO = datetime.date(1899, 12, 30)
FIRST_DAY = datetime.date(1900, 3, 1)
"""Days count from day 0, as Excel counts them from this day on; before it, Excel believes in a 29 February 1900."""
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\\s|\\s$|\n")
_LITERAL_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_letters = cache(xl_col_to_name)


class RowSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter marks no types
    """A worksheet that takes whole rows, from the top down, while it keeps only one row in memory."""

    def write_cells(self, row: int, values: Sequence[Value], looks: Sequence[Format], first: int = 0) -> None:
        """Write a row below all rows written so far; its numbers must be exact in Excel."""
        if row > self.previous_row:
            self._write_single_row(row)
        self._check_dimensions(row, first)
        self._check_dimensions(row, first + len(values) - 1)
        self.fh.write(f'<row r="{row + 1}">{"".join(_cells(row + 1, values, looks, first))}</row>')


def _cells(number: int, values: Sequence[Value], looks: Sequence[Format], first: int) -> Iterable[str]:
    for column, (value, look) in enumerate(zip(values, looks, strict=True), first):
        place = f'<c r="{_letters(column)}{number}" s="{look._get_xf_index()}"'
        if value is None or value == "":
            yield f"{place}/>"
        elif isinstance(value, str):
            keep, text = _escaped(value) if _SPECIAL.search(value) else ("", value)
            yield f'{place} t="inlineStr"><is><t{keep}>{text}</t></is></c>'
        elif isinstance(value, datetime.date):
            yield f"{place}><v>{(value - DAY_ZERO).days}</v></c>"
        else:
            yield f"{place}><v>{value}</v></c>"


def _escaped(text: str) -> tuple[str, str]:
    text = _LITERAL_ESCAPE.sub(r"_x005F\1", text)
    text = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return ' xml:space="preserve"', text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
