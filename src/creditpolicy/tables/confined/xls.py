"""Workbooks of Excel 97 to 2003 (xls, and what WPS calls et), through xlrd, which keeps formats and errors."""

from __future__ import annotations

import os
from pathlib import Path

import xlrd
from xlrd.biffh import XLRDError, error_text_from_code

from .emission import Emission
from .formats import Scalar, Style, number, style_of
from .limits import Limits
from .refused import Refused

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD = "WordDocument".encode("utf-16-le")


class Book:
    """An xls workbook: its sheets by name and state, each readable on its own."""

    def __init__(self, path: Path, limits: Limits) -> None:
        content = path.read_bytes()
        if _ENCRYPTED_PACKAGE in content:
            raise Refused("encrypted")
        if _WORD in content:
            raise Refused("no-workbook")
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
                self._book = xlrd.open_workbook(
                    file_contents=content, formatting_info=True, on_demand=True, logfile=nowhere
                )
        except XLRDError as error:
            raise Refused("encrypted" if "encrypted" in str(error).lower() else "damaged") from error
        except MemoryError:
            raise
        except Exception as error:
            # xlrd trusts the lengths that a file states; a damaged one ends in errors of every kind.
            raise Refused("damaged") from error
        self._date_1904 = self._book.datemode == 1
        # A Sheet tells its state, but only once all its cells are read; the book knows it before.
        states: list[int] = getattr(self._book, "_sheet_visibility", [])
        self.sheets: list[dict[str, object]] = [
            {"name": name, "hidden": index < len(states) and states[index] != 0}
            for index, name in enumerate(self._book.sheet_names()[: limits.sheets])
        ]
        if not self.sheets:
            raise Refused("no-sheets")
        self.macros = "_VBA_PROJECT".encode("utf-16-le") in content
        self._styles: dict[int, Style] = {}

    def read(self, index: int, emission: Emission, first_rows: int | None) -> None:
        """Send the rows of one sheet."""
        try:
            sheet = self._book.sheet_by_index(index)
        except MemoryError:
            raise
        except Exception as error:
            raise Refused("damaged") from error
        with emission.sheet(index, first_rows) as merges:
            merges.extend((top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)
            for row in range(sheet.nrows):
                info = sheet.rowinfo_map.get(row)
                cells = [self._value(sheet.cell(row, column)) for column in range(sheet.row_len(row))]
                emission.row(row + 1, cells, bool(info and info.hidden))

    def _value(self, cell: xlrd.sheet.Cell) -> Scalar:
        if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return None
        if cell.ctype == xlrd.XL_CELL_TEXT:
            return str(cell.value)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return ["error", error_text_from_code.get(int(cell.value), "#N/A")]
        value = float(cell.value)
        exact = int(value) if value.is_integer() and abs(value) < 10**15 else value
        return number(exact, self._style(cell.xf_index or 0), self._date_1904)

    def _style(self, index: int) -> Style:
        if index not in self._styles:
            key = self._book.xf_list[index].format_key
            found = self._book.format_map.get(key)
            self._styles[index] = style_of(found.format_str) if found else None
        return self._styles[index]
