"""The SQL against the plain reading, and both against the engine's own."""

from __future__ import annotations

from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from creditpolicy.compiler import CUSTOMERS
from creditpolicy.expressions import parse
from creditpolicy.expressions import types as typing_rules
from creditpolicy.plain import Portfolio, reading_of
from expressions_read import DIGITS, EXAMPLES, NAMES, RULES, assert_same, tree_of
from random_expressions import conditions, customers, numbers
from two_readings import DAY, engine, table_of


@settings(max_examples=EXAMPLES)
@given(
    st.lists(st.one_of(numbers(), numbers(2)), min_size=4, max_size=10),
    st.lists(conditions(), min_size=2, max_size=6),
    st.lists(customers(), min_size=6, max_size=12),
)
def test_sql_and_plain_reading_agree_exactly_on_every_admitted_expression(
    figures: list[str], truths: list[str], rows: list[dict[str, Any]]
) -> None:
    parsed = [parse(text, NAMES, "number")[0] for text in figures] + [parse(text, NAMES, "truth")[0] for text in truths]
    nodes = [
        node
        for node in parsed
        if node is not None and (node.type.base == "truth" or typing_rules.rounds(node.type, DIGITS))
    ]
    note(f"{figures} {truths}")
    assert_same(nodes, rows)


# The engine as a third reading ---------------------------------------------------------------------------------------

OPERANDS = ["count", "3", "2", "0.5", "-1", "- count"]  # the engine itself overflows where more is multiplied
TERMS = ["listed", "case_won", "not listed", "count > 1", "not share = 0.5", "kind = '甲'", "kind is null", "not kind is not null",
         "count between 1 and 2", "count not in (1, 3)", "since < '2020-01-01'", "listed = case_won", "true"]  # fmt: skip


def chains(parts: list[str], words: list[str]) -> st.SearchStrategy[str]:
    """Give several parts joined by words, without brackets: what binds closer must be known."""
    rest = st.lists(st.tuples(st.sampled_from(words), st.sampled_from(parts)), min_size=1, max_size=6)
    return st.tuples(st.sampled_from(parts), rest).map(lambda p: " ".join([p[0], *(" ".join(pair) for pair in p[1])]))


@settings(max_examples=EXAMPLES // 2)
@given(
    st.lists(chains(OPERANDS, ["+", "-", "*"]), min_size=1, max_size=8),
    st.lists(chains(TERMS, ["and", "or"]), min_size=1, max_size=8),
    st.lists(customers(), min_size=5, max_size=10),
)
def test_words_bind_as_they_do_in_the_engine(figures: list[str], truths: list[str], rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f"{text} AS value_{index}" for index, text in enumerate([*figures, *truths]))
    engine().register(CUSTOMERS, table_of(RULES, rows))
    told = engine().sql(f'SELECT {columns} FROM {CUSTOMERS} ORDER BY "row"').fetchall()
    nodes = [tree_of(text) for text in figures] + [tree_of(text, "truth") for text in truths]
    readings = [reading_of(node, Portfolio({})) for node in nodes]
    assert told == [tuple(reading({**row, "as_of": DAY}) for reading in readings) for row in rows]
