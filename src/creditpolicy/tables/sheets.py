"""A sheet as it was found: its rows with their numbers, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from creditpolicy.tables.cells import Cell

Row: TypeAlias = tuple[int, list[Cell]]
"""The number of a row as the user's program shows it, counted from 1, and its cells from column A on."""
Merge: TypeAlias = tuple[int, int, int, int]
"""First row (from 1), first column (from 0), last row, last column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, or one text file. Blank rows are not among `rows`.

    `whole` is False where only the first rows were looked at. `ragged` says that the width of a row means something, as
    in a text file, where a short row is a cut-off line.
    """

    name: str
    rows: list[Row]
    index: int = 0
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    merge_count: int = 0
    hidden_rows: int = 0
    whole: bool = True
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, and whether it carries macros (which nothing here runs)."""

    sheets: tuple[Sheet, ...]
    macros: bool = False
