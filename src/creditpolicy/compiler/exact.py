"""From a typed expression to SQL over whole numbers: no engine's own division or rounding is ever relied on.

A number is carried as a whole numerator and, where something was divided, a whole positive divisor. Sums, products and
comparisons bring both sides to one scale; only rounding divides, by whole-number division that truncates (`//`), which
every engine has. A divisor of zero becomes NULL, and NULL is missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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
)
from creditpolicy.expressions import types as typing_rules

INT64 = 2**62
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as SQL: value = whole / (divisor · 10^type.scale); both are whole-number SQL, divisor None for 1."""

    whole: str
    divisor: str | None
    type: Type


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def decimal(value: Decimal) -> str:
    """Write a decimal out in full, without an exponent."""
    return f"{value:f}"


def figure_name(figure: OfPortfolio) -> str:
    """Name the column that holds a figure of the portfolio."""
    return f"portfolio_{figure.figure}_{figure.fact.id}"


def scaled(name: str, kind: Type) -> str:
    """Turn a DECIMAL column into its whole number at the scale of its type."""
    column = quoted(name)
    width = "BIGINT" if kind.whole < INT64 else "HUGEINT"
    if kind.scale == 0:
        return f"CAST({column} AS {width})"
    if kind.whole >= 10 ** (18 - kind.scale):
        column = f"CAST({column} AS DECIMAL(38, {kind.scale}))"
    return f"CAST({column} * {10**kind.scale} AS {width})"


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
        case IsMissing(_, value):
            return missing(value) or "FALSE"
        case Case(_, branches, otherwise):
            return _case([(when, condition(value)) for when, value in branches], otherwise and condition(otherwise))
        case Call(_, "coalesce", arguments):
            return f"COALESCE({', '.join(condition(argument) for argument in arguments)})"
    raise TypeError(f"not a condition: {node}")


def missing(node: Node) -> str | None:
    """Write the condition that a value is missing; None where it never is."""
    match node:
        case Constant() | IsMissing():
            return None
        case Name(_, "as_of" | "total"):
            return None
        case Name(_, name):
            return f"({quoted(name)} IS NULL)"
        case OfPortfolio():
            return f"({quoted(figure_name(node))} IS NULL)"
        case Arithmetic(_, op, left, right):
            zero = f"({exact(right).whole} = 0)" if op == "/" and right.type.low <= 0 <= right.type.high else None
            return _any([missing(left), missing(right), zero])
        case Compare(_, _op, left, right):
            return _any([missing(left), missing(right)])
        case Not(_, inner) | Call(_, "abs" | "round" | "floor" | "ceil", (inner,)):
            return missing(inner)
        case Call(_, "coalesce", arguments):
            parts = [missing(argument) for argument in arguments]
            return None if None in parts else "(" + " AND ".join(part for part in parts if part) + ")"
        case Call(_, _function, arguments):
            return _any([missing(argument) for argument in arguments])
        case Logic(_, _op, parts) if all(missing(part) is None for part in parts):
            return None
    written = condition(node) if node.type.base == "truth" else _plain(node)
    return f"({written} IS NULL)"


def _any(conditions: list[str | None]) -> str | None:
    found = list(dict.fromkeys(part for part in conditions if part is not None))
    if len(found) < 2:
        return found[0] if found else None
    return "(" + " OR ".join(found) + ")"


def exact(node: Node) -> Exact:
    """Write a number."""
    match node:
        case Constant(kind, Decimal() as value):
            return Exact(str(int(value.scaleb(kind.scale))), None, kind)
        case Name(kind, "total"):
            return Exact(quoted("total"), None, kind)
        case Name(kind, name):
            return Exact(scaled(name, kind), None, kind)
        case OfPortfolio(kind, figure, _fact):
            name = quoted(figure_name(node))
            return Exact(name, quoted(figure_name(node) + "_of") if figure in {"avg", "percentile"} else None, kind)
        case Arithmetic(_, "+" | "-"):
            return _sum(node)
        case Arithmetic(_, "*"):
            return _product(node)
        case Arithmetic(_, "/"):
            return _quotient(node)
        case Case(kind, branches, otherwise):
            return _chosen(kind, [(when, exact(value)) for when, value in branches], otherwise)
        case Call(_, "round" | "floor" | "ceil" as function, (inner,), digits):
            return Exact(rounded(exact(inner), digits, function), None, node.type)
        case Call(_, "abs", (inner,)):
            value = exact(inner)
            return Exact(f"ABS({value.whole})", value.divisor, node.type)
        case Call(_, "least" | "greatest" as function, arguments):
            return _extreme(function, list(arguments), node.type)
        case Call(kind, "coalesce", arguments):
            values = [exact(argument) for argument in arguments]
            return _first_known(kind, values)
        case Call(_, "days_between", (first, last)):
            return Exact(f"DATE_DIFF('DAY', {_day(first)}, {_day(last)})", None, node.type)
    raise TypeError(f"not a number: {node}")


def rounded(value: Exact, digits: int, how: str = "round") -> str:
    """Write `value` rounded to a whole number of 10^-digits: round is half up, away from zero; floor and ceil as named."""
    shift = digits - value.type.scale
    whole = _times(value.whole, 10 ** max(shift, 0), value.type.whole)
    step = 10 ** max(-shift, 0)
    if value.divisor is None and step == 1:
        return whole
    divisor = str(step) if value.divisor is None else _times(value.divisor, step, value.type.divisor)
    bound = value.type.whole * 10 ** max(shift, 0) * 2 + value.type.divisor * step
    if bound >= INT64 and not _is_wide(whole):
        whole = f"CAST({whole} AS HUGEINT)"
    if how == "floor":
        return _floor(whole, divisor, value.type)
    if how == "ceil":
        return f"-({_floor(f'(-{whole})', divisor, typing_rules.negated(value.type))})"
    return _half_up(whole, divisor, value.type)


def _half_up(whole: str, divisor: str, kind: Type) -> str:
    if divisor.isdigit() and int(divisor) % 2 == 0:
        half, twice = str(int(divisor) // 2), divisor
    else:
        half, whole, twice = divisor, f"2 * {whole}", f"(2 * {divisor})"
    if kind.low < 0:
        half = f"CASE WHEN {whole} < 0 THEN -{half} ELSE {half} END"
    return f"({whole} + {half}) // {twice}"


def _floor(whole: str, divisor: str, kind: Type) -> str:
    if kind.low >= 0:
        return f"({whole} // {divisor})"
    return f"CASE WHEN {whole} >= 0 THEN {whole} // {divisor} ELSE ({whole} - {divisor} + 1) // {divisor} END"


def _is_wide(whole: str) -> bool:
    return whole.endswith("AS HUGEINT)")


def _times(whole: str, factor: int, bound: int) -> str:
    if factor == 1:
        return whole
    if whole.lstrip("-").isdigit():
        return str(int(whole) * factor)
    if bound * factor >= INT64 and not _is_wide(whole):
        whole = f"CAST({whole} AS HUGEINT)"
    return f"({whole} * {factor})"


def _at_scale(value: Exact, scale: int) -> str:
    return _times(value.whole, 10 ** (scale - value.type.scale), value.type.whole)


def _multiplied(left: str, right: str | None, bound: int) -> str:
    if right is None:
        return left
    if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
        return str(int(left) * int(right))
    if bound >= INT64:
        left = f"CAST({left} AS HUGEINT)"
    return f"({left} * {right})"


def _divisor_of(left: Exact, right: Exact) -> str | None:
    if left.divisor is None or right.divisor is None:
        return left.divisor or right.divisor
    return _multiplied(left.divisor, right.divisor, left.type.divisor * right.type.divisor)


def _sum(node: Arithmetic) -> Exact:
    left, right = exact(node.left), exact(node.right)
    scale = node.type.scale
    bound = node.type.whole
    first = _multiplied(_at_scale(left, scale), right.divisor, bound)
    second = _multiplied(_at_scale(right, scale), left.divisor, bound)
    if bound >= INT64 and not _is_wide(first):
        first = f"CAST({first} AS HUGEINT)"
    whole = second if first == "0" and node.op == "+" else f"({first} {node.op} {second})"
    return Exact(whole, _divisor_of(left, right), node.type)


def _product(node: Arithmetic) -> Exact:
    left, right = exact(node.left), exact(node.right)
    return Exact(_multiplied(left.whole, right.whole, node.type.whole), _divisor_of(left, right), node.type)


def _quotient(node: Arithmetic) -> Exact:
    """(Na / Da·10^sa) / (Nb / Db·10^sb) = Na·Db·10^(sb-sa) / (|Nb|·Da), the sign of Nb moved to the numerator."""
    left, right = exact(node.left), exact(node.right)
    whole = _times(left.whole, 10 ** max(right.type.scale - left.type.scale, 0), left.type.whole)
    whole = _multiplied(whole, right.divisor, node.type.whole)
    below = right.whole
    if right.type.low < 0:
        whole = f"(CASE WHEN {below} < 0 THEN -{whole} ELSE {whole} END)"
        below = f"CASE WHEN {below} < 0 THEN -{below} ELSE {below} END"
    if right.type.low <= 0 <= right.type.high:
        below = f"NULLIF({below}, 0)"
    elif right.type.low < 0:
        below = f"({below})"
    return Exact(whole, _multiplied(below, left.divisor, node.type.divisor), node.type)


def _case(branches: list[tuple[Node, str]], otherwise: str | None) -> str:
    """Write a CASE in which an unknown condition ends the search: what follows must not be taken for "otherwise"."""
    return "(" + cases([(when, value) for when, value in branches], otherwise) + ")"


def cases(branches: Sequence[tuple[Node, str]], otherwise: str | None, between: str = " ") -> str:
    """Write CASE with the given separator before each WHEN, ELSE and END."""
    parts = ["CASE"]
    checked: set[str] = set()
    for when, value in branches:
        unknown = missing(when)
        if unknown is not None and unknown not in checked:
            checked.add(unknown)
            parts.append(f"WHEN {_bare(unknown)} THEN NULL")
        parts.append(f"WHEN {_bare(condition(when))} THEN {value}")
    if otherwise is not None:
        parts.append(f"ELSE {otherwise}")
    return between.join([*parts, "END"])


def _bare(condition_sql: str) -> str:
    """Take off a pair of brackets around the whole."""
    if not (condition_sql.startswith("(") and condition_sql.endswith(")")):
        return condition_sql
    depth = 0
    for index, char in enumerate(condition_sql):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0 and index < len(condition_sql) - 1:
            return condition_sql
    return condition_sql[1:-1]


def _chosen(kind: Type, branches: list[tuple[Node, Exact]], default: Node | None) -> Exact:
    last = exact(default) if default is not None else None
    values = [value for _when, value in branches] + ([last] if last is not None else [])
    whole = _case(
        [(when, _at_scale(value, kind.scale)) for when, value in branches], last and _at_scale(last, kind.scale)
    )
    if all(value.divisor is None for value in values):
        return Exact(whole, None, kind)
    return Exact(
        whole, _case([(when, value.divisor or "1") for when, value in branches], last and (last.divisor or "1")), kind
    )


def _first_known(kind: Type, values: list[Exact]) -> Exact:
    if all(value.divisor is None for value in values):
        return Exact(f"COALESCE({', '.join(_at_scale(value, kind.scale) for value in values)})", None, kind)
    known = [
        f"{value.whole} IS NOT NULL" + (f" AND {value.divisor} IS NOT NULL" if value.divisor else "")
        for value in values
    ]
    wholes = " ".join(
        f"WHEN {when} THEN {_at_scale(value, kind.scale)}" for when, value in zip(known, values, strict=True)
    )
    below = " ".join(f"WHEN {when} THEN {value.divisor or '1'}" for when, value in zip(known, values, strict=True))
    return Exact(f"(CASE {wholes} END)", f"(CASE {below} END)", kind)


def _extreme(function: str, arguments: list[Node], kind: Type) -> Exact:
    """Take the least or greatest of several; unlike SQL's own, missing if any of them is missing."""
    values = [exact(argument) for argument in arguments]
    if all(value.divisor is None for value in values):
        chosen = f"{function.upper()}({', '.join(_at_scale(value, kind.scale) for value in values)})"
        unknown = _any([missing(argument) for argument in arguments])
        return Exact(f"(CASE WHEN NOT {unknown} THEN {chosen} END)" if unknown else chosen, None, kind)
    narrower = typing_rules.smaller if function == "least" else typing_rules.greater
    best = values[0]
    for value in values[1:]:
        joined = narrower([best.type, value.type])
        first_wins = _compared("<=" if function == "least" else ">=", best, value)
        pairs = (
            (_at_scale(best, joined.scale), _at_scale(value, joined.scale)),
            (best.divisor or "1", value.divisor or "1"),
        )
        whole, divisor = (f"(CASE WHEN {first_wins} THEN {a} WHEN NOT {first_wins} THEN {b} END)" for a, b in pairs)
        best = Exact(whole, divisor, joined)
    return best


def _compared(op: str, left: Exact, right: Exact) -> str:
    scale = max(left.type.scale, right.type.scale)
    bound = max(
        left.type.whole * 10 ** (scale - left.type.scale) * right.type.divisor,
        right.type.whole * 10 ** (scale - right.type.scale) * left.type.divisor,
    )
    first = _multiplied(_at_scale(left, scale), right.divisor, bound)
    second = _multiplied(_at_scale(right, scale), left.divisor, bound)
    return f"({first} {op} {second})"


def _comparison(node: Compare) -> str:
    left, right = node.left, node.right
    if isinstance(left, Constant) and not isinstance(right, Constant):
        left, right, op = right, left, _FLIPPED[node.op]
    else:
        op = node.op
    if left.type.base != "number":
        return f"({_plain(left)} {op} {_plain(right)})"
    if isinstance(left, Name) and left.id != "total" and isinstance(right, Constant):
        return f"({quoted(left.id)} {op} {decimal(Decimal(str(right.value)))})"
    return _compared(op, exact(left), exact(right))


def _plain(node: Node) -> str:
    """Write a value that is only compared or looked at for being there."""
    match node:
        case Name(kind, name):
            return _day(node) if kind.base == "date" else quoted(name)
        case Constant(_, str() as value):
            return text(value)
        case Constant(_, datetime.date()):
            return _day(node)
    if node.type.base == "truth":
        return condition(node)
    if node.type.base == "number":
        value = exact(node)
        return value.whole if value.divisor is None else f"({value.whole} + {value.divisor})"
    match node:
        case Case(_, branches, otherwise):
            return _case([(when, _plain(value)) for when, value in branches], otherwise and _plain(otherwise))
        case Call(_, "coalesce", arguments):
            return f"COALESCE({', '.join(_plain(argument) for argument in arguments)})"
    raise TypeError(f"cannot be written: {node}")


def _day(node: Node) -> str:
    match node:
        case Constant(_, datetime.date() as day):
            return f"DATE '{day.isoformat()}'"
        case Name(_, "as_of"):
            return quoted("as_of")
        case Name(_, name):
            return quoted(name)
    return _plain(node)
