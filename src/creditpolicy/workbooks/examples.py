"""Two made-up customers for a template: believable, within every range, and recognisable as examples."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from creditpolicy.customers import wanted_columns
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.program import FactRule, Program
from creditpolicy.tables import Column, read_value
from creditpolicy.tables.cells import Value
from creditpolicy.wording import must_fill

_MADE: dict[Kind, Decimal | int] = {
    Kind.AMOUNT: 500_000,
    Kind.NUMBER: 1,
    Kind.RATIO: Decimal("0.5"),
    Kind.PERCENT: 50,
    Kind.COUNT: 2,
    Kind.DAYS: 0,
    Kind.SCORE: 7,
}
_MADE_DAY = datetime.date(2025, 6, 30)
_SMALLER = Decimal("0.8")
_EARLIER = datetime.timedelta(days=100)


def example_id(number: int) -> str:
    """Give the customer id of an example, which no company uses."""
    return _("示例-{number}").format(number=number)


def example_rows(program: Program) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give two examples as facts: the policy's own example values, and a second somewhat smaller customer."""
    columns = {column.id: column for column in wanted_columns(program)}
    vetoed = {name for veto in program.vetoes for name in program.entered_behind(veto.needs)}
    first = {rule.id: _first(program, rule, columns[rule.id]) for rule in program.inputs}
    second = {
        rule.id: first[rule.id] if rule.id in vetoed else _second(rule, first[rule.id], must_fill(program))
        for rule in program.inputs
    }
    for number, row in ((1, first), (2, second)):
        row[program.key] = example_id(number)
        if program.name is not None:
            row[program.name] = _("示例客户{number} (填写前删去本行)").format(number=number)
    return first, second


def _first(program: Program, rule: FactRule, column: Column) -> Any:
    if rule.fact.example is not None:
        read = read_value(rule.fact.example, column)
        if isinstance(read, Value):
            return read.value
    return _made(program, rule)


def _made(program: Program, rule: FactRule) -> Any:
    kind = rule.fact.type
    if kind.is_number:
        return _within(rule, Decimal(_MADE[kind]))
    if kind is Kind.CHOICE:
        return rule.fact.choices[0] if rule.fact.choices else None
    if kind is Kind.FLAG:
        return False
    if kind is Kind.DATE:
        return _MADE_DAY
    return _("示例") if rule.id in must_fill(program) else None


def _within(rule: FactRule, value: Decimal) -> Decimal:
    low, high = rule.fact.bounds
    if not low <= value <= high:
        value = low + (high - low) * Decimal("0.7")
    return value.quantize(Decimal(1).scaleb(-rule.fact.scale), "ROUND_HALF_UP")


def _second(rule: FactRule, first: Any, required: frozenset[str]) -> Any:
    if isinstance(first, Decimal):
        digits = min(rule.fact.scale, 3 if rule.fact.type is Kind.RATIO else 1)
        smaller = (first * _SMALLER).quantize(Decimal(1).scaleb(-digits), "ROUND_HALF_UP")
        low, high = rule.fact.bounds
        return min(max(smaller, low), high)
    if isinstance(first, datetime.date):
        return first - _EARLIER
    choices = rule.fact.choices
    if rule.fact.type is Kind.CHOICE and choices and first in choices:
        return choices[(choices.index(first) + 1) % len(choices)]
    if rule.fact.type in {Kind.TEXT, Kind.ID} and rule.id not in required:
        return None
    return first
