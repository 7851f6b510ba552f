"""The cells of one xlsx sheet. The `<dimension>` it states is not believed, nor needed: rows are sent as they come."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .emission import Emission, typed_number
from .formats import Scalar, Style, number
from .markup import SEPARATOR, parser, unescape
from .refused import Refused

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
_EXACT = 1e15
"""Below this a binary number keeps every digit that Excel shows; digits beyond are looked at one by one."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def column_number(letters: str) -> int:
    """Give the number of a column, counted from 0."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


class SheetReader:
    """Hears a sheet's XML and sends its rows. The two busy methods are written for speed: they run once per cell."""

    def __init__(
        self,
        strings: list[str],
        styles: list[Style],
        date_1904: bool,
        emission: Emission,
        merges: list[Sequence[int]],
    ) -> None:
        self._strings, self._styles, self._date_1904 = strings, styles, date_1904
        self._emission, self._merges = emission, merges
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._listen = self._text.append
        self._formula = self._has_value = False
        self._row: list[Scalar] = []
        self._number, self._hidden, self._suffix = 0, False, ""
        self._columns: dict[str, int] = {}
        self._c = self._v = self._r = self._f = self._t = ""
        self._aside = 0
        self.parser = parser(self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of an element that begins."""
        if name == self._v:
            self._has_value = True
            self.parser.CharacterDataHandler = self._listen
        elif name == self._c:
            self._cell = attributes
            self._formula = self._has_value = False
        elif name == self._r:
            self._begin_row(attributes)
        elif name == self._f:
            self._formula = True
        else:
            self._start_rare(name, attributes)

    def end(self, name: str) -> None:
        """Hear of an element that ends."""
        if name == self._v:
            self.parser.CharacterDataHandler = None
        elif name == self._c:
            if self._text:
                text = "".join(self._text)
                self._text.clear()
                self._put(self._value(text))
            elif self._formula or self._cell.get("t") == "s":
                self._put(self._value(""))
            elif "r" not in self._cell:
                self._row.append(None)
        elif name == self._r:
            self._emission.row(self._number, self._row, self._hidden)
        elif name == self._t:
            self.parser.CharacterDataHandler = None
        elif name.endswith("\nrPh"):
            self._aside -= 1

    def _start_rare(self, name: str, attributes: dict[str, str]) -> None:
        if not self._c:
            # The first element names the edition of the format; all that matters is in its namespace.
            space = name.rpartition(SEPARATOR)[0]
            if not name.endswith("worksheet"):
                raise Refused("broken-xml", line=1)
            self._c, self._v, self._r, self._f, self._t = (
                f"{space}{SEPARATOR}{word}" for word in ("c", "v", "row", "f", "t")
            )
        elif name == self._t and not self._aside:
            self._has_value = True
            self.parser.CharacterDataHandler = self._listen
        elif name.endswith("\nrPh"):
            self._aside += 1
        elif name.endswith("\nmergeCell"):
            self._merge(attributes.get("ref", ""))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r", "")
        self._number = int(told[:8]) if told.isdigit() else self._number + 1
        if not 1 <= self._number <= LAST_ROW:
            raise Refused("outside-sheet", row=self._number)
        self._suffix = str(self._number)
        self._hidden = attributes.get("hidden") in ("1", "true")
        self._row = []

    def _put(self, value: Scalar) -> None:
        row, reference = self._row, self._cell.get("r")
        if reference is None:
            row.append(value)
            return
        column = self._columns.get(reference.removesuffix(self._suffix))
        if column is None:
            column = self._new_column(reference)
        gap = column - len(row)
        if gap < 0:
            raise Refused("misplaced-cell", cell=reference[:20], row=self._number)
        if gap:
            row.extend([None] * gap)
        row.append(value)

    def _new_column(self, reference: str) -> int:
        found = _REFERENCE.fullmatch(reference)
        if found is None or found[2] != self._suffix or column_number(found[1]) >= LAST_COLUMN:
            raise Refused("misplaced-cell", cell=reference[:20], row=self._number)
        column = self._columns[found[1]] = column_number(found[1])
        return column

    def _value(self, text: str) -> Scalar:
        cell = self._cell
        kind = cell.get("t", "n")
        if kind == "s":
            try:
                return self._strings[int(text)]
            except (ValueError, IndexError) as error:
                raise Refused("string-missing", cell=cell.get("r", "")[:20]) from error
        if kind == "n" and text:
            try:
                value = float(text)
            except ValueError:
                return text
            style = cell.get("s")
            exact = value if -_EXACT < value < _EXACT else typed_number(text.strip())
            return exact if style is None else self._styled(exact, style)
        return self._rare_value(kind, text)

    def _rare_value(self, kind: str, text: str) -> Scalar:
        if not text:
            return None if kind == "str" and self._has_value else ["uncalculated"]
        if kind in ("str", "inlineStr"):
            return unescape(text)
        if kind == "b":
            return text in ("1", "true")
        return ["error", text[:40]] if kind == "e" else ["date", text[:40]]

    def _styled(self, value: float | str, told: str) -> Scalar:
        index = int(told) if told.isdigit() else 0
        style = self._styles[index] if index < len(self._styles) else None
        return value if style is None or isinstance(value, str) else number(value, style, self._date_1904)

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        ends = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if ends[0] and ends[1]:
            self._merges.append(
                (int(ends[0][2]), column_number(ends[0][1]), int(ends[1][2]), column_number(ends[1][1]))
            )
