"""Rows on their way to the parent: JSON lines of many rows each, counted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from .formats import Scalar
from .limits import Limits
from .refused import Refused

BATCH = 2_000
"""Cells on one line: fewer lines are written and read faster."""
MERGES = 20_000
"""Merged ranges of a sheet that are heeded; no table for people has more."""


class Enough(Exception):
    """The first rows were asked for, and have been read."""


class Emission:
    """Writes what is found as JSON lines, refuses a sheet of too many cells, and stops after the rows asked for."""

    def __init__(self, stream: IO[bytes], limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
        self._batch: list[list[object]] = []
        self._rows_left: int | None = None
        self._cells_left = 0
        self._bytes_left = limits.sent_bytes
        self._batched = 0
        self._last = 0
        self._hidden = 0

    def say(self, **message: object) -> None:
        """Write one message, after the rows before it."""
        self._flush()
        self._line(message)

    @contextmanager
    def sheet(self, index: int, first_rows: int | None) -> Iterator[list[Sequence[int]]]:
        """Frame the rows of one sheet; the list given is for its merged ranges (first row, first column, last row, last column)."""
        self._rows_left, self._cells_left, self._last, self._hidden = first_rows, self._limits.cells, 0, 0
        merges: list[Sequence[int]] = []
        self.say(sheet=index)
        try:
            yield merges
            whole = True
        except Enough:
            whole = False
        self.say(end=index, merges=merges[:MERGES], merge_count=len(merges), hidden_rows=self._hidden, whole=whole)

    def foresee(self, cells: int) -> None:
        """Refuse rows of so many cells before they are made."""
        if cells > self._cells_left:
            raise Refused("too-many-cells", limit=self._limits.cells)

    def row(self, number: int, cells: list[Scalar], hidden: bool = False) -> None:
        """Write a row (numbered from 1) if anything stands in it."""
        while cells and _says_nothing(cells[-1]):
            cells.pop()
        if not cells:
            return
        if number <= self._last:
            raise Refused("rows-out-of-order", row=number)
        self._last = number
        self.foresee(len(cells))
        self._cells_left -= len(cells)
        self._hidden += hidden
        self._batch.append([number, cells])
        self._batched += len(cells)
        if self._batched >= BATCH:
            self._flush()
        if self._rows_left is not None:
            self._rows_left -= 1
            if self._rows_left <= 0:
                raise Enough

    def _flush(self) -> None:
        if self._batch:
            self._line(self._batch)
            self._batch, self._batched = [], 0

    def _line(self, message: object) -> None:
        # A lone half of a surrogate pair would stop the reading of the whole file; it becomes a question mark.
        line = self._encode(message).encode("utf-8", "replace")
        if isinstance(message, list):
            self._bytes_left -= len(line)
            if self._bytes_left < 0:
                self._batch = []
                raise Refused("too-much-text", limit=self._limits.sent_bytes >> 20)
        self._stream.write(line + b"\n")


def _says_nothing(cell: Scalar) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def typed_number(text: str) -> int | float | str:
    """Give a number as stored: digits as int, all else as float; what is no finite number stays text."""
    if text.isascii() and text.isdigit() and len(text) < 30:
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text
