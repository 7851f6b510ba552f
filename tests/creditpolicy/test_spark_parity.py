"""The query on DuckDB and, transpiled, on Spark: row by row the same in every column, with ANSI mode on."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from boundaries import customers
from creditpolicy.compiler import CUSTOMERS, ROW, compile_policy
from creditpolicy.program import Program, build
from creditpolicy.reader import load_policy, read_policy, shipped
from creditpolicy.spark import rate_on_spark
from two_readings import DAY, by_query, engine, table_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.needs_spark

GOLDEN = Path(__file__).parent / "golden"
FEATURES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))
BENCH = Path(__file__).parents[2] / "bench"
MANY = 20_000
"""Customers beside those at every boundary, for the policies that have every feature of the language."""


def program(name: str) -> Program:
    beside = BENCH / f"{name}.yaml" if name in {"parity", "policy"} else GOLDEN / f"{name}.yaml"
    reading = load_policy(name) if name in shipped() else read_policy(beside)
    assert reading.policy is not None, reading.problems
    made, flaws = build(reading.policy)
    assert made is not None, flaws
    return made


def on_spark(
    made: Program, table: pa.Table, folder: Path, spark: SparkSession, pool: pa.Table | None = None
) -> pa.Table:
    paths = [str(folder / "customers.parquet"), str(folder / "pool.parquet")]
    pq.write_table(table, paths[0])
    if pool is not None:
        pq.write_table(pool, paths[1])
    frame = rate_on_spark(made, paths[0], spark, as_of=DAY, portfolio=paths[1] if pool is not None else None)
    return frame.toArrow()


def assert_same_rows(first: pa.Table, second: pa.Table) -> None:
    assert first.column_names == second.column_names
    assert first.num_rows == second.num_rows
    ours, theirs = (table.sort_by(ROW).to_pylist() for table in (first, second))
    differing = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
    assert not differing, f"{len(differing)} rows, the first: " + str(
        {
            name: (value, differing[0][1][name])
            for name, value in differing[0][0].items()
            if value != differing[0][1][name]
        }
    )


@pytest.mark.parametrize("name", [*FEATURES, *shipped(), "parity", "policy"])
def test_spark_gives_what_duckdb_gives(name: str, spark: SparkSession, tmp_path: Path) -> None:
    made = program(name)
    table = table_of(made.inputs, customers(made, Random(7), MANY if name in {*FEATURES, "parity"} else 200), made.key)
    connection = engine()
    connection.register(CUSTOMERS, table)
    ours = connection.sql(compile_policy(made, as_of=DAY).text()).to_arrow_table()
    assert_same_rows(ours, on_spark(made, table, tmp_path, spark))


def test_spark_takes_the_portfolio_from_a_table_of_its_own(spark: SparkSession, tmp_path: Path) -> None:
    made = program("portfolio")
    rows, pool = customers(made, Random(8), 100), customers(made, Random(9), 200)
    ours = pa.Table.from_pylist(by_query(made, rows, pool))
    theirs = on_spark(
        made, table_of(made.inputs, rows, made.key), tmp_path, spark, table_of(made.inputs, pool, made.key)
    )
    assert_same_rows(ours, theirs)
