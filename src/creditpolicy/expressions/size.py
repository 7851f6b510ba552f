"""How long an expression becomes when it is written out as SQL: rounding and division say the same thing several times."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

from creditpolicy.expressions.tree import (
    Arithmetic,
    Call,
    Case,
    Compare,
    Constant,
    IsMissing,
    Name,
    Node,
    OfPortfolio,
)

LARGEST = 4000
"""Most pieces (names, constants, operators) that one expression may come to; a long one by hand has some fifty."""


class Size(NamedTuple):
    """Pieces of the numerator (or condition, or text), of the divisor, and of the condition that it is missing."""

    whole: int
    divisor: int = 0
    missing: int = 0


def size(node: Node) -> int:
    """Bound the pieces of SQL that an expression becomes."""
    return sum(_size(node))


def _size(node: Node) -> Size:
    match node:
        case Constant():
            return Size(1)
        case Name():
            return Size(1, 0, 1)
        case OfPortfolio(_, figure):
            return Size(1, 1 if figure in {"avg", "percentile"} else 0, 1)
        case Arithmetic(_, op, left, right):
            return _arithmetic(op, _size(left), _size(right), signed=right.type.low < 0)
        case Compare(_, _op, left, right):
            first, second = _size(left), _size(right)
            return Size(_alike(first, second), 0, first.missing + second.missing)
        case Case(_, branches, otherwise):
            conditions = [_size(when) for when, _value in branches]
            values = [_size(value) for value in (*(value for _when, value in branches), otherwise) if value is not None]
            return _chosen(sum(found.whole + found.missing for found in conditions), values)
        case Call(_, function, arguments):
            return _called(function, [_size(argument) for argument in arguments])
        case IsMissing(_, value):
            return Size(_size(value).missing + 1)
    whole = 1 + sum(_size(part).whole for part in node.parts())  # and, or, not
    return Size(whole, 0, whole)


def _alike(left: Size, right: Size) -> int:
    return left.whole + right.divisor + right.whole + left.divisor + 1


def _arithmetic(op: str, left: Size, right: Size, *, signed: bool) -> Size:
    missing = left.missing + right.missing
    if op in "+-":
        return Size(_alike(left, right), left.divisor + right.divisor, missing)
    if op == "*":
        return Size(left.whole + right.whole + 1, left.divisor + right.divisor, missing)
    whole = left.whole + right.divisor + 1
    return Size(2 * whole + right.whole if signed else whole, right.whole + left.divisor + 1, missing + right.whole)


def _chosen(conditions: int, values: list[Size]) -> Size:
    whole = conditions + sum(value.whole for value in values)
    below = sum(value.divisor for value in values)
    divisor = conditions + below if below else 0
    return Size(whole, divisor, whole + divisor)


def _called(function: str, arguments: list[Size]) -> Size:
    whole = sum(argument.whole for argument in arguments)
    divisor = sum(argument.divisor for argument in arguments)
    missing = sum(argument.missing for argument in arguments)
    if function in {"round", "floor", "ceil"}:
        return Size(3 * (whole + divisor + 1), 0, missing)
    if function == "coalesce" and divisor:
        return _chosen(whole + divisor, arguments)._replace(missing=missing)
    if function in {"least", "greatest"} and divisor:
        return reduce(_better, arguments)
    return Size(whole + missing + 1, divisor, missing)


def _better(first: Size, second: Size) -> Size:
    """Of two quotients the comparison is written twice, once more for the divisor."""
    return _chosen(2 * _alike(first, second), [first, second])._replace(missing=first.missing + second.missing)
