"""Whole numbers as SQL: each knows how large it can become, so that every operation is done in a width that holds it.

An engine multiplies two 32-bit numbers in 32 bits and fails where the product needs more. Nothing here relies on that
failure: the bound of each result is known before the query is written, and an operand is cast where it must be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Width = Literal[32, 64, 128]
_TYPES: dict[Width, str] = {32: "INTEGER", 64: "BIGINT", 128: "HUGEINT"}
LARGEST = 10**38
"""No whole number in a query may reach this: DuckDB's 128-bit integers and Spark's widest decimals hold 38 digits."""


def width_of(most: int) -> Width:
    """Give the narrowest width that holds every magnitude up to `most`."""
    if most >= LARGEST:
        raise OverflowError(f"no engine holds {most}")
    return 32 if most < 2**31 else 64 if most < 2**63 else 128


def column_width(most: int) -> Width:
    """Give the width in which a column of a table is taken up: never less than an engine's usual integer."""
    return max(width_of(most), 64)


def type_of(width: Width) -> str:
    """Name the SQL type of a width."""
    return _TYPES[width]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number: SQL that may stand beside any operator, the largest magnitude it can have, its width there.

    `known` is the number itself where it is a constant.
    """

    sql: str
    most: int
    width: Width
    known: int | None = None


def constant(value: int) -> Whole:
    """Write a constant."""
    return Whole(str(value) if value >= 0 else f"({value})", abs(value), width_of(abs(value)), value)


def widened(value: Whole, width: Width) -> Whole:
    """Cast to at least `width`."""
    if value.width >= width:
        return value
    return replace(value, sql=f"CAST({value.sql} AS {_TYPES[width]})", width=width)


def bounded(value: Whole, most: int) -> Whole:
    """Note a tighter bound, known from elsewhere."""
    return replace(value, most=min(value.most, most))


def times(left: Whole, right: Whole) -> Whole:
    """Multiply."""
    if left.known is not None and right.known is not None:
        return constant(left.known * right.known)
    if left.known == 1:
        return right
    return left if right.known == 1 else _operated(left, "*", right, left.most * right.most)


def plus(left: Whole, right: Whole) -> Whole:
    """Add."""
    if left.known is not None and right.known is not None:
        return constant(left.known + right.known)
    if left.known == 0:
        return right
    return left if right.known == 0 else _operated(left, "+", right, left.most + right.most)


def minus(left: Whole, right: Whole) -> Whole:
    """Subtract."""
    if left.known is not None and right.known is not None:
        return constant(left.known - right.known)
    if left.known == 0:
        return negative(right)
    return left if right.known == 0 else _operated(left, "-", right, left.most + right.most)


def negative(value: Whole) -> Whole:
    """Change the sign."""
    return constant(-value.known) if value.known is not None else replace(value, sql=f"(-{value.sql})")


def magnitude(value: Whole) -> Whole:
    """Drop the sign."""
    return constant(abs(value.known)) if value.known is not None else replace(value, sql=f"ABS({value.sql})")


def quotient(left: Whole, right: Whole) -> Whole:
    """Divide by a positive number, the remainder dropped: towards zero, on every engine."""
    if right.known == 1:
        return left
    if left.known is not None and right.known is not None:
        return constant(left.known // right.known if left.known >= 0 else -(-left.known // right.known))
    return _operated(left, "//", right, left.most // (right.known or 1))


def half_up(whole: Whole, divisor: Whole, *, may_be_negative: bool) -> Whole:
    """Divide by a positive number and round to the nearest, half away from zero."""
    if divisor.known is not None and divisor.known % 2 == 0:
        twice, half = divisor, constant(divisor.known // 2)
    else:
        whole, twice, half = times(constant(2), whole), times(constant(2), divisor), divisor
    if may_be_negative:
        half = Whole(f"CASE WHEN {whole.sql} < 0 THEN -{half.sql} ELSE {half.sql} END", half.most, half.width)
    return quotient(plus(whole, half), twice)


def floor(whole: Whole, divisor: Whole, *, may_be_negative: bool) -> Whole:
    """Divide by a positive number and round down."""
    below = quotient(whole, divisor)
    if not may_be_negative:
        return below
    return _by_sign(whole, quotient(plus(minus(whole, divisor), constant(1)), divisor), below)


def ceil(whole: Whole, divisor: Whole, *, may_be_negative: bool) -> Whole:
    """Divide by a positive number and round up."""
    above = quotient(plus(whole, minus(divisor, constant(1))), divisor)
    return _by_sign(whole, quotient(whole, divisor), above) if may_be_negative else above


def _by_sign(whole: Whole, below_zero: Whole, otherwise: Whole) -> Whole:
    sql = f"(CASE WHEN {whole.sql} < 0 THEN {below_zero.sql} ELSE {otherwise.sql} END)"
    return Whole(sql, max(below_zero.most, otherwise.most), max(below_zero.width, otherwise.width))


def _operated(left: Whole, op: str, right: Whole, most: int) -> Whole:
    """Apply an operator in the width of the wider operand, or in a wider one where the result needs it."""
    width = width_of(most)
    if max(left.width, right.width) < width:
        left, right = (left, widened(right, width)) if left.known is not None else (widened(left, width), right)
    return Whole(f"({left.sql} {op} {right.sql})", most, max(left.width, right.width))
