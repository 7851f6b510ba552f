"""Workbooks of Excel 97 to 2003 (xls, and what WPS calls et), through xlrd, which keeps formats and errors."""

from __future__ import annotations

import os
from pathlib import Path

import xlrd
from xlrd.biffh import error_text_from_code

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
        except xlrd.XLRDError as error:
            raise Refused("encrypted" if "encrypted" in str(error).lower() else "damaged") from error
        except MemoryError:
            raise
        except Exception as error:
            # xlrd trusts the lengths that a file states; a damaged one ends in errors of every kind.
            raise Refused("damaged") from error
        self._date_1904 = self._book.datemode == 1
        self.sheets: list[dict[str, object]] = [
            {"name": name, "hidden": self._book.sheet_visibility(index) != 0}
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
            return ["error", error_text_from_code.get(cell.value, "#N/A")]
        value = float(cell.value)
        return number(
            int(value) if value.is_integer() and abs(value) < 10**15 else value, self._style(cell), self._date_1904
        )

    def _style(self, cell: xlrd.sheet.Cell) -> Style:
        found = self._styles.get(cell.xf_index, ...)
        if found is ...:
            key = self._book.xf_list[cell.xf_index].format_key
            code = self._book.format_map[key].format_str if key in self._book.format_map else ""
            found = self._styles[cell.xf_index] = style_of(code)
        return found
