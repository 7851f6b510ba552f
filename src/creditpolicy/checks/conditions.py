"""Whether a condition can hold, can fail, or comes too late: by the ranges of facts, without running anything.

A condition becomes a list of cases (its disjunctive form); each case says, for every number, choice and flag in it,
which values it leaves. A case that leaves none is dropped. What is not understood counts as possible, so that
"never" and "always" are certain and "perhaps" is all the rest. Missing facts are left out of account: they make a
condition unknown, not true.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from creditpolicy.checks.spans import Span, step_of, whole_of
from creditpolicy.expressions import Compare, Constant, IsMissing, Logic, Name, Node, Not

MANY = 400
"""More cases than this are not looked at one by one."""

MISSING = "missing"

_NEGATED: dict[str, Literal["=", "<>", "<", "<=", ">", ">="]] = {
    "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
}  # fmt: skip
_TURNED: dict[str, Literal["=", "<>", "<", "<=", ">", ">="]] = {
    "=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts that a value may be; or, where `without`, may not be."""

    values: frozenset[str | bool]
    without: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no text is left."""
        return not self.values and not self.without

    def meet(self, other: Texts) -> Texts:
        """Give what both allow."""
        if self.without and other.without:
            return Texts(self.values | other.values, without=True)
        if self.without:
            return Texts(other.values - self.values)
        return Texts(self.values - other.values if other.without else self.values & other.values)


ABSENT = Texts(frozenset({True}))
Domain = Span | Texts
Variable = Node | tuple[str, Node]
Situation = dict[Variable, Domain]
"""For each variable the values that one case leaves."""


class TooMany(Exception):
    """The condition has more cases than are looked at."""


def can_hold(node: Node) -> bool:
    """Whether some values make the condition true; True also where that is not known."""
    try:
        return bool(situations(node, wanted=True))
    except TooMany:
        return True


def can_fail(node: Node) -> bool:
    """Whether some values make the condition false; True also where that is not known."""
    try:
        return bool(situations(node, wanted=False))
    except TooMany:
        return True


def reached(conditions: Iterable[Node | None]) -> Iterator[list[Situation] | None]:
    """Give, for each of several conditions tried in turn, the situations in which it is the first to hold.

    An empty list says that it never is. None stands for "not known" and ends the reckoning. A condition None always
    holds. One more list follows the last: the situations in which none held.
    """
    rest: list[Situation] = [{}]
    try:
        for condition in conditions:
            if condition is None:
                yield rest
                rest = []
            else:
                yield both(rest, situations(condition, wanted=True))
                rest = both(rest, situations(condition, wanted=False))
        yield rest
    except TooMany:
        yield None


def situations(node: Node, *, wanted: bool) -> list[Situation]:
    """Give the situations in which a condition is `wanted`. Raises `TooMany`."""
    if isinstance(node, Not):
        return situations(node.condition, wanted=not wanted)
    if isinstance(node, Logic):
        parts = [situations(condition, wanted=wanted) for condition in node.conditions]
        if (node.op == "and") == wanted:
            together: list[Situation] = [{}]
            for part in parts:
                together = both(together, part)
            return together
        _at_most(sum(map(len, parts)))
        return [situation for part in parts for situation in part]
    if isinstance(node, Compare):
        return _compared(node if wanted else replace(node, op=_NEGATED[node.op]))
    if isinstance(node, Constant):
        return [{}] if node.value is wanted else []
    if isinstance(node, IsMissing):
        return [{(MISSING, node.value): Texts(frozenset({wanted}))}]
    return [{node: Texts(frozenset({wanted}))}]


def both(first: list[Situation], second: list[Situation]) -> list[Situation]:
    """Give the situations that belong to one of each."""
    _at_most(len(first) * len(second))
    merged = (_merged(one, other) for one in first for other in second)
    return [situation for situation in merged if situation is not None]


def is_certain(situation: Situation) -> bool:
    """Whether a situation surely occurs: only plain facts are bound in it, each within its own range."""
    return all(isinstance(variable, Name) for variable in situation)


def _at_most(count: int) -> None:
    if count > MANY:
        raise TooMany


def _merged(one: Situation, other: Situation) -> Situation | None:
    merged = one | other
    for variable in one.keys() & other.keys():
        merged[variable] = _meet(one[variable], other[variable])
    if any(domain.is_empty for domain in merged.values()):
        return None
    absent = [
        key[1] for key, domain in merged.items() if isinstance(key, tuple) and key[0] == MISSING and domain == ABSENT
    ]
    return None if any(variable in merged for variable in absent) else merged


def _meet(one: Domain, other: Domain) -> Domain:
    if isinstance(one, Span) and isinstance(other, Span):
        return one.meet(other)
    return one.meet(other) if isinstance(one, Texts) and isinstance(other, Texts) else other


def _compared(node: Compare) -> list[Situation]:
    left, right, op = node.left, node.right, node.op
    if isinstance(left, Constant) and not isinstance(right, Constant):
        left, right, op = right, left, _TURNED[op]
    if not isinstance(right, Constant):
        return _of_two(left, right, op)
    value = _as_number(right)
    if value is None:
        return _text_situations(left, op, right.value)
    if op == "<>":
        return [*_number_situations(left, "<", value), *_number_situations(left, ">", value)]
    return _number_situations(left, op, value)


def _as_number(node: Constant) -> Fraction | None:
    if isinstance(node.value, Decimal):
        return Fraction(node.value)
    return Fraction(node.value.toordinal()) if isinstance(node.value, datetime.date) else None


def _number_situations(left: Node, op: str, value: Fraction) -> list[Situation]:
    if isinstance(left, Constant):
        known = _as_number(left)
        whole, step = (Span((known, 0), (known, 1)) if known is not None else Span((value, 0), (value, 1))), None
    elif left.type.base == "date":
        whole, step = Span((Fraction(1), 0), (Fraction(datetime.date.max.toordinal()), 1)), Fraction(1)
    else:
        whole, step = whole_of(left.type), step_of(left.type)
    start = (value, 0) if op in {">=", "="} else (value, 1) if op == ">" else whole.start
    end = (value, 1) if op in {"<=", "="} else (value, 0) if op == "<" else whole.end
    span = Span(start, end).meet(whole).on_grid(step)
    if span.is_empty:
        return []
    return [{}] if isinstance(left, Constant) else [{left: span}]


def _text_situations(left: Node, op: str, value: object) -> list[Situation]:
    if isinstance(left, Constant):
        return [{}] if (left.value == value) == (op == "=") else []
    if not isinstance(value, (str, bool)):
        return [{left: Texts(frozenset({str(op)}))}]
    given = Texts(frozenset({value}), without=op == "<>")
    if isinstance(value, bool):
        known = given.meet(Texts(frozenset({True, False})))
    elif left.type.choices:
        known = given.meet(Texts(frozenset(left.type.choices)))
    else:
        known = given
    return [] if known.is_empty else [{left: known}]


def _of_two(left: Node, right: Node, op: str) -> list[Situation]:
    """Compare two values that both vary: by their ranges, else as a question of its own."""
    if left.type.base == "number":
        low, high = left.type.low - right.type.high, left.type.high - right.type.low
        holds = {
            "<": high < 0,
            "<=": high <= 0,
            ">": low > 0,
            ">=": low >= 0,
            "=": low == high == 0,
            "<>": low > 0 or high < 0,
        }
        fails = {
            "<": low >= 0,
            "<=": low > 0,
            ">": high <= 0,
            ">=": high < 0,
            "=": low > 0 or high < 0,
            "<>": low == high == 0,
        }
        if holds[op] or fails[op]:
            return [{}] if holds[op] else []
    asked = op if op in {"<", ">", "="} else _NEGATED[op]
    return [{(asked, Compare(left.type, "=", left, right)): Texts(frozenset({op == asked}))}]
