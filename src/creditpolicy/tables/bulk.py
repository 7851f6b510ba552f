"""A whole column at once: the clean cells through arrays, every other through `read_value`. Both give the same values.

A binary number v counts by its 15 significant digits. With r = round(v × 10ᵏ), |r| < 10¹⁵ and r ÷ 10ᵏ == v, the decimal
r · 10⁻ᵏ has at most 15 digits and v is the binary number nearest to it; two such decimals never share one, so it is the
decimal that `read_value` would find. Where the test fails, the cell goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditpolicy.model import Kind
from creditpolicy.tables.cells import Bad, Cell, Manner, Percent, Value, Verdict
from creditpolicy.tables.columns import Column
from creditpolicy.tables.dates import day_comes_first
from creditpolicy.tables.literals import NOTHING, read_value
from creditpolicy.tables.numerals import EXACT, MAY_BE_EITHER
from creditpolicy.tables.quantities import base_power

_CLEAN_NUMBER = r"^-?[0-9]{{1,{whole}}}(?:\.[0-9]{{1,{places}}})?$"
_CLEAN_WHOLE = r"^-?[0-9]{{1,{whole}}}$"
_CLEAN_ID = r"^[A-Za-z0-9\p{Han}](?:[A-Za-z0-9\p{Han}_\-]*[A-Za-z0-9\p{Han}_])?$"
_CLEAN_TEXT = r"^[A-Za-z0-9\p{Han}](?:[A-Za-z0-9\p{Han}_\-（）()·., ]*[A-Za-z0-9\p{Han}_）).])?$"
_DIGITS = 15
_MASK = (1 << 64) - 1


@dataclass
class Typed:
    """A column read: its array (blank and bad are null), the bad cells by position, and how many cells were rounded."""

    array: pa.Array
    bad: dict[int, Bad] = field(default_factory=dict)
    rounded: int = 0


def read_column(
    cells: Sequence[Cell], column: Column, power: int | None = None, day_first: bool | None = None
) -> Typed:
    """Read all cells of a column. `power` is what its heading gives to plain numbers, `day_first` how to read 1/5/2024."""
    if column.kind.is_number:
        typed, comma_decimal = _numbers(cells, column, Manner(power))
        if comma_decimal:
            typed, _same = _numbers(cells, column, Manner(power, comma_decimal=True))
        return typed
    if column.kind is Kind.DATE and day_first is None:
        day_first = day_comes_first({cell for cell in cells if isinstance(cell, str)})
    clean: set[int] | None = None
    values: list[object] = list(cells)
    if column.kind in (Kind.ID, Kind.TEXT):
        clean = _clean_texts(cells, column.kind)
    return _one_by_one(cells, values, column, Manner(power, day_first), clean)


def _reader(column: Column, manner: Manner) -> Callable[[Cell], Verdict]:
    """Give a reader that remembers: equal cells of equal type read alike, and most columns have few different ones."""
    known: dict[tuple[type, Cell], Verdict] = {}

    def read(cell: Cell) -> Verdict:
        key = (type(cell), cell)
        found = known.get(key)
        if found is None:
            found = read_value(cell, column, manner)
            if len(known) < 100_000:
                known[key] = found
        return found

    return read


def _one_by_one(
    cells: Sequence[Cell], values: list[object], column: Column, manner: Manner, clean: set[int] | None
) -> Typed:
    read, bad = _reader(column, manner), {}
    for index, cell in enumerate(cells):
        if cell is None or (clean is not None and index in clean):
            continue
        verdict = read(cell)
        values[index] = verdict.value if isinstance(verdict, Value) else None
        if isinstance(verdict, Bad):
            bad[index] = verdict
    return Typed(pa.array(values, column.arrow_type), bad)


def _clean_texts(cells: Sequence[Cell], kind: Kind) -> set[int] | None:
    """Find the texts that are values as they stand."""
    texts = _texts(cells)
    mask = pc.match_substring_regex(texts, _CLEAN_ID if kind is Kind.ID else _CLEAN_TEXT)
    if kind is Kind.ID:
        mask = pc.and_(mask, pc.invert(pc.is_in(pc.utf8_lower(texts), pa.array(sorted(NOTHING)))))
    return set(np.flatnonzero(_truth(mask)).tolist())


def _texts(cells: Sequence[Cell]) -> pa.Array:
    try:
        return pa.array([cell if type(cell) is str else None for cell in cells], pa.string())
    except UnicodeEncodeError:
        # Half a surrogate pair: such a text is read, and mended, by itself.
        return pa.array([cell if type(cell) is str and cell.isascii() else None for cell in cells], pa.string())


def _truth(mask: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


@dataclass
class _Words:
    """Numbers under way: each as an integer of the column's last digit, in two 64-bit words, with what is there."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    there: NDArray[np.bool_]

    def put(self, index: int, number: int) -> None:
        word = number & _MASK
        self.low[index] = word - (1 << 64) if word >> 63 else word
        self.high[index] = number >> 64
        self.there[index] = True

    def put_all(self, where: NDArray[np.intp], numbers: NDArray[np.int64]) -> None:
        self.low[where], self.high[where], self.there[where] = numbers, numbers >> 63, True

    def array(self, type: pa.DataType) -> pa.Array:
        pairs = np.column_stack((self.low, self.high))
        valid = pa.array(self.there).buffers()[1]
        return pa.Array.from_buffers(type, len(self.low), [valid, pa.py_buffer(np.ascontiguousarray(pairs))])


def _numbers(cells: Sequence[Cell], column: Column, manner: Manner) -> tuple[Typed, bool]:
    """Read a column of numbers; the second value says that it has texts with a comma for the decimal point."""
    count = len(cells)
    words = _Words(np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.bool_))
    rounded = _at_once(cells, words, column, manner)
    read, bad, comma_decimal, last = _reader(column, manner), {}, False, Decimal(1).scaleb(-column.scale)
    for index in np.flatnonzero(~words.there).tolist():
        cell = cells[index]
        if cell is None:
            continue
        verdict = read(cell)
        if isinstance(verdict, Value) and isinstance(verdict.value, Decimal):
            words.put(index, int(verdict.value.quantize(last, context=EXACT).scaleb(column.scale, EXACT)))
            rounded += verdict.rounded
            comma_decimal = comma_decimal or verdict.comma_decimal
        elif isinstance(verdict, Bad):
            bad[index] = verdict
    return Typed(words.array(column.arrow_type), bad, rounded), comma_decimal and not manner.comma_decimal


def _at_once(cells: Sequence[Cell], words: _Words, column: Column, manner: Manner) -> int:
    """Put the cells whose decimal is certain without looking at each; returns how many of them were rounded."""
    low, high = (int(bound.scaleb(column.scale, EXACT).to_integral_value()) for bound in column.bounds)
    whole = column.kind in (Kind.COUNT, Kind.DAYS)
    base = base_power(column)
    rounded = 0
    places = column.scale + (0 if manner.power is None else manner.power - base)
    if 0 <= places <= 12:
        numbers = [cell if type(cell) is float or type(cell) is int else None for cell in cells]
        rounded += _floats(numbers, words, places, (low, high), whole)
        _strings(cells, words, places, (low, high), manner.comma_decimal)
    if column.kind in (Kind.RATIO, Kind.PERCENT) and 0 <= column.scale - base <= 12:
        shares = [cell.fraction if type(cell) is Percent else None for cell in cells]
        rounded += _floats(shares, words, column.scale - base, (low, high), whole)
    return rounded


def _floats(given: Sequence[float | None], words: _Words, places: int, bounds: tuple[int, int], whole: bool) -> int:
    numbers = np.array(given, np.float64)
    power = 10.0**places
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = numbers * power
        nearest = np.rint(scaled)
        exact = (np.abs(nearest) < 10.0**_DIGITS) & (nearest / power == numbers)
        inside = (nearest >= bounds[0]) & (nearest <= bounds[1])
        # Well away from a tie, and not within the noise of a whole last digit, rounding is certain too.
        part = np.abs(scaled - np.trunc(scaled))
        off = np.abs(scaled - nearest)
        certain = (np.abs(scaled) < 1e9) & (np.abs(part - 0.5) > 1e-3) & (off > 1e-3) & (not whole)
    good = (exact | certain) & inside
    where = np.flatnonzero(good)
    words.put_all(where, nearest[where].astype(np.int64))
    return int(np.count_nonzero(good & ~exact))


def _strings(cells: Sequence[Cell], words: _Words, places: int, bounds: tuple[int, int], comma_decimal: bool) -> None:
    """Put the texts that are plain numbers of no more digits than the column keeps."""
    texts = _texts(cells)
    if texts.null_count == len(texts):
        return
    pattern = (_CLEAN_NUMBER if places else _CLEAN_WHOLE).format(whole=18 - places, places=places)
    mask = pc.match_substring_regex(texts, pattern)
    if comma_decimal:
        mask = pc.and_(mask, pc.invert(pc.match_substring_regex(texts, MAY_BE_EITHER)))
    where = np.flatnonzero(_truth(mask))
    if not len(where):
        return
    numbers = pc.cast(texts.take(pa.array(where)), pa.decimal128(38, places))
    found = np.frombuffer(numbers.buffers()[1], np.int64)[::2][numbers.offset : numbers.offset + len(numbers)]
    inside = (found >= bounds[0]) & (found <= bounds[1])
    words.put_all(where[inside], found[inside])
