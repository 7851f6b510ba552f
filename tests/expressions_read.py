"""Reading expressions in tests: by the parser, by SQL, and whether the two readings agree."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

from creditpolicy.compiler import CUSTOMERS
from creditpolicy.compiler.exact import condition, exact, rounded, unknown
from creditpolicy.compiler.text import quoted
from creditpolicy.expressions import DATE, Fault, Node, Type, parse
from creditpolicy.plain import Portfolio, half_up, reading_of
from creditpolicy.program import FactRule, fact_type
from random_expressions import FACTS
from two_readings import DAY, engine, table_of

NAMES: dict[str, Type] = {"as_of": DATE, **{name: fact_type(fact) for name, fact in FACTS.items()}}
RULES = [FactRule(name, fact, NAMES[name]) for name, fact in FACTS.items()]
DIGITS = 2
EXAMPLES = 400 if os.environ.get("CI") else 60


def faults_of(text: str, wanted: Any = "number") -> list[Fault]:
    node, faults = parse(text, NAMES, wanted)
    assert (node is None) == bool(faults)
    return faults


def tree_of(text: str, wanted: Any = "number") -> Node:
    node, faults = parse(text, NAMES, wanted)
    assert node is not None, faults
    return node


def in_sql(nodes: list[Node], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compute expressions for each row by SQL: value as a fraction, the value rounded, and whether it is missing."""
    columns = []
    for index, node in enumerate(nodes):
        columns.append(f"{unknown(node) or 'FALSE'} AS missing_{index}")
        if node.type.base == "truth":
            columns.append(f"{condition(node)} AS value_{index}")
            continue
        value = exact(node)
        columns.append(f"{value.whole.sql} AS whole_{index}")
        columns.append(f"{value.divisor.sql if value.divisor else '1'} AS divisor_{index}")
        columns.append(f"{rounded(value, DIGITS).sql} AS rounded_{index}")
    facts = ", ".join(quoted(name) for name in FACTS)
    query = f'SELECT {", ".join(columns)} FROM (SELECT {facts}, DATE \'{DAY}\' AS as_of, "row" FROM {CUSTOMERS}) ORDER BY "row"'
    engine().register(CUSTOMERS, table_of(RULES, rows))
    return engine().sql(query).to_arrow_table().to_pylist()


def assert_same(nodes: list[Node], rows: list[dict[str, Any]]) -> None:
    readings = [reading_of(node, Portfolio({})) for node in nodes]
    for row, told in zip(rows, in_sql(nodes, rows), strict=True):
        for index, (node, reading) in enumerate(zip(nodes, readings, strict=True)):
            said = reading({**row, "as_of": DAY})
            assert told[f"missing_{index}"] is (said is None)
            if node.type.base == "truth":
                assert told[f"value_{index}"] is said
            else:
                assert_same_number(node, said, *(told[f"{part}_{index}"] for part in ("whole", "divisor", "rounded")))


def assert_same_number(node: Node, said: Any, whole: int | None, divisor: int | None, nearest: int | None) -> None:
    if said is None:
        assert whole is None or divisor is None
        assert nearest is None
        return
    assert whole is not None
    assert divisor is not None
    assert divisor > 0
    assert Fraction(int(whole), int(divisor) * 10**node.type.scale) == Fraction(said)
    assert nearest == half_up(said, DIGITS)
    assert abs(whole) <= node.type.whole
    assert divisor <= node.type.divisor
    assert node.type.low <= Fraction(said) <= node.type.high
