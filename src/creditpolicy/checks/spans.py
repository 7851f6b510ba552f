"""Spans of numbers as pairs of cuts, so that open and closed ends, gaps and overlaps need no special cases.

A cut (v, 0) lies just before v, (v, 1) just after it: `from 5 below 9` is the span from (5, 0) to (9, 0), `above 5 to 9`
that from (5, 1) to (9, 1). Where values lie on a grid (whole numbers, cents) both ends are moved to the grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from creditpolicy.expressions import Type
from creditpolicy.language import _, language_in_use
from creditpolicy.model import Interval

Cut = tuple[Fraction, int]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """All values between two cuts; empty where the end does not come after the start."""

    start: Cut
    end: Cut

    @property
    def is_empty(self) -> bool:
        """Whether no value lies in it."""
        return self.end <= self.start

    def meet(self, other: Span) -> Span:
        """Give what both have in common."""
        return Span(max(self.start, other.start), min(self.end, other.end))

    def on_grid(self, step: Fraction | None) -> Span:
        """Move both ends to the grid of `step`: the cut before the first value inside, and before the first one after."""
        if step is None:
            return self
        return Span((_next(self.start, step), 0), (_next(self.end, step), 0))

    def words(self, step: Fraction | None) -> str:
        """Say which values these are; on a grid by the first and the last of them."""
        low, after = self.start[0], self.start[1] == 1
        high, until = self.end[0], self.end[1] == 1
        if step is not None:
            last = high - step
            return plain(low) if low == last else _("{low} 到 {high}").format(low=plain(low), high=plain(last))
        if low == high:
            return plain(low)
        above = _("大于 {low}").format(low=plain(low)) if after else _("不小于 {low}").format(low=plain(low))
        below = _("不大于 {high}").format(high=plain(high)) if until else _("小于 {high}").format(high=plain(high))
        return _("{above}且{below}").format(above=above, below=below)


def _next(cut: Cut, step: Fraction) -> Fraction:
    """Give the first value of the grid that is not before the cut."""
    value = -(-cut[0] // step) * step
    return value + step if cut[1] and value == cut[0] else value


def whole_of(kind: Type) -> Span:
    """Give the span of all values of a type."""
    return Span((kind.low, 0), (kind.high, 1))


def step_of(kind: Type) -> Fraction | None:
    """Give the grid on which values of a type lie; None where they may lie anywhere."""
    return Fraction(1, 10**kind.scale) if kind.divisor == 1 else None


def span_of(interval: Interval, within: Span) -> Span:
    """Give the span of a band, open sides ending where the values do."""
    start = (Fraction(interval.low[0]), 0 if interval.low[1] else 1) if interval.low else within.start
    end = (Fraction(interval.high[0]), 1 if interval.high[1] else 0) if interval.high else within.end
    return Span(start, end)


def gaps(spans: Iterable[Span], whole: Span) -> Iterator[Span]:
    """Give what of `whole` no span covers, from the lowest."""
    reached = whole.start
    for span in sorted(span for span in spans if not span.is_empty):
        if span.start > reached:
            yield Span(reached, min(span.start, whole.end))
        reached = max(reached, span.end)
        if reached >= whole.end:
            return
    if reached < whole.end:
        yield Span(reached, whole.end)


def overlaps(spans: Iterable[Span]) -> Iterator[tuple[int, int, Span]]:
    """Give each pair of spans that share values, by their positions, with what they share."""
    ordered = sorted((span, position) for position, span in enumerate(spans) if not span.is_empty)
    if not ordered:
        return
    widest, holder = ordered[0]
    for span, position in ordered[1:]:
        shared = widest.meet(span)
        if not shared.is_empty:
            yield min(holder, position), max(holder, position), shared
        if span.end > widest.end:
            widest, holder = span, position


def plain(value: Fraction | Decimal | int) -> str:
    """Write a number as people do: no trailing zeros, large ones in 万 and 亿 where the language has them."""
    exact = Fraction(value)
    if language_in_use() == "en":
        return _digits(exact)
    for size, name in ((10**8, _("亿")), (10**4, _("万"))):
        if abs(exact) >= size and (exact / size * 100).denominator == 1:
            return _digits(exact / size) + name
    return _digits(exact)


def _digits(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):.12f}"
    return text.rstrip("0").rstrip(".")
