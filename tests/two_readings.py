"""Both readings of a policy run on the same customers, so that tests can hold one against the other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import (
    CUSTOMERS,
    PORTFOLIO,
    ROW,
    band_column,
    compile_policy,
    fact_column_type,
    points_column,
    veto_column,
)
from creditpolicy.plain import PlainReading, portfolio_of
from creditpolicy.program import FactRule, Program

DAY = datetime.date(2026, 6, 30)
Rows = Sequence[Mapping[str, Any]]


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """Open, once, a DuckDB that reaches nothing outside and cannot be told to."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def table_of(facts: Iterable[FactRule], rows: Rows, key: str = "") -> pa.Table:
    """Make the table that a query reads: a row number and a typed column for each fact."""
    columns: dict[str, pa.Array] = {ROW: pa.array(range(len(rows)), pa.int64())}
    for rule in facts:
        columns[rule.id] = pa.array([row.get(rule.id) for row in rows], arrow_type(fact_column_type(rule)))
    if key and key not in columns:
        columns[key] = pa.array([f"C{index}" for index in range(len(rows))])
    return pa.table(columns)


def arrow_type(sql: str) -> pa.DataType:
    """Give the Arrow type of a column of the given SQL type."""
    if sql.startswith("DECIMAL"):
        width, scale = sql.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(width), int(scale))
    return {"BOOLEAN": pa.bool_(), "DATE": pa.date32()}.get(sql, pa.string())


def by_query(
    program: Program, rows: Rows, portfolio: Rows | None = None, *, detail: str = "items", pack: bool = False
) -> list[dict[str, Any]]:
    """Rate customers by the query; `portfolio` None takes them for their own portfolio."""
    query = compile_policy(
        program,
        as_of=DAY,
        detail="grades" if detail == "grades" else "items",
        separate_portfolio=portfolio is not None,
        pack=pack,
    )
    connection = engine()
    connection.register(CUSTOMERS, table_of(program.inputs, rows, program.key))
    if portfolio is not None:
        connection.register(PORTFOLIO, table_of(program.inputs, portfolio, program.key))
    return connection.sql(f'SELECT * FROM ({query.text()}) AS rated ORDER BY "{ROW}"').to_arrow_table().to_pylist()


def by_plain(program: Program, rows: Rows, portfolio: Rows | None = None) -> list[dict[str, Any]]:
    """Rate customers by the plain reading, into rows as the query gives them."""
    pool = portfolio_of(program, rows if portfolio is None else portfolio, as_of=DAY)
    reading = PlainReading(program, as_of=DAY, portfolio=pool)
    found = []
    for index, row in enumerate(rows):
        rated = reading.rate(row)
        given: dict[str, Any] = {
            ROW: index,
            program.key: row.get(program.key) if program.key in program.fact else f"C{index}",
            "total": rated.total,
            "grade": rated.grade,
            "limit": rated.limit,
        }
        for item, points, band in zip(program.items, rated.points, rated.bands, strict=True):
            given[points_column(item.id)], given[band_column(item.id)] = points, 0 if band is None else band + 1
        given.update({veto_column(rule.id): holds for rule, holds in zip(program.vetoes, rated.vetoes, strict=True)})
        found.append(given)
    return found


def assert_agreed(
    program: Program, rows: Rows, portfolio: Rows | None = None, *, pack: bool = False
) -> list[dict[str, Any]]:
    """Hold the two readings against each other, column by column; give what they agree on."""
    told, said = by_query(program, rows, portfolio, pack=pack), by_plain(program, rows, portfolio)
    for index, (query, plain) in enumerate(zip(told, said, strict=True)):
        differing = {name: (query[name], value) for name, value in plain.items() if query[name] != value}
        assert not differing, f"query against plain reading: {differing}\n  of customer {dict(rows[index])}"
        assert query.keys() == plain.keys()
    return told


def smallest_step(rule: FactRule) -> Decimal:
    """Give the smallest difference between two values of a fact."""
    return Decimal(1).scaleb(-rule.fact.scale)
