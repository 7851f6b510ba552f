"""OpenDocument spreadsheets (ods): one part holds all sheets; cells and rows may be repeated by a count."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from .archive import Archive
from .emission import Emission, Enough, typed_number
from .formats import Scalar
from .limits import Limits
from .markup import feed, local, parser
from .refused import Refused

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0\n"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0\n"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0\n"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0\n"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


class Book:
    """An ods workbook. Its parts are read once for the names of the sheets, and again for their cells."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        if "meta-inf/manifest.xml" in archive:
            manifest = _Manifest()
            feed(parser(manifest), archive.chunks("META-INF/manifest.xml"))
            if manifest.encrypted:
                raise Refused("encrypted")
        names = _Names()
        feed(parser(names), archive.chunks("content.xml"))
        self.sheets: list[dict[str, object]] = [
            {"name": name, "hidden": style in names.hidden} for name, style in names.tables[: limits.sheets]
        ]
        if not self.sheets:
            raise Refused("no-sheets")
        self.macros = any(name.startswith("basic/") and name.count("/") > 1 for name in archive.names)

    def read(self, index: int, emission: Emission, first_rows: int | None) -> None:
        """Send the rows of one sheet."""
        reader = _SheetReader(index, emission, first_rows)
        feed(reader.parser, self._archive.chunks("content.xml"), lambda: reader.done)


class _Manifest:
    """Whether any part is encrypted."""

    encrypted = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.encrypted = self.encrypted or local(name) == "encryption-data"

    def end(self, name: str) -> None:
        pass


class _Names:
    """The sheets with their styles, and the styles that hide a sheet. Tables inside tables are no sheets."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, str]] = []
        self.hidden: set[str] = set()
        self._style = ""
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self.hidden.add(self._style)
        elif name == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append((attributes.get(f"{_TABLE}name", ""), attributes.get(f"{_TABLE}style-name", "")))

    def end(self, name: str) -> None:
        if name == f"{_TABLE}table":
            self._depth -= 1


class _SheetReader:
    """Hears the content and sends the rows of the sheet of one index."""

    def __init__(self, index: int, emission: Emission, first_rows: int | None) -> None:
        self._index, self._emission, self._first_rows = index, emission, first_rows
        self._seen, self._depth = -1, 0
        self._frame: AbstractContextManager[list[Sequence[int]]] | None = None
        self._merges: list[Sequence[int]] = []
        self._row: list[Scalar] = []
        self._number, self._times, self._hidden = 1, 1, False
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._paragraphs = self._aside = 0
        self.done = False
        self.parser = parser(self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self._begin_table()
        elif self._frame is None or self._depth != 1:
            return
        elif name == f"{_TABLE}table-row":
            self._row = []
            self._times = _count(attributes, "number-rows-repeated")
            self._hidden = attributes.get(f"{_TABLE}visibility", "visible") != "visible"
        elif name in _CELLS:
            self._cell, self._paragraphs = attributes, 0
            self._text.clear()
        elif name == f"{_OFFICE}annotation":
            self._aside += 1
        elif not self._aside:
            self._start_text(name, attributes)

    def _begin_table(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._seen += 1
            if self._seen == self._index:
                self._frame = self._emission.sheet(self._index, self._first_rows)
                self._merges = self._frame.__enter__()

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TEXT}p":
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1
            self.parser.CharacterDataHandler = self._text.append
        elif name == f"{_TEXT}s":
            count = attributes.get(f"{_TEXT}c", "1")
            self._text.append(" " * min(int(count) if count.isdigit() else 1, 1000))
        elif name in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            self._text.append("\n" if name.endswith("break") else "\t")

    def end(self, name: str) -> None:
        if name == f"{_TABLE}table":
            self._depth -= 1
            if self._frame is not None and self._depth == 0:
                self._leave(None)
        elif self._frame is None or self._depth != 1:
            return
        elif name == f"{_OFFICE}annotation":
            self._aside -= 1
        elif name == f"{_TEXT}p" and not self._aside:
            self.parser.CharacterDataHandler = None
        elif name in _CELLS:
            self._end_cell(name == _CELLS[1])
        elif name == f"{_TABLE}table-row":
            self._end_row()

    def _end_cell(self, covered: bool) -> None:
        # What lies under a merged cell may still be in the file, but nobody can see it.
        value, times = None if covered else self._value(), _count(self._cell, "number-columns-repeated")
        self._note_merge()
        if value is None or value == "":
            # A sheet is padded to its full width by one cell repeated sixteen thousand times.
            self._row.extend([None] * min(times, LAST_COLUMN - len(self._row)))
        elif len(self._row) + times > LAST_COLUMN:
            raise Refused("too-many-cells", limit=LAST_COLUMN)
        else:
            self._row.extend([value] * times)

    def _end_row(self) -> None:
        while self._row and (self._row[-1] is None or self._row[-1] == ""):
            self._row.pop()
        self._emission.foresee(self._times * len(self._row))
        try:
            for number in range(self._number, self._number + self._times) if self._row else ():
                if number > LAST_ROW:
                    raise Refused("outside-sheet", row=number)
                self._emission.row(number, list(self._row), self._hidden)
        except Enough as enough:
            self._leave(enough)
        self._number += self._times

    def _leave(self, reason: Enough | None) -> None:
        frame, self._frame, self.done = self._frame, None, True
        if frame is not None:
            frame.__exit__(type(reason) if reason else None, reason, None)

    def _note_merge(self) -> None:
        down, across = _count(self._cell, "number-rows-spanned"), _count(self._cell, "number-columns-spanned")
        if down > 1 or across > 1:
            column = len(self._row)
            self._merges.append((self._number, column, self._number + down - 1, column + across - 1))

    def _value(self) -> Scalar:
        told, text = self._cell.get, "".join(self._text)
        kind = told(f"{_OFFICE}value-type", "")
        if any(key.endswith("\nvalue-type") and value == "error" for key, value in self._cell.items()):
            return ["error", text[:40] or "#N/A"]
        if kind in ("float", "currency", "percentage"):
            value = typed_number(told(f"{_OFFICE}value", "").strip())
            currency = told(f"{_OFFICE}currency", "")
            if isinstance(value, str):
                return value
            if kind == "percentage":
                return ["percent", value]
            return ["unit", value, currency] if currency not in ("", "CNY") else value
        if kind == "date":
            return ["date", told(f"{_OFFICE}date-value", "")[:40]]
        if kind == "boolean":
            return told(f"{_OFFICE}boolean-value") == "true"
        if kind == "time":
            return ["text-time", text[:40]]
        if not kind and not text and f"{_TABLE}formula" in self._cell:
            return ["uncalculated"]
        return text or told(f"{_OFFICE}string-value")


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(f"{_TABLE}{name}", "1")
    return max(int(text), 1) if text.isdigit() and len(text) < 9 else 1
