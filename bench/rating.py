"""Measures the rating of many customers from Parquet, of one customer at once, and the memory that it takes.

`python -m bench.rating WHAT FILE` runs one query by itself and prints the most memory that its process held.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from bench.customers import customers_file
from bench.measuring import Act, Figure, own_peak, peak_memory, ratio, rounds, spread
from creditpolicy.compiler import (
    CUSTOMERS,
    ROW,
    band_column,
    compile_policy,
    points_column,
    veto_column,
)
from creditpolicy.compiler.query import Detail
from creditpolicy.model import Kind
from creditpolicy.plain import PlainReading, Portfolio, Rated
from creditpolicy.program import Program, build
from creditpolicy.reader import read_policy

DAY = datetime.date(2026, 6, 30)
TARGETS = {"totals": 2.0, "results": 3.3, "items": 4.5}
NAMES = {
    "totals": "(1) count, points and limit by grade",
    "results": "(2) total, grade, limit of each to Parquet",
    "items": "(3) points and band of every item too",
}
MOST_MEMORY = 4.0
MOST_MICROSECONDS = 50.0
COMPARED = 2_000
"""Customers rated one by one and held against the batch."""


def program(name: str = "policy") -> Program:
    """Give the program of a policy of this folder, by default the one that is measured."""
    reading = read_policy(Path(__file__).parent / f"{name}.yaml")
    made, flaws = build(reading.policy) if reading.policy is not None else (None, [])
    if made is None:
        raise SystemExit(f"{name}.yaml cannot be used: {reading.problems or flaws}")
    return made


def measure(customers: int, runs: int) -> list[Figure]:
    """Measure everything about rating `customers` customers, in `runs` rounds."""
    policy = program()
    file = customers_file(policy, customers)
    return [*_many(policy, file, runs), *_memory(file), *_one(policy, file)]


# Many customers ------------------------------------------------------------------------------------------------------


def connected(file: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB on a file of customers."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"CREATE VIEW {CUSTOMERS} AS FROM '{file}'")
    return connection


def scan(policy: Program) -> str:
    """Write the plain scan that everything is measured against: a sum of each column that the rating reads."""
    sums = []
    for rule in policy.inputs:
        if rule.id not in policy.used:
            continue
        whole = {Kind.FLAG: f"CAST({rule.id} AS INTEGER)", Kind.CHOICE: f"STRLEN({rule.id})"}
        sums.append(f"SUM({whole.get(rule.fact.type, rule.id)})")
    return f"SELECT {', '.join(sums)} FROM {CUSTOMERS}"


def queries(policy: Program, folder: Path) -> dict[str, str]:
    """Write the queries that are measured."""

    def rated(detail: Detail) -> str:
        return f"({compile_policy(policy, as_of=DAY, detail=detail, pack=True).text()}) AS rated"

    result = [ROW, "total", "grade", "limit"]
    items = [name for item in policy.items for name in (points_column(item.id), band_column(item.id))]
    written = {"results": ("grades", result), "items": ("items", [*result, *items])}
    made = {
        "scan": scan(policy),
        "totals": f'SELECT grade, COUNT(*), SUM(total), SUM("limit") FROM {rated("grades")} GROUP BY grade',
    }
    for name, (detail, columns) in written.items():
        chosen = ", ".join(f'"{column}"' for column in columns)
        target = folder / f"{name}.parquet"
        made[name] = f"COPY (SELECT {chosen} FROM {rated(detail)}) TO '{target}' (FORMAT parquet, PARQUET_VERSION v2)"  # type: ignore[arg-type]
    return made


def _many(policy: Program, file: Path, runs: int) -> list[Figure]:
    with connected(file) as connection, tempfile.TemporaryDirectory() as folder:
        acts = {name: _act(connection, sql) for name, sql in queries(policy, Path(folder)).items()}
        taken = rounds(acts, runs)
    base = statistics.median(taken["scan"])
    figures = [Figure("scan that sums the same columns", 1.0, None, "×", f"{spread(taken['scan'])}; the measure")]
    for name, title in NAMES.items():
        figures.append(Figure(title, ratio(taken, name, "scan"), TARGETS[name], "×", spread(taken[name])))
    return figures if base else []


def _act(connection: duckdb.DuckDBPyConnection, sql: str) -> Act:
    return lambda: connection.execute(sql).fetchall()


def _memory(file: Path) -> list[Figure]:
    return [
        Figure(f"peak memory of {NAMES[what][:3]}", peak_memory("bench.rating", what, str(file)), MOST_MEMORY, "GiB")
        for what in NAMES
    ]


# One customer --------------------------------------------------------------------------------------------------------


def _one(policy: Program, file: Path) -> list[Figure]:
    """Rate customers one by one, warm, and hold each against the row that the query gives him."""
    with connected(file) as connection:
        wanted = f'WHERE "{ROW}" <= {COMPARED} ORDER BY "{ROW}"'
        facts = connection.sql(f"FROM {CUSTOMERS} {wanted}").to_arrow_table().to_pylist()
        query = compile_policy(policy, as_of=DAY, detail="items", pack=True).text()
        batch = connection.sql(f"FROM ({query}) AS rated {wanted}").to_arrow_table().to_pylist()
        highest = connection.execute(f"SELECT MAX(annual_sales) FROM {CUSTOMERS}").fetchall()[0][0]
    reading = PlainReading(policy, as_of=DAY, portfolio=Portfolio({"annual_sales": (highest,)}))
    differing = sum(not same(policy, reading.rate(row), found) for row, found in zip(facts, batch, strict=True))
    times = []
    for _round in range(5):
        before = time.process_time_ns()
        for row in facts:
            reading.rate(row)
        times.append((time.process_time_ns() - before) / 1000 / len(facts))
    return [
        Figure("(5) one customer at once, warm", statistics.median(times), MOST_MICROSECONDS, "µs"),
        Figure(f"(5) of {len(facts)} customers, unlike the batch", differing, 0, ""),
    ]


def same(policy: Program, rated: Rated, row: Mapping[str, Any]) -> bool:
    """Whether a customer rated alone has, to the last digit, what the query gave him."""
    told = (rated.total, rated.grade, rated.limit, *rated.vetoes, *rated.points)
    names = ["total", "grade", "limit", *(veto_column(veto.id) for veto in policy.vetoes)]
    names += [points_column(item.id) for item in policy.items]
    return told == tuple(row[name] for name in names)


def main(arguments: list[str]) -> None:
    """Run one query by itself, for its memory."""
    what, file = arguments
    with connected(Path(file)) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(queries(program(), Path(folder))[what]).fetchall()
    print(own_peak())


if __name__ == "__main__":
    main(sys.argv[1:])
