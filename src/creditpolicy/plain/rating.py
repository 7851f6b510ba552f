"""The second reading: a policy as plain Python closures over decimals and fractions, for one customer at once.

It shares nothing with the SQL but the typed tree, so that the tests can hold the two against each other.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any

from creditpolicy.expressions import Constant, Node, names_in
from creditpolicy.model import Kind
from creditpolicy.plain.reading import EXACT, Portfolio, Reading, Row, Value, half_up, reading_of, whole_steps
from creditpolicy.program import LIMIT_DIGITS, FactRule, ItemRule, Program, TermsRule

Comparison = Callable[[Value, Value], bool]


@dataclass(frozen=True, slots=True)
class Rated:
    """What a rating yields, in whole numbers as the query gives them.

    `points` (before the sign of a deduction) and `total` count the policy's smallest step, `limit` hundredths; `bands`
    are the steps that applied; `grade` and `grade_by_points` are counted from the best. None is missing or refused.
    """

    points: tuple[int | None, ...]
    bands: tuple[int | None, ...]
    vetoes: tuple[bool | None, ...]
    total: int | None
    grade: int | None
    limit: int | None
    facts: Row


def grade_by_points(program: Program, total: int) -> int | None:
    """Give the grade that a total alone has, counted from the best; None below the last line."""
    points = Decimal(total).scaleb(-program.digits, EXACT)
    for index, grade in enumerate(program.policy.grades):
        line = grade.line
        if line is None or points > line[0] or (line[1] and points == line[0]):
            return index
    return None


class PlainReading:
    """A policy ready to rate one customer after another; make it once, it costs milliseconds, then use it often."""

    def __init__(self, program: Program, *, as_of: datetime.date, portfolio: Portfolio | None = None) -> None:
        self.program = program
        self.as_of = as_of
        self.portfolio = portfolio or Portfolio({})
        self._formulas = [(rule, self._read(rule.formula)) for rule in program.computed if rule.formula is not None]
        self._items = [self._item(item) for item in program.items]
        self._vetoes = [(self._read(veto.when), veto.veto.missing, veto.forces) for veto in program.vetoes]
        self._limits = [self._limit(rule) for rule in program.terms]
        shared = {item.id for item in program.reweighed}
        self._weights = [half_up(item.high or 0, program.digits) if item.id in shared else 0 for item in program.items]
        self._weight = sum(self._weights)

    def rate(self, facts: Row) -> Rated:
        """Rate one customer from his facts, which must already have the digits and ranges of the policy."""
        row = self.with_computed(facts)
        scored = [item(row) for item in self._items]
        points = [point for point, _band in scored]
        if self._weight:
            points = self._reweighed(points)
        total = self._total(points)
        vetoes = tuple(self._veto(row, *veto) for veto in self._vetoes)
        grade = self._grade(total, vetoes)
        limit = None
        if grade is not None:
            limit_of = self._limits[grade]
            limit = limit_of(row, total) if limit_of is not None else None
        return Rated(tuple(points), tuple(band for _point, band in scored), vetoes, total, grade, limit, row)

    def limit_at(self, facts: Row, total: int | None, grade: int) -> int | None:
        """Give the limit, in hundredths, of a customer with this total who is in another grade than his points say."""
        limit_of = self._limits[grade]
        return limit_of(self.with_computed(facts), total) if limit_of is not None else None

    def with_computed(self, facts: Row) -> dict[str, Any]:
        """Give the facts with those computed by formulas, and the day."""
        row: dict[str, Any] = {**facts, "as_of": self.as_of}
        for rule, reading in self._formulas:
            row[rule.id] = _computed(rule, reading(row))
        return row

    def blocked_by(self, item: ItemRule, row: Row) -> tuple[str, ...]:
        """Name the missing facts at which the scoring of an item stopped: those of its first undecided step."""
        for step in item.steps:
            if step.when is not None:
                holds = self._read(step.when)(row)
                if holds is None:
                    return tuple(name for name in names_in(step.when) if row.get(name) is None)
                if not holds:
                    continue
            return tuple(name for name in names_in(step.points) if row.get(name) is None)
        return ()

    def _read(self, node: Node) -> Reading:
        return reading_of(node, self.portfolio)

    # Points ------------------------------------------------------------------------------------------------------

    def _item(self, item: ItemRule) -> Callable[[Row], tuple[int | None, int | None]]:
        digits = self.program.digits
        low = half_up(item.low, digits)
        high = half_up(item.high, digits) if item.high is not None else None
        steps = [
            (self._read(step.when) if step.when is not None else None, self._points(step.points, low, high), index)
            for index, step in enumerate(item.steps)
        ]
        missing = half_up(item.missing.points, digits) if item.missing.kind in {"worst", "points"} else None
        if item.item.bands is not None and item.value is not None:
            return self._banded(item, item.value, missing, low, high)

        def score(row: Row) -> tuple[int | None, int | None]:
            for when, points, index in steps:
                holds = True if when is None else when(row)
                if holds is None:
                    return missing, None
                if holds:
                    value = points(row)
                    return (missing, None) if value is None else (value, index)
            return missing, None

        return score

    def _banded(
        self, item: ItemRule, value: Node, missing: int | None, low: int, high: int | None
    ) -> Callable[[Row], tuple[int | None, int | None]]:
        """Score by bands: what they look at is read once, then the first band that contains it is taken."""
        reading = self._read(value)
        bands = [
            (step.interval, (self._points(step.points, low, high)({}), index))
            for index, step in enumerate(item.steps)
            if step.interval is not None
        ]
        ends = [(*_end(band.low, ge, gt), *_end(band.high, le, lt), found) for band, found in bands]

        def score(row: Row) -> tuple[int | None, int | None]:
            known = reading(row)
            if known is not None:
                for above, bottom, below, top, found in ends:
                    if (above is None or above(known, bottom)) and (below is None or below(known, top)):
                        return found
            return missing, None

        return score

    def _points(self, node: Node, low: int, high: int | None) -> Callable[[Row], int | None]:
        digits = self.program.digits

        def kept(value: Value) -> int:
            whole = max(half_up(value, digits), low)
            return whole if high is None else min(whole, high)

        if isinstance(node, Constant):
            fixed = kept(node.value)
            return lambda row: fixed
        reading = self._read(node)

        def points(row: Row) -> int | None:
            value = reading(row)
            return None if value is None else kept(value)

        return points

    def _reweighed(self, points: list[int | None]) -> list[int | None]:
        """Stretch the points of the base items that are there to the weight of all; without any, they have none."""
        there = self._weight_there(points)

        def stretched(point: int | None) -> int | None:
            return half_up(Fraction(point * self._weight, there), 0) if point is not None and there else None

        return [stretched(point) if weight else point for point, weight in zip(points, self._weights, strict=True)]

    def stretch(self, points: Sequence[int | None]) -> Fraction:
        """Give by how much base items are stretched because others are missing; 1 where none is."""
        there = self._weight_there(points)
        return Fraction(self._weight, there) if self._weight and there else Fraction(1)

    def _weight_there(self, points: Sequence[int | None]) -> int:
        items = self.program.items
        return sum(
            weight
            for item, weight, point in zip(items, self._weights, points, strict=True)
            if point is not None or item.missing.kind != "reweigh"
        )

    def _total(self, points: list[int | None]) -> int | None:
        if self._weight and not self._weight_there(points):
            return None
        total = 0
        for item, point in zip(self.program.items, points, strict=True):
            if point is not None:
                total += item.sign * point
            elif item.missing.kind != "reweigh":
                return None
        return total

    @staticmethod
    def _veto(row: Row, reading: Reading, missing: str, _forces: int) -> bool | None:
        holds: bool | None = reading(row)
        if holds is None and missing != "refuse":
            return missing == "apply"
        return holds

    def _grade(self, total: int | None, vetoes: tuple[bool | None, ...]) -> int | None:
        if total is None or any(holds is None for holds in vetoes):
            return None
        by_points = grade_by_points(self.program, total)
        if by_points is None:
            return None
        forced = [veto[2] for veto, holds in zip(self._vetoes, vetoes, strict=True) if holds]
        return max([by_points, *forced])

    def _limit(self, rule: TermsRule | None) -> Callable[[Row, int | None], int | None] | None:
        if rule is None or rule.limit is None:
            return None
        reading = self._read(rule.limit)
        credit = self.program.policy.credit
        rounding = credit.rounding if credit is not None else None
        most = credit.most if credit is not None else None
        ceiling = half_up(most, LIMIT_DIGITS) if most is not None else None
        unit = Fraction(rounding.to) if rounding is not None else None
        digits = self.program.digits

        def limit(row: Row, total: int | None) -> int | None:
            value = reading({**row, "total": Decimal(total or 0).scaleb(-digits, EXACT)})
            if value is None:
                return None
            if rounding is not None and unit is not None:
                value = whole_steps(Fraction(value) / unit, rounding.how) * unit
            amount = max(half_up(value, LIMIT_DIGITS), 0)
            return amount if ceiling is None else min(amount, ceiling)

        return limit


def _end(
    end: tuple[Decimal, bool] | None, included: Comparison, excluded: Comparison
) -> tuple[Comparison | None, Decimal | None]:
    """Give how a value is compared with one end of a band, and that end; None where the band is open there."""
    return (None, None) if end is None else (included if end[1] else excluded, end[0])


def _computed(rule: FactRule, value: Value) -> Value:
    if value is None or rule.fact.type is Kind.FLAG:
        return value
    rounded = Decimal(half_up(value, rule.fact.scale)).scaleb(-rule.fact.scale, EXACT)
    low, high = rule.fact.bounds
    return None if rule.fact.range is not None and not low <= rounded <= high else rounded


def portfolio_of(program: Program, rows: Iterable[Row], *, as_of: datetime.date) -> Portfolio:
    """Gather from the customers of a portfolio what the policy's portfolio figures need."""
    names = {figure.fact.id for figure in program.portfolio_figures}
    if not names:
        return Portfolio({})
    reading = PlainReading(program, as_of=as_of)
    values: dict[str, list[Decimal]] = {name: [] for name in names}
    for row in rows:
        known = reading.with_computed(row)
        for name in names:
            if known.get(name) is not None:
                values[name].append(known[name])
    return Portfolio({name: tuple(sorted(found)) for name, found in values.items()})
