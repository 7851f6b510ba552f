"""The scorecard workbook as it comes back: its sheets, and the cells of each row by the key that their heading means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from creditpolicy.editing.columns import Column, Unusable, said
from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.reader.source import UNWANTED
from creditpolicy.tables import Limits
from creditpolicy.tables.cells import Cell
from creditpolicy.tables.characters import column_letters
from creditpolicy.tables.child import look, read_sheet
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.reasons import refusal
from creditpolicy.tables.sheets import Sheet
from creditpolicy.tables.sources import identify

LIMITS = Limits(file_bytes=20 << 20, unpacked_bytes=100 << 20, cells=400_000, seconds=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it came back: what its cells say, by key; blank ones are None. `number` is the row's own, from 1."""

    sheet: str
    number: int
    said: Mapping[str, str | None]
    letters: Mapping[str, str]

    def cell(self, key: str) -> str:
        """Give the address of a cell."""
        return f"{self.letters.get(key, 'A')}{self.number}"


@dataclass(slots=True)
class BookIn:
    """A workbook that came back. What is wrong with its cells gathers in `problems`."""

    file: str
    sheets: dict[str, Sheet]
    problems: list[Problem] = field(default_factory=list)

    def fault(self, code: str, what: str, fix: str, sheet: str, cell: str = "") -> None:
        """Note a fault of a cell or a sheet."""
        row = int("".join(letter for letter in cell if letter.isdigit()) or 0) or None
        place = Place(file=self.file, sheet=sheet, cell=cell, row=row)
        self.problems.append(Problem(code, what, "", fix, place))

    def lines(self, name: str, columns: Sequence[Column]) -> list[Line] | None:
        """Give the rows of a sheet under its headings; None, with a fault noted, where sheet or headings are missing."""
        sheet = self.sheets.get(name)
        if sheet is None:
            what = _("没有“{sheet}”这张表。").format(sheet=name)
            self.fault("no-sheet", what, _("不要删去或改名; 用导出的工作簿重新改。"), name)
            return None
        places = self._headings(sheet, columns)
        if places is None:
            return None
        letters = {key: column_letters(place) for key, place in places.items()}
        return [
            Line(name, number, self._said(name, number, cells, columns, places), letters)
            for number, cells in sheet.rows
            if number > 1 and any(cell not in (None, "") for cell in cells)
        ]

    def _headings(self, sheet: Sheet, columns: Sequence[Column]) -> dict[str, int] | None:
        heads = next((cells for number, cells in sheet.rows if number == 1), [])
        titles: dict[str, int] = {}
        for place, cell in enumerate(heads):
            titles.setdefault("".join(str(cell or "").split()), place)
        found = {each.key: titles.get("".join(each.title.split())) for each in columns}
        for each in columns:
            if found[each.key] is None:
                what = _("第一行没有“{title}”这个列名。").format(title=each.title)
                self.fault("no-heading", what, _("把列名改回来; 不用的列留空, 不要删。"), sheet.name, "A1")
        placed = {key: place for key, place in found.items() if place is not None}
        return placed if len(placed) == len(columns) else None

    def _said(
        self, sheet: str, number: int, cells: list[Cell], columns: Sequence[Column], places: Mapping[str, int]
    ) -> dict[str, str | None]:
        read: dict[str, str | None] = {}
        for each in columns:
            place = places[each.key]
            address = f"{column_letters(place)}{number}"
            try:
                text = said(each, cells[place] if place < len(cells) else None)
            except Unusable as error:
                self.fault("cell", f"“{each.title}”: {error.what}", error.fix, sheet, address)
                text = None
            if text is not None and UNWANTED.search(text.replace("\n", "")):
                what = _("“{title}”里有看不见的字符。").format(title=each.title)
                self.fault("unseen-character", what, _("把这一格重新输入一遍。"), sheet, address)
            read[each.key] = text
        return read


def opened(path: Path) -> BookIn:
    """Open a workbook that may come from anywhere: in a child process with limits. Raises `Refusal`."""
    file = path.name
    try:
        source = identify(path, LIMITS)
        if source.kind is None:
            what = _("这不是工作簿。")
            raise Refusal(what, [Problem("no-workbook", what, "", _("选导出的 .xlsx 文件。"), Place(file=file))])
        first = look(path, source.kind, LIMITS)
        sheets = [
            sheet if sheet.whole and len(sheet.rows) < 40 else read_sheet(path, source.kind, sheet.index, LIMITS)
            for sheet in first.sheets[:12]
        ]
    except Refused as refused:
        raise refusal(refused, file) from refused
    return BookIn(file, {sheet.name: sheet for sheet in sheets})
