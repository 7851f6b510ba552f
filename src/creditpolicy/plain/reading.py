"""Expressions as plain Python closures over decimals and fractions, exact like the SQL but made another way."""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from creditpolicy.expressions import (
    Arithmetic,
    Call,
    Case,
    Compare,
    Constant,
    IsMissing,
    Logic,
    Name,
    Node,
    Not,
    OfPortfolio,
)

Row = Mapping[str, Any]
"""A customer's facts by id: Decimal, bool, str or date; None or absent is missing."""
Value = Any
Reading = Callable[[Row], Value]
EXACT = Context(prec=200)


@dataclass(frozen=True)
class Portfolio:
    """The figures of a portfolio that a policy uses: the values of each fact in order, missing ones left out."""

    values: Mapping[str, tuple[Decimal, ...]]

    def figure(self, figure: str, fact: str, own: Decimal | None) -> Value:
        """Give max, min, avg, or the share of the portfolio at or below `own`; None where there is nothing to tell from."""
        values = self.values.get(fact, ())
        if not values:
            return None
        if figure == "percentile":
            return None if own is None else Fraction(bisect_right(values, own), len(values))
        if figure == "avg":
            return sum(map(Fraction, values), Fraction(0)) / len(values)
        return values[-1] if figure == "max" else values[0]


def half_up(value: Value, digits: int) -> int:
    """Round to a whole number of 10^-digits, half away from zero."""
    if isinstance(value, Decimal):
        return int(value.scaleb(digits, EXACT).to_integral_value("ROUND_HALF_UP", EXACT))
    scaled = Fraction(value) * 10**digits
    whole: int = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return whole if scaled >= 0 else -whole


def reading_of(node: Node, portfolio: Portfolio) -> Reading:
    """Make the closure that reads an expression off a customer's facts."""

    def part(inner: Node) -> Reading:
        return reading_of(inner, portfolio)

    match node:
        case Constant(_, value):
            return lambda row: value
        case Name(_, name):
            return lambda row: row.get(name)
        case OfPortfolio(_, figure, fact):
            if figure == "percentile":
                return lambda row: portfolio.figure(figure, fact.id, row.get(fact.id))
            known = portfolio.figure(figure, fact.id, None)
            return lambda row: known
        case Arithmetic(_, op, left, right):
            return _both(part(left), part(right), _OPERATIONS[op])
        case Compare(_, op, Name(_, name), Constant(_, value)):
            return _against(name, _COMPARISONS[op], value)
        case Compare(_, op, left, right):
            return _both(part(left), part(right), _COMPARISONS[op])
        case Logic(_, op, conditions):
            return _logic(op == "or", [part(condition) for condition in conditions])
        case Not(_, condition):
            inner = part(condition)
            return lambda row: None if (holds := inner(row)) is None else not holds
        case IsMissing(_, value):
            inner = part(value)
            return lambda row: inner(row) is None
        case Case(_, branches, otherwise):
            return _case(
                [(part(when), part(value)) for when, value in branches],
                part(otherwise) if otherwise is not None else None,
            )
        case Call(_, function, arguments, digits):
            return _call(function, [part(argument) for argument in arguments], digits)
    raise TypeError(f"not an expression: {node}")


def _against(name: str, compare: Callable[[Value, Value], Value], bound: Value) -> Reading:
    """Compare a fact with a constant: by far the most common condition, so without a closure for each side."""

    def read(row: Row) -> bool | None:
        value = row.get(name)
        return None if value is None else compare(value, bound)

    return read


def _both(left: Reading, right: Reading, operation: Callable[[Value, Value], Value]) -> Reading:
    def read(row: Row) -> Value:
        first = left(row)
        if first is None:
            return None
        second = right(row)
        return None if second is None else operation(first, second)

    return read


def _exactly(
    decimals: Callable[[Decimal, Decimal], Decimal], fractions: Callable[[Any, Any], Any]
) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return decimals(left, right)
        return fractions(Fraction(left), Fraction(right))

    return operate


def _divided(left: Value, right: Value) -> Value:
    below = Fraction(right)
    return None if below == 0 else Fraction(left) / below


_OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": _exactly(EXACT.add, lambda a, b: a + b),
    "-": _exactly(EXACT.subtract, lambda a, b: a - b),
    "*": _exactly(EXACT.multiply, lambda a, b: a * b),
    "/": _divided,
}
_COMPARISONS: dict[str, Callable[[Value, Value], Value]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _logic(deciding: bool, readings: list[Reading]) -> Reading:
    """Read `or` (deciding True) or `and` (deciding False): one deciding value settles it, else one unknown leaves it open."""

    def read(row: Row) -> bool | None:
        unknown = False
        for reading in readings:
            holds: bool | None = reading(row)
            if holds is None:
                unknown = True
            elif holds is deciding:
                return deciding
        return None if unknown else not deciding

    return read


def _case(branches: list[tuple[Reading, Reading]], otherwise: Reading | None) -> Reading:
    def read(row: Row) -> Value:
        for when, value in branches:
            holds = when(row)
            if holds is None:
                return None
            if holds:
                return value(row)
        return otherwise(row) if otherwise is not None else None

    return read


def _call(function: str, arguments: list[Reading], digits: int) -> Reading:
    if function == "coalesce":
        return lambda row: next((value for reading in arguments if (value := reading(row)) is not None), None)
    operation = _FUNCTIONS[function]

    def read(row: Row) -> Value:
        values = [reading(row) for reading in arguments]
        return None if any(value is None for value in values) else operation(values, digits)

    return read


def whole_steps(value: Fraction, how: str) -> int:
    """Round to a whole number: `down`, `up` or `half_up`."""
    if how == "half_up":
        return half_up(value, 0)
    return math.floor(value) if how == "down" else math.ceil(value)


def _stepped(values: list[Value], digits: int, how: str) -> Decimal:
    whole = whole_steps(Fraction(values[0]) * 10**digits, {"floor": "down", "ceil": "up"}[how])
    return Decimal(whole).scaleb(-digits, EXACT)


_FUNCTIONS: dict[str, Callable[[list[Value], int], Value]] = {
    "abs": lambda values, _digits: abs(Fraction(values[0])),
    "least": lambda values, _digits: min(values),
    "greatest": lambda values, _digits: max(values),
    "round": lambda values, digits: Decimal(half_up(values[0], digits)).scaleb(-digits, EXACT),
    "floor": lambda values, digits: _stepped(values, digits, "floor"),
    "ceil": lambda values, digits: _stepped(values, digits, "ceil"),
    "days_between": lambda values, _digits: Decimal((values[1] - values[0]).days),
}
