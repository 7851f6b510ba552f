"""From a typed expression to SQL over whole numbers: no engine's own division or rounding is ever relied on.

A number is carried as a whole numerator and, where something was divided, a whole positive divisor. Sums, products and
comparisons bring both sides to one scale; only rounding divides, by whole-number division that truncates (`//`), which
every engine has. A divisor of zero becomes NULL, and NULL is missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from creditpolicy.compiler.text import bare, decimal, quoted, text
from creditpolicy.compiler.whole import (
    Whole,
    Width,
    bounded,
    ceil,
    column_width,
    constant,
    floor,
    half_up,
    magnitude,
    minus,
    plus,
    times,
    type_of,
    width_of,
)
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
    Type,
    literal,
)
from creditpolicy.expressions import types as typing_rules

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as SQL: value = whole / (divisor · 10^type.scale); divisor None for 1."""

    whole: Whole
    divisor: Whole | None
    type: Type


def figure_column(figure: OfPortfolio) -> str:
    """Name the column that holds a figure of the portfolio."""
    return f"portfolio.{figure.figure}.{figure.fact.id}"


def figure_divisor(figure: OfPortfolio) -> str:
    """Name the column that an average or percentile is to be divided by."""
    return f"portfolio.{figure.figure}.{figure.fact.id}.of"


def scaled(name: str, kind: Type) -> Whole:
    """Turn a DECIMAL column into its whole number at the scale of its type."""
    column = quoted(name)
    width = column_width(kind.whole)
    if kind.scale:
        if kind.whole >= 10 ** (18 - kind.scale):  # times 10^scale it would not fit DECIMAL(18) any more
            column = f"CAST({column} AS DECIMAL(38, {kind.scale}))"
        column = f"{column} * {10**kind.scale}"
    return Whole(f"CAST({column} AS {type_of(width)})", kind.whole, width)


# Conditions ----------------------------------------------------------------------------------------------------------


def condition(node: Node) -> str:
    """Write a condition, with SQL's three values."""
    match node:
        case Constant(_, bool() as value):
            return "TRUE" if value else "FALSE"
        case Name(_, name):
            return quoted(name)
        case Compare():
            return _comparison(node)
        case Logic(_, op, parts):
            return "(" + f" {op.upper()} ".join(condition(part) for part in parts) + ")"
        case Not(_, inner):
            return f"(NOT {condition(inner)})"
        case IsMissing(_, inner):
            reasons = unknown(inner)
            return f"({reasons})" if reasons is not None else "FALSE"
        case Case():
            return _case_of(node, condition)
        case Call(_, "coalesce", arguments):
            return f"COALESCE({', '.join(map(condition, arguments))})"
    raise TypeError(f"not a condition: {node}")


class Gap(NamedTuple):
    """One reason for a value to be missing, as a condition, and the opposite condition."""

    open: str
    closed: str


def unknown(node: Node) -> str | None:
    """Write the condition that a value is missing; None where it never is."""
    return " OR ".join(gap.open for gap in _gaps(node)) or None


def known(node: Node) -> str | None:
    """Write the condition that a value is there; None where it always is."""
    return " AND ".join(gap.closed for gap in _gaps(node)) or None


def _gaps(node: Node) -> tuple[Gap, ...]:
    """Give the reasons for which a value may be missing, each once."""
    match node:
        case Constant() | IsMissing() | Name(_, "as_of" | "total"):
            return ()
        case Name(_, name):
            return (_null(quoted(name)),)
        case OfPortfolio(_, figure):  # of an empty portfolio 0 customers are at or below, of 0
            has_divisor = figure in {"avg", "percentile"}
            return (_null(quoted(figure_divisor(node) if has_divisor else figure_column(node))),)
        case Arithmetic(_, "/", _left, right) if right.type.low <= 0 <= right.type.high:
            below = exact(right).whole.sql
            return _gathered(node.parts(), Gap(f"{below} = 0", f"{below} <> 0"))
        case Call(_, "coalesce", arguments):
            return _all_missing(arguments)
        case Arithmetic() | Compare() | Not() | Call():
            return _gathered(node.parts())
        case Logic(_, _op, conditions):
            first, *others = (_gaps(part) for part in conditions)
            if all(other == first for other in others):  # all of them unknown together, or none
                return first
    if node.type.base != "number":
        return (_null(_plain(node)),)
    value = exact(node)
    return tuple(_null(part.sql) for part in (value.whole, value.divisor) if part is not None)


def _null(sql: str) -> Gap:
    return Gap(f"{sql} IS NULL", f"{sql} IS NOT NULL")


def _gathered(parts: Sequence[Node], *more: Gap) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys([*(gap for part in parts for gap in _gaps(part)), *more]))


def _all_missing(arguments: Sequence[Node]) -> tuple[Gap, ...]:
    conditions = [unknown(argument) for argument in arguments]
    if None in conditions:
        return ()
    every = " AND ".join(f"({condition})" for condition in conditions)
    return (Gap(f"({every})", f"NOT ({every})"),)


def _comparison(node: Compare) -> str:
    left, right = node.left, node.right
    op: str = node.op
    if isinstance(left, Constant) and not isinstance(right, Constant):
        left, right, op = right, left, _FLIPPED[op]
    if left.type.base != "number":
        return f"({_plain(left)} {op} {_plain(right)})"
    if isinstance(left, Name) and left.id != "total" and isinstance(right, Constant):
        return _against_constant(left, op, Fraction(right.value))  # type: ignore[arg-type]
    return _compared(op, exact(left), exact(right))


def _against_constant(fact: Name, op: str, bound: Fraction) -> str:
    """Compare a fact's own column with a constant, written with the column's digits: an engine then converts nothing.

    A constant with more digits lies between two values that the fact can have, so that the lower of them decides.
    """
    column, scale = quoted(fact.id), fact.type.scale
    steps = bound * 10**scale
    if steps.denominator != 1:
        if op in {"=", "<>"}:
            return f"({column} {'<>' if op == '=' else '='} {column})"  # never, or always, but unknown where missing
        op = "<=" if op in {"<", "<="} else ">"
    return f"({column} {op} {decimal(steps.numerator // steps.denominator, scale)})"


def _compared(op: str, left: Exact, right: Exact) -> str:
    first, second = _alike(left, right)
    return f"({first.sql} {op} {second.sql})"


def _plain(node: Node) -> str:
    """Write a text, day or condition that is only compared or looked at for being there."""
    match node:
        case Constant(_, str() as value):
            return text(value)
        case Constant(_, datetime.date() as day):
            return f"DATE '{day.isoformat()}'"
        case Name(_, name):
            return quoted(name)
    if node.type.base == "truth":
        return condition(node)
    match node:
        case Case():
            return _case_of(node, _plain)
        case Call(_, "coalesce", arguments):
            return f"COALESCE({', '.join(map(_plain, arguments))})"
    raise TypeError(f"cannot be written: {node}")


def _case_of(node: Case, written: Callable[[Node], str]) -> str:
    branches = [(when, written(value)) for when, value in node.branches]
    return _case(branches, written(node.otherwise) if node.otherwise is not None else None)


def _case(branches: Sequence[tuple[Node, str]], otherwise: str | None) -> str:
    return "(" + cases(branches, otherwise) + ")"


def cases(branches: Sequence[tuple[Node, str]], otherwise: str | None, between: str = " ", absent: str = "NULL") -> str:
    """Write a CASE in which an unknown condition ends the search: what follows must not be taken for "otherwise"."""
    parts = ["CASE"]
    checked: set[str] = set()
    for when, value in branches:
        open_ = unknown(when)
        if open_ is not None and open_ not in checked:
            checked.add(open_)
            parts.append(f"WHEN {open_} THEN {absent}")
        parts.append(f"WHEN {bare(condition(when))} THEN {value}")
    if otherwise is not None:
        parts.append(f"ELSE {otherwise}")
    return between.join([*parts, "END"])


# Numbers -------------------------------------------------------------------------------------------------------------


def exact(node: Node) -> Exact:
    """Write a number."""
    match node:
        case Constant(kind, Decimal() as value):
            return Exact(constant(int(Fraction(value) * 10**kind.scale)), None, kind)
        case Name(kind, "total"):
            return Exact(Whole(quoted("total"), kind.whole, width_of(kind.whole)), None, kind)
        case Name(kind, name):
            return Exact(scaled(name, kind), None, kind)
        case OfPortfolio():
            return _figure(node)
        case Arithmetic(_, "+" | "-"):
            return _sum(node)
        case Arithmetic(kind, "*", left, right):
            return _product(kind, exact(left), exact(right))
        case Arithmetic(kind, "/", left, right):
            return _quotient(kind, exact(left), exact(right))
        case Case():
            return _chosen(node)
        case Call():
            return _called(node)
    raise TypeError(f"not a number: {node}")


def _called(node: Call) -> Exact:
    match node:
        case Call(kind, "round" | "floor" | "ceil" as function, (inner,), digits):
            return Exact(rounded(exact(inner), digits, function), None, kind)
        case Call(kind, "abs", (inner,)):
            value = exact(inner)
            return Exact(magnitude(value.whole), value.divisor, kind)
        case Call(_, "least" | "greatest"):
            return _extreme(node)
        case Call(kind, "coalesce", arguments):
            return _first_known(kind, [exact(argument) for argument in arguments])
        case Call(kind, "days_between", (first, last)):
            return Exact(Whole(f"DATE_DIFF('DAY', {_plain(first)}, {_plain(last)})", kind.whole, 64), None, kind)
    raise TypeError(f"not a number: {node}")


def _figure(node: OfPortfolio) -> Exact:
    name, kind = quoted(figure_column(node)), node.type
    if node.figure in {"max", "min"}:
        return Exact(Whole(name, kind.whole, column_width(kind.whole)), None, kind)
    width: Width = 128 if node.figure == "avg" else 64
    return Exact(Whole(name, kind.whole, width), Whole(quoted(figure_divisor(node)), kind.divisor, 64), kind)


def rounded(value: Exact, digits: int, how: str = "round", *, below_zero: bool = True) -> Whole:
    """Write `value` rounded to a whole number of 10^-digits: round is half up, away from zero; floor and ceil as named.

    With `below_zero` False, what becomes of negative numbers does not matter as long as they do not become positive.
    """
    shift = digits - value.type.scale
    whole = times(value.whole, constant(10 ** max(shift, 0)))
    step = constant(10 ** max(-shift, 0))
    divisor = step if value.divisor is None else times(value.divisor, step)
    if divisor.known == 1:
        return whole
    divide = {"round": half_up, "floor": floor, "ceil": ceil}[how]
    found = divide(whole, divisor, may_be_negative=below_zero and value.type.low < 0)
    return bounded(found, typing_rules.rounded(value.type, digits, how).whole)


def _at_scale(value: Exact, scale: int) -> Whole:
    return times(value.whole, constant(10 ** (scale - value.type.scale)))


def _over(whole: Whole, divisor: Whole | None) -> Whole:
    return whole if divisor is None else times(whole, divisor)


def _alike(left: Exact, right: Exact) -> tuple[Whole, Whole]:
    """Bring two numbers to one scale and one divisor, and give their numerators there."""
    scale = max(left.type.scale, right.type.scale)
    return _over(_at_scale(left, scale), right.divisor), _over(_at_scale(right, scale), left.divisor)


def _divisor_of(left: Exact, right: Exact) -> Whole | None:
    if left.divisor is None or right.divisor is None:
        return left.divisor or right.divisor
    return times(left.divisor, right.divisor)


def _sum(node: Arithmetic) -> Exact:
    left, right = exact(node.left), exact(node.right)
    first, second = _alike(left, right)
    whole = plus(first, second) if node.op == "+" else minus(first, second)
    return Exact(whole, _divisor_of(left, right), node.type)


def _product(kind: Type, left: Exact, right: Exact) -> Exact:
    return Exact(times(left.whole, right.whole), _divisor_of(left, right), kind)


def _quotient(kind: Type, left: Exact, right: Exact) -> Exact:
    """(Na / Da·10^sa) / (Nb / Db·10^sb) = Na·Db·10^(sb-sa) / (|Nb|·Da), the sign of Nb moved to the numerator."""
    whole = _over(times(left.whole, constant(10 ** max(right.type.scale - left.type.scale, 0))), right.divisor)
    below = right.whole
    if right.type.low < 0:
        sign = f"(CASE WHEN {below.sql} < 0 THEN -{whole.sql} ELSE {whole.sql} END)"
        whole = Whole(sign, whole.most, whole.width)
        below = magnitude(below)
    if right.type.low <= 0 <= right.type.high:
        below = Whole(f"NULLIF({below.sql}, 0)", below.most, below.width)
    return Exact(whole, _over(below, left.divisor), kind)


def divided(value: Exact, by: Decimal) -> Exact:
    """Divide by a constant other than zero."""
    node = literal(by)
    return _quotient(typing_rules.divided(value.type, node.type), value, exact(node))


def _chosen(node: Case) -> Exact:
    conditions = [when for when, _value in node.branches]
    values = [exact(value) for _when, value in node.branches]
    values += [exact(node.otherwise)] if node.otherwise is not None else []

    def choice(parts: list[Whole]) -> Whole:
        last = parts[-1].sql if node.otherwise is not None else None
        branches = [(when, part.sql) for when, part in zip(conditions, parts, strict=False)]
        return _one_of(_case(branches, last), parts)

    return _either(node.type, values, choice)


def _first_known(kind: Type, values: list[Exact]) -> Exact:
    if all(value.divisor is None for value in values):
        parts = [_at_scale(value, kind.scale) for value in values]
        return Exact(_one_of(f"COALESCE({', '.join(part.sql for part in parts)})", parts), None, kind)
    there = [
        f"{value.whole.sql} IS NOT NULL" + (f" AND {value.divisor.sql} IS NOT NULL" if value.divisor else "")
        for value in values
    ]

    def choice(parts: list[Whole]) -> Whole:
        arms = " ".join(f"WHEN {when} THEN {part.sql}" for when, part in zip(there, parts, strict=True))
        return _one_of(f"(CASE {arms} END)", parts)

    return _either(kind, values, choice)


def _either(kind: Type, values: list[Exact], choice: Callable[[list[Whole]], Whole]) -> Exact:
    """Choose among numbers: once among their numerators and, where any has one, once among their divisors."""
    whole = choice([_at_scale(value, kind.scale) for value in values])
    if all(value.divisor is None for value in values):
        return Exact(whole, None, kind)
    return Exact(whole, choice([value.divisor or constant(1) for value in values]), kind)


def _one_of(sql: str, parts: list[Whole]) -> Whole:
    return Whole(sql, max(part.most for part in parts), max(part.width for part in parts))


def _extreme(node: Call) -> Exact:
    """Take the least or greatest of several; unlike SQL's own, missing if any of them is missing."""
    values = [exact(argument) for argument in node.arguments]
    if all(value.divisor is None for value in values):
        parts = [_at_scale(value, node.type.scale) for value in values]
        chosen = f"{node.function.upper()}({', '.join(part.sql for part in parts)})"
        there = known(node)
        return Exact(_one_of(f"(CASE WHEN {there} THEN {chosen} END)" if there else chosen, parts), None, node.type)
    best = values[0]
    for value in values[1:]:
        best = _better(node.function, best, value)
    return best


def _better(function: str, first: Exact, second: Exact) -> Exact:
    narrower = typing_rules.smaller if function == "least" else typing_rules.greater
    wins = _compared("<=" if function == "least" else ">=", first, second)

    def choice(parts: list[Whole]) -> Whole:
        return _one_of(f"(CASE WHEN {wins} THEN {parts[0].sql} WHEN NOT {wins} THEN {parts[1].sql} END)", parts)

    return _either(narrower([first.type, second.type]), [first, second], choice)
