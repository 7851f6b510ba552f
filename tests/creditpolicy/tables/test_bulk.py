"""A column read at once gives what its cells give one by one."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditpolicy.model import Kind
from creditpolicy.tables import Column
from creditpolicy.tables.bulk import read_column
from creditpolicy.tables.cells import Bad, Manner, Percent, Value
from creditpolicy.tables.dates import day_comes_first
from creditpolicy.tables.literals import read_value

COLUMNS = [
    Column("a", ("数",), Kind.AMOUNT, 2),
    Column("w", ("数",), Kind.AMOUNT, 4, unit="万元"),
    Column("r", ("数",), Kind.RATIO, 6),
    Column("p", ("数",), Kind.PERCENT, 4),
    Column("c", ("数",), Kind.COUNT, 0),
    Column("d", ("数",), Kind.DAYS, 0),
    Column("s", ("数",), Kind.SCORE, 2, Decimal(0), Decimal(20)),
    Column("n", ("数",), Kind.NUMBER, 9, Decimal(-(10**12)), Decimal(10**12)),
    Column("i", ("号",), Kind.ID),
    Column("t", ("名",), Kind.TEXT),
    Column("f", ("是否",), Kind.FLAG),
    Column("e", ("日",), Kind.DATE),
    Column("h", ("级",), Kind.CHOICE, choices=("A", "无", "1")),
]
NUMBERS = st.one_of(
    st.none(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.floats(-1000, 1000),
    st.integers(-(10**6), 10**6).map(lambda number: number / 100),
    st.integers(-(10**6), 10**6).map(lambda number: number / 1000 + 1e-16),
    st.decimals(-(10**9), 10**9, places=3).map(str),
    st.decimals(-(10**9), 10**9, places=7).map(str),
    st.floats(-2, 2).map(Percent),
    st.sampled_from(
        ["", "-", "无", "1.2万", "12%", "1,234", "1.234", "1.234,5", "x", "#N/A", "-0", "007", "1e3", 2.675, 1.005, 0.5]
    ),
)
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.text("aA1中_- -'=+0.E", max_size=6),
    st.sampled_from(["NA", "na", "无", "9.13E+17", "100.0", "#N/A", "'=1", "是", "否", "A", 1, 1.0, True]),
    st.sampled_from(["2024-1-5", "1/5/2024", "1/13/2024"]),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)),
)


def one_by_one(cells, column, power):
    """Read each cell by itself, with what only the whole column can tell."""
    strings = [cell for cell in cells if isinstance(cell, str)]
    manner = Manner(power, day_comes_first(strings) if column.kind is Kind.DATE else None)
    verdicts = [read_value(cell, column, manner) for cell in cells]
    if any(isinstance(verdict, Value) and verdict.comma_decimal for verdict in verdicts):
        verdicts = [read_value(cell, column, Manner(power, comma_decimal=True)) for cell in cells]
    return verdicts


@given(
    st.one_of(
        st.tuples(st.sampled_from(COLUMNS[:8]), st.lists(NUMBERS, max_size=12), st.sampled_from([None, 4, 0, -2])),
        st.tuples(st.sampled_from(COLUMNS[8:]), st.lists(TEXTS, max_size=12), st.none()),
    )
)
def test_a_column_at_once_gives_what_its_cells_give_one_by_one(case):
    column, cells, power = case
    typed = read_column(cells, column, power)
    verdicts = one_by_one(cells, column, power)
    assert typed.array.type == column.arrow_type
    assert typed.array.to_pylist() == [verdict.value if isinstance(verdict, Value) else None for verdict in verdicts]
    assert typed.bad == {index: verdict for index, verdict in enumerate(verdicts) if isinstance(verdict, Bad)}
    assert typed.rounded == sum(isinstance(verdict, Value) and verdict.rounded for verdict in verdicts)
    typed.array.validate(full=True)


@pytest.mark.parametrize("tie", [0.125, 2.675, 1.005, 0.285, 1.115, 8.345, -0.015, 1e-9, 4503599627370496.5])
def test_ties_are_decided_by_the_decimal_and_not_by_the_binary_number(tie):
    column = COLUMNS[0]
    assert read_column([tie], column).array.to_pylist() == [
        verdict.value if isinstance(verdict := read_value(tie, column), Value) else None
    ]


def test_values_beyond_64_bits_are_kept():
    column = Column("n", ("数",), Kind.NUMBER, 9, Decimal(-(10**18)), Decimal(10**18))
    cells = ["123456789012345678.123456789", "-123456789012345678.123456789", 10**18]
    assert read_column(cells, column).array.to_pylist() == [Decimal(str(cell)) for cell in cells]
