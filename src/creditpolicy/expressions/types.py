"""The type of each operation: exact scale and range, so that the compiler can choose whole-number widths that hold it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from creditpolicy.expressions.tree import Type, number

WIDEST = 10**37
"""No whole number in a query may reach this: every engine holds 38 digits exactly."""


def fits(kind: Type) -> bool:
    """Whether numerator and divisor stay within what the engines hold exactly."""
    return kind.whole < WIDEST and kind.divisor < WIDEST


def added(left: Type, right: Type) -> Type:
    """Type a sum."""
    scale = max(left.scale, right.scale)
    whole = _whole_at(left, scale) * right.divisor + _whole_at(right, scale) * left.divisor
    return Type("number", scale, left.low + right.low, left.high + right.high, whole, left.divisor * right.divisor)


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


def rounded(kind: Type, digits: int) -> Type:
    """Type a number rounded, in whichever direction, to `digits` decimals."""
    step = Fraction(1, 10**digits)
    return number(digits, kind.low // step * step, -(-kind.high // step) * step)


def _whole_at(kind: Type, scale: int) -> int:
    factor: int = 10 ** (scale - kind.scale)
    return kind.whole * factor
