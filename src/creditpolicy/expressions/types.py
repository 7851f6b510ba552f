"""The type of each operation: exact scale and range, so that the compiler can choose whole-number widths that hold it."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from fractions import Fraction

from creditpolicy.expressions.tree import Type, number

WIDEST = 10**37
"""No number may have a numerator or divisor that reaches this, so that a digit is left for rounding."""
HELD = 10**38
"""No whole number in a query may reach this: every engine holds 38 digits exactly."""

MOST_CUSTOMERS = 10**10
DAYS = number(0, -datetime.date.max.toordinal(), datetime.date.max.toordinal())
"""The type of the days between two dates."""


def fits(kind: Type) -> bool:
    """Whether numerator and divisor stay within what the engines hold exactly."""
    return kind.whole < WIDEST and kind.divisor < WIDEST


def rounds(kind: Type, digits: int) -> bool:
    """Whether it can be rounded to `digits` decimals: half a divisor is added to the numerator, both doubled for that."""
    whole = kind.whole * 10 ** max(digits - kind.scale, 0)
    divisor = kind.divisor * 10 ** max(kind.scale - digits, 0)
    return bool(2 * whole + divisor < HELD and 2 * divisor < HELD)


def compares(left: Type, right: Type) -> bool:
    """Whether two numbers can be compared: each numerator is brought to one scale and multiplied by the other's divisor."""
    scale = max(left.scale, right.scale)
    return all(_whole_at(one, scale) * other.divisor < HELD for one, other in ((left, right), (right, left)))


def added(left: Type, right: Type) -> Type:
    """Type a sum."""
    scale = max(left.scale, right.scale)
    whole = _whole_at(left, scale) * right.divisor + _whole_at(right, scale) * left.divisor
    return Type("number", scale, left.low + right.low, left.high + right.high, whole, left.divisor * right.divisor)


def subtracted(left: Type, right: Type) -> Type:
    """Type a difference."""
    return added(left, negated(right))


def negated(kind: Type) -> Type:
    """Type an opposite."""
    return replace(kind, low=-kind.high, high=-kind.low)


def multiplied(left: Type, right: Type) -> Type:
    """Type a product."""
    corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    scale = left.scale + right.scale
    return Type("number", scale, min(corners), max(corners), left.whole * right.whole, left.divisor * right.divisor)


def divided(left: Type, right: Type) -> Type:
    """Type a quotient; the divisor is never zero (that is missing) but may be as small as its digits allow.

    (Na / Da·10^sa) / (Nb / Db·10^sb) = Na·Db·10^sb / (|Nb|·Da·10^sa), the sign taken up by the numerator.
    """
    inverse = _inverse(right)
    corners = [a * b for a in (left.low, left.high) for b in inverse]
    scale = max(left.scale - right.scale, 0)
    whole = left.whole * right.divisor * 10 ** max(right.scale - left.scale, 0)
    return Type("number", scale, min(corners), max(corners), whole, max(right.whole, 1) * left.divisor)


def _inverse(kind: Type) -> list[Fraction]:
    """Bound 1/x over every x of the type other than zero."""
    ends = [1 / end for end in (kind.low, kind.high) if end != 0]
    if kind.high > 0 and kind.low <= 0:
        ends.append(1 / kind.smallest)
    if kind.low < 0 and kind.high >= 0:
        ends.append(-1 / kind.smallest)
    return ends or [Fraction(0)]


def joined(kinds: list[Type]) -> Type:
    """Type a choice between several values."""
    scale = max(kind.scale for kind in kinds)
    return Type(
        "number",
        scale,
        min(kind.low for kind in kinds),
        max(kind.high for kind in kinds),
        max(_whole_at(kind, scale) for kind in kinds),
        max(kind.divisor for kind in kinds),
    )


def smaller(kinds: list[Type]) -> Type:
    """Type the least of several values."""
    return replace(joined(kinds), high=min(kind.high for kind in kinds))


def greater(kinds: list[Type]) -> Type:
    """Type the greatest of several values."""
    return replace(joined(kinds), low=max(kind.low for kind in kinds))


def absolute(kind: Type) -> Type:
    """Type a magnitude."""
    low = Fraction(0) if kind.low <= 0 <= kind.high else min(abs(kind.low), abs(kind.high))
    return replace(kind, low=low, high=kind.largest)


def rounded(kind: Type, digits: int, how: str = "round") -> Type:
    """Type a number rounded to `digits` decimals: half up (`round`), down (`floor`) or up (`ceil`)."""
    low, high = (_to_steps(end * 10**digits, how) for end in (kind.low, kind.high))
    return number(digits, Fraction(low, 10**digits), Fraction(high, 10**digits))


def _to_steps(value: Fraction, how: str) -> int:
    if how == "round":
        nearest = math.floor(abs(value) + Fraction(1, 2))
        return nearest if value >= 0 else -nearest
    return math.floor(value) if how == "floor" else math.ceil(value)


def of_portfolio(figure: str, kind: Type) -> Type:
    """Type a figure of the portfolio, which has fewer than 10^10 customers."""
    if figure == "percentile":
        return Type("number", 0, Fraction(0), Fraction(1), MOST_CUSTOMERS, MOST_CUSTOMERS)
    return replace(kind, whole=kind.whole * MOST_CUSTOMERS, divisor=MOST_CUSTOMERS) if figure == "avg" else kind


def _whole_at(kind: Type, scale: int) -> int:
    factor: int = 10 ** (scale - kind.scale)
    return kind.whole * factor
