"""A first look at a table: its headings, some of what stands below them, and which wanted column each seems to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables import child
from creditpolicy.tables.cells import Cell
from creditpolicy.tables.characters import column_letters
from creditpolicy.tables.choosing import choose_sheet
from creditpolicy.tables.columns import Column
from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.delimited import read_text
from creditpolicy.tables.encodings import decode
from creditpolicy.tables.headings import Names
from creditpolicy.tables.layout import FIRST_ROWS, Layout, best_score, find_layout
from creditpolicy.tables.literals import as_text
from creditpolicy.tables.mapping import read_mapping
from creditpolicy.tables.reasons import refusal
from creditpolicy.tables.sheets import Sheet, Workbook
from creditpolicy.tables.sources import Source, identify

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class SeenHeading:
    """A heading as it stands in the table: `key` names it in a mapping, `column` is the wanted one it seems to be."""

    key: str
    text: str
    letters: str
    samples: tuple[str, ...]
    column: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a first look shows: the sheet chosen, the others, and the headings in their order."""

    sheet: str
    sheets: tuple[str, ...]
    headings: tuple[SeenHeading, ...]


def glance(
    path: Path | str,
    columns: Sequence[Column],
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> Glance:
    """Look at the table in a file without reading its values. Raises `Refusal` for what is no table.

    Where no heading is known, the first row with two texts or more is taken for the headings.
    """
    limits, file = limits or Limits(), str(path)
    names = Names(columns)
    try:
        source = identify(Path(path), limits)
        workbook = _open(source, names, encoding, limits)
    except Refused as refused:
        raise refusal(refused, file) from refused
    chosen = _choose(workbook, names, sheet)
    layout = find_layout(chosen, names)
    if not layout.heads:
        layout = _first_texts(chosen)
    if not layout.heads:
        what = _("没有找到表头。应当有 {labels} 这样的列名。").format(labels=columns[0].label if columns else "")
        raise Refusal(
            _("这个文件不能用: {file}").format(file=file),
            [Problem("no-headings", what, fix=_("请确认选的是表格, 并在数据上方加一行列名。"), where=Place(file=file))],
        )
    return Glance(chosen.name, tuple(each.name for each in workbook.sheets), tuple(_seen(chosen, layout)))


def whole_sheet(
    path: Path | str,
    columns: Sequence[Column],
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> Sheet:
    """Give every cell of the sheet that `read_table` would read, as it stands. Raises `Refusal`."""
    limits = limits or Limits()
    names = Names(columns, read_mapping(mapping, columns))
    try:
        return choose_sheet(identify(Path(path), limits), names, sheet, encoding, limits).sheet
    except Refused as refused:
        raise refusal(refused, str(path)) from refused


def _open(source: Source, names: Names, encoding: str | None, limits: Limits) -> Workbook:
    if source.kind is None:
        text = decode(source.data, names.heard_in, encoding)
        return Workbook((read_text(text, lambda rows: best_score(rows, names), limits),))
    return child.look(source.path, source.kind, limits)


def _choose(workbook: Workbook, names: Names, wanted: str | None) -> Sheet:
    for sheet in workbook.sheets:
        if wanted is not None and sheet.name == wanted:
            return sheet
    visible = [sheet for sheet in workbook.sheets if not sheet.hidden and sheet.rows] or list(workbook.sheets)
    return max(visible, key=lambda sheet: find_layout(sheet, names).score)


def _first_texts(sheet: Sheet) -> Layout:
    for position, (_number, cells) in enumerate(sheet.rows[:FIRST_ROWS]):
        texts = tuple(cell if isinstance(cell, str) and len(cell) <= 60 else "" for cell in cells)
        if sum(map(bool, texts)) >= 2:
            return Layout((position,), position + 1, texts, ())
    return Layout((), 0, (), ())


def _seen(sheet: Sheet, layout: Layout) -> list[SeenHeading]:
    guesses: dict[str, tuple[int, int]] = {}
    for match in layout.found:
        known = guesses.get(match.column.id)
        if known is None or match.level > known[0]:
            guesses[match.column.id] = (match.level, match.index)
    by_index = {index: column for column, (_level, index) in guesses.items()}
    below = sheet.rows[layout.start : layout.start + 200]
    return [
        SeenHeading(
            # Two rows of headings are shown with a bar between; a mapping names them written together.
            key=text.replace(" / ", "") if len(layout.heads) > 1 else text,
            text=text,
            letters=column_letters(index),
            samples=_samples([cells[index] for _number, cells in below if index < len(cells)]),
            column=by_index.get(index, ""),
        )
        for index, text in enumerate(layout.texts)
        if text
    ]


def _samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in cells:
        if cell is not None and len(found) < SAMPLES:
            text = as_text(cell).strip()
            if text:
                found[text[:40]] = None
    return tuple(found)
