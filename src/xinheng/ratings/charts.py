"""Charts as figures for a drawing (SVG): made here, drawn by templates, without scripts. Beside each stands a table.

All places are written as text, so that no language writes them with a comma.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Numeric = Decimal | float | int


def at(value: Numeric) -> str:
    """Write a place on the drawing."""
    return f"{float(value):.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line: where, what it says, what it opens."""

    x: str
    y: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid, or a mark of an axis, with its words."""

    place: str
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Totals as a line and grades as steps over the same days; `line` is empty where totals are not shown."""

    width: int
    height: int
    left: str
    right: str
    top: str
    bottom: str
    days: tuple[Tick, ...]
    totals: tuple[Tick, ...]
    line: str
    marks: tuple[Mark, ...]
    grades: tuple[Tick, ...]
    steps: str
    shaded: str


WIDTH, LEFT, RIGHT = 720, 92, 700
UPPER, GAP, ROW = 150, 26, 24


def trend(
    totals: Sequence[tuple[date, Decimal, str, str]],
    standings: Sequence[tuple[date, date, int]],
    grades: Sequence[str],
    *,
    on: date,
) -> Trend | None:
    """Draw totals (day, points, words, address) and standings (from, until, place on the scale); None without any.

    `grades` are the scale's names from the best; a place beyond them is no grade and is drawn on a row of its own.
    """
    days = [day for day, *_rest in totals] + [since for since, _until, _place in standings]
    if not days:
        return None
    first, last = min(days), max(on, *days)
    if first == last:
        first -= timedelta(30)
    across = _Axis(first.toordinal(), last.toordinal(), LEFT, RIGHT)
    top = 14 if totals else 0
    upper = UPPER if totals else 0
    marks, grid = _totals(totals, across, top, upper)
    rows_top = top + upper + (GAP if totals else 14)
    rows = max([place + 1 for *_days, place in standings] + [len(grades)])
    names = [*grades, *[""] * (rows - len(grades))]
    bottom = rows_top + rows * ROW
    return Trend(
        width=WIDTH, height=bottom + 26, left=at(LEFT), right=at(RIGHT), top=at(top), bottom=at(bottom),
        days=tuple(Tick(at(across(day.toordinal())), f"{day:%Y-%m}") for day in _months(first, last)),
        totals=grid,
        line=" ".join(f"{mark.x},{mark.y}" for mark in marks),
        marks=marks,
        grades=tuple(Tick(at(rows_top + place * ROW + ROW / 2), name) for place, name in enumerate(names)),
        steps=_steps(standings, across, rows_top, last),
        shaded=at(rows_top),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Numeric) -> float:
        span = self.high - self.low
        return self.start + (float(value) - self.low) / span * (self.end - self.start) if span else self.start


def _totals(
    totals: Sequence[tuple[date, Decimal, str, str]], across: _Axis, top: float, height: float
) -> tuple[tuple[Mark, ...], tuple[Tick, ...]]:
    if not totals:
        return (), ()
    values = [float(total) for _day, total, *_words in totals]
    step = _round_step(max(max(values) - min(values), 10) / 4)
    low, high = math.floor(min(values) / step) * step, math.ceil(max(values) / step) * step
    if low == high:
        high += step
    up = _Axis(low, high, top + height, top)
    marks = tuple(
        Mark(at(across(day.toordinal())), at(up(total)), words, url) for day, total, words, url in sorted(totals)
    )
    count = round((high - low) / step)
    return marks, tuple(Tick(at(up(low + n * step)), f"{low + n * step:g}") for n in range(count + 1))


def _round_step(rough: float) -> float:
    size = 10 ** math.floor(math.log10(rough))
    return float(next(part * size for part in (1, 2, 5, 10) if part * size >= rough))


def _steps(standings: Sequence[tuple[date, date, int]], across: _Axis, top: float, last: date) -> str:
    """Give the path of the steps: along each standing, then up or down to the next."""
    path: list[str] = []
    for since, until, place in sorted(standings):
        y = at(top + place * ROW + ROW / 2)
        start, end = at(across(since.toordinal())), at(across(min(until, last).toordinal()))
        path.append(f"{'L' if path else 'M'}{start} {y}L{end} {y}")
    return "".join(path)


def _months(first: date, last: date) -> list[date]:
    """Give the days to be marked below: beginnings of months, not more than eight."""
    months = (last.year - first.year) * 12 + last.month - first.month
    every = next(step for step in (1, 2, 3, 6, 12, 24, 60, 10_000) if months / step <= 7)
    numbers = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers if number % every == 0] or [first]


# Points by item ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spoke:
    """An axis of the radar: its end, and its words outside."""

    x: str
    y: str
    label_x: str
    label_y: str
    anchor: str
    label: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One closed line of the radar; `key` is its class of the style sheet."""

    key: str
    points: str


@dataclass(frozen=True, slots=True)
class Radar:
    """Shares of the most points of each item: this rating, the last one, the median of the class."""

    rings: tuple[str, ...]
    spokes: tuple[Spoke, ...]
    shapes: tuple[Shape, ...]


CENTRE, REACH = (260.0, 170.0), 120.0
FEWEST_SPOKES, MOST_SPOKES = 3, 16
LABEL = 9
"""So many characters of an item's name stand on the drawing; the table has all of it."""


def radar(labels: Sequence[str], shapes: Sequence[tuple[str, Sequence[Decimal | None]]]) -> Radar | None:
    """Draw shares from 0 to 1 by item; None where there are too few items for a shape, or too many to be read."""
    count = len(labels)
    if not FEWEST_SPOKES <= count <= MOST_SPOKES:
        return None
    angles = [2 * math.pi * n / count - math.pi / 2 for n in range(count)]
    return Radar(
        rings=tuple(_around(angles, [share] * count) for share in (0.25, 0.5, 0.75, 1.0)),
        spokes=tuple(_spoke(angle, label) for angle, label in zip(angles, labels, strict=True)),
        shapes=tuple(
            Shape(key, _around(angles, [min(max(float(share or 0), 0), 1) for share in shares]))
            for key, shares in shapes
            if any(share is not None for share in shares)
        ),
    )


def _around(angles: Sequence[float], shares: Sequence[float]) -> str:
    return " ".join(
        f"{at(CENTRE[0] + REACH * share * math.cos(angle))},{at(CENTRE[1] + REACH * share * math.sin(angle))}"
        for angle, share in zip(angles, shares, strict=True)
    )


def _spoke(angle: float, label: str) -> Spoke:
    x, y = math.cos(angle), math.sin(angle)
    anchor = "middle" if abs(x) < 0.15 else ("start" if x > 0 else "end")
    return Spoke(
        at(CENTRE[0] + REACH * x), at(CENTRE[1] + REACH * y), at(CENTRE[0] + (REACH + 10) * x),
        at(CENTRE[1] + (REACH + 14) * y + 4), anchor, label if len(label) <= LABEL else label[: LABEL - 1] + "…",
    )  # fmt: skip


def bar(value: Numeric | None, most: Numeric | None) -> str:
    """Give the length of a bar in hundredths of its cell."""
    if value is None or not most:
        return "0"
    return at(min(max(float(value) / float(most), 0), 1) * 100)
