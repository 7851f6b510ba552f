"""Where the headings of a sheet stand, in one row or two, and where the data begin."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from creditpolicy.tables.cells import Cell
from creditpolicy.tables.characters import folded, plain
from creditpolicy.tables.headings import Match, Names, heading, is_unit, score
from creditpolicy.tables.sheets import Row, Sheet
from creditpolicy.tables.units import money

FIRST_ROWS = 40
"""Rows among which the headings are looked for."""
WIDEST = 2_000
LONGEST = 200
"""Columns whose headings are looked at, and the longest text that can be one."""

_UNIT_LINE = re.compile(r"(?:金额|金額|货币)?(?:单位|單位)\s?[:为為]?\s?(?:人民币|人民幣)?([^\s,;、/。)]{1,6})")


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings found: `heads` the positions of their rows in the sheet, `start` where the data begin.

    `found` holds every match, also where two headings mean one column. `texts` are the headings as shown, by column;
    `unit` what a line above them says of all amounts (单位: 万元).
    """

    heads: tuple[int, ...]
    start: int
    texts: tuple[str, ...]
    found: tuple[Match, ...]
    unit: str = ""

    @property
    def score(self) -> int:
        """How well the headings answer to what is wanted; 0: not at all."""
        return score(self.found)


def find_layout(sheet: Sheet, names: Names) -> Layout:
    """Find the row or the two rows of headings that answer best to the wanted columns."""
    rows = sheet.rows[:FIRST_ROWS]
    best = Layout((), 0, (), ())
    for position, (_number, cells) in enumerate(rows):
        texts = _texts(cells)
        found = Layout((position,), position + 1, texts, tuple(names.matches(texts)))
        if found.score > best.score:
            best = found
    for position in range(len(rows) - 1):
        pair = _paired(sheet, names, position)
        if pair is not None and pair.score > best.score:
            best = pair
    if not best.heads:
        return best
    return _with_units(best, rows)


def best_score(rows: Sequence[Row], names: Names) -> int:
    """Rate rows by their best single row of headings: for choosing a delimiter."""
    return max((score(names.matches(_texts(cells))) for _number, cells in rows[:FIRST_ROWS]), default=0)


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(cell if isinstance(cell, str) and len(cell) <= LONGEST else "" for cell in cells[:WIDEST])


def _paired(sheet: Sheet, names: Names, position: int) -> Layout | None:
    """Read two rows as one heading: the lower text, both together, or the upper alone where the lower says nothing."""
    (number, above), (next_number, below) = sheet.rows[position], sheet.rows[position + 1]
    if next_number != number + 1:
        return None
    width = min(max(len(above), len(below)), WIDEST)
    lower = (*_texts(below), *[""] * (width - len(below)))
    upper = _spread((*_texts(above), *[""] * (width - len(above))), lower, sheet, number)
    matches, texts = [], []
    for index, (over, under) in enumerate(zip(upper, lower, strict=True)):
        shown = " / ".join(part for part in (over, under) if part)
        texts.append(shown)
        filled = index < len(below) and below[index] is not None
        candidates = [under, over + under] if under and not is_unit(folded(under)) else []
        if over and (not filled or (under and is_unit(folded(under)))):
            candidates.append(over)
        hits = [hit for text in candidates if (hit := names.find(text))]
        if hits:
            level, column, units = max(hits, key=lambda hit: hit[0])
            matches.append(Match(column, index, shown, level, (*units, *heading(over).units)))
    return Layout((position, position + 1), position + 2, tuple(texts), tuple(matches))


def _spread(upper: tuple[str, ...], lower: tuple[str, ...], sheet: Sheet, number: int) -> tuple[str, ...]:
    """Spread an upper heading over the columns that it is merged across, or over those below it that have only a lower one."""
    spans = (
        (column, left)
        for first, left, last, right in sheet.merges
        if first <= number <= last and right < WIDEST
        for column in range(left, right + 1)
    )
    merged = dict(itertools.islice(spans, 4 * WIDEST))
    spread, current = list(upper), ""
    for index, text in enumerate(upper):
        if text:
            current = text
        elif merged.get(index, index) < len(upper) and merged.get(index, index) != index:
            spread[index] = upper[merged[index]]
        elif not sheet.merges and lower[index]:
            spread[index] = current
    return tuple(spread)


def _with_units(layout: Layout, rows: Sequence[Row]) -> Layout:
    """Heed a row of units right below the headings, and a line above them that states the unit of all amounts."""
    start, found, heads = layout.start, layout.found, layout.heads
    if start < len(rows) and rows[start][0] == rows[start - 1][0] + 1:
        words = _texts(rows[start][1])
        said = [cell for cell in rows[start][1] if cell is not None]
        units = [heading(word).units or (folded(word),) if word else () for word in words]
        if len(said) == sum(map(bool, words)) and all(any(map(is_unit, each)) for each in units if each) and any(units):
            found = tuple(
                Match(match.column, match.index, match.text, match.level, (*units[match.index], *match.units))
                if match.index < len(units)
                else match
                for match in found
            )
            heads, start = (*heads, start), start + 1
    above = [text for _number, cells in rows[: layout.heads[0]] for text in _texts(cells) if text]
    stated = next((hit[1] for text in above if (hit := _UNIT_LINE.search(plain(text[:200])))), "")
    return Layout(heads, start, layout.texts, found, stated if money(folded(stated)) else "")
