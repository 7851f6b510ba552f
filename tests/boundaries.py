"""The boundary table of a policy: for each fact every number the policy compares it with, and one smallest step to each side."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from creditpolicy.expressions import Compare, Constant, Name, Node, walk
from creditpolicy.model import Kind
from creditpolicy.program import FactRule, Program
from two_readings import DAY, smallest_step


def boundary_table(program: Program) -> dict[str, list[Any]]:
    """Give for each fact that comes with a customer the values at which something may change, in order."""
    return {rule.id: _values(rule, list(_compared_with(program, rule.id))) for rule in program.inputs}


def line_totals(program: Program) -> list[int]:
    """Give the totals at each grade line and one smallest step to each side."""
    lines = [Fraction(grade.line[0]) * 10**program.digits for grade in program.policy.grades if grade.line is not None]
    return sorted(
        {whole + step for line in lines for whole in (math.floor(line), math.ceil(line)) for step in (-1, 0, 1)}
    )


def customer(program: Program, draw: random.Random, table: dict[str, list[Any]]) -> dict[str, Any]:
    """Draw a customer: values at the boundaries, in between, anywhere in range, now and then missing."""
    return {rule.id: None if draw.random() < 0.05 else _drawn(rule, draw, table[rule.id]) for rule in program.inputs}


def customers(program: Program, draw: random.Random, count: int) -> list[dict[str, Any]]:
    """Draw customers; each value of the boundary table is had by one of them at least."""
    table = boundary_table(program)
    rows = [customer(program, draw, table) for _index in range(count)]
    rows += [{**customer(program, draw, table), fact: value} for fact, values in table.items() for value in values]
    rows += [{**draw.choice(rows), rule.id: None} for rule in program.inputs]
    draw.shuffle(rows)
    return rows


def _compared_with(program: Program, fact: str) -> Iterator[Any]:
    for node in program.nodes():
        for part in walk(node):
            if isinstance(part, Compare):
                yield from _other_side(part.left, part.right, fact)
                yield from _other_side(part.right, part.left, fact)


def _other_side(node: Node, other: Node, fact: str) -> Iterator[Any]:
    if isinstance(node, Name) and node.id == fact and isinstance(other, Constant):
        yield other.value
    if isinstance(node, Name) and node.id == fact and isinstance(other, Name) and other.id == "as_of":
        yield DAY


def _values(rule: FactRule, compared: list[Any]) -> list[Any]:
    if rule.fact.type is Kind.FLAG:
        return [False, True]
    if rule.fact.type is Kind.DATE:
        return sorted({day + datetime.timedelta(days=step) for day in {*compared, DAY} for step in (-1, 0, 1)})
    if not rule.fact.type.is_number:
        return sorted({*(rule.fact.choices or ()), *compared}) if rule.fact.type is Kind.CHOICE else ["甲", *compared]
    step = smallest_step(rule)
    low, high = (Fraction(end) / Fraction(step) for end in rule.fact.bounds)
    marks = [Fraction(value) / Fraction(step) for value in (*compared, *rule.fact.bounds, Decimal(0))]
    near = {whole + side for mark in marks for whole in (math.floor(mark), math.ceil(mark)) for side in (-1, 0, 1)}
    return [Decimal(steps) * step for steps in sorted(near) if low <= steps <= high]


def _drawn(rule: FactRule, draw: random.Random, table: list[Any]) -> Any:
    if rule.fact.type is Kind.ID:
        return f"C{draw.randrange(10**9)}"
    if not rule.fact.type.is_number or draw.random() < 0.3:
        return draw.choice(table)
    step = smallest_step(rule)
    low, high = int(table[0] / step), int(table[-1] / step)
    if draw.random() < 0.5:
        return Decimal(draw.randint(low, high)) * step
    inner = [int(value / step) for value in table[1:-1]] or [low, high]
    return Decimal(draw.randint(max(low, min(inner) - 1000), min(high, max(inner) + 1000))) * step
