"""Rates many customers on DuckDB and on Spark, and counts the rows in which they differ; without Spark it measures nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from bench.customers import customers_file
from bench.measuring import Figure
from bench.rating import DAY, connected, program
from creditpolicy.compiler import ROW, compile_policy
from creditpolicy.spark import rate_on_spark

POLICIES = ("parity", "policy")


def measure(customers: int, runs: int) -> list[Figure]:
    """Compare every column of every customer; also say how long either took, of one run, which Spark's start is not in."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        print("not compared: `make spark` installs pyspark and a Java run-time")
        return []
    session = _session()
    try:
        return [figure for name in POLICIES for figure in _compared(name, customers, session)]
    finally:
        session.stop()


def _session() -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder: Any = SparkSession.builder
    for key, value in {
        "spark.master": "local[2]",
        "spark.driver.memory": "4g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _compared(name: str, customers: int, session: Any) -> list[Figure]:
    policy = program(name)
    file = customers_file(policy, customers)
    with tempfile.TemporaryDirectory() as folder, connected(file) as connection:
        before = time.perf_counter()
        rate_on_spark(policy, str(file), session, as_of=DAY).write.parquet(f"{folder}/spark")
        between = time.perf_counter()
        query = compile_policy(policy, as_of=DAY, pack=True)
        connection.execute(f"COPY ({query.text()}) TO '{folder}/duckdb.parquet' (FORMAT parquet)")
        after = time.perf_counter()
        unlike = differing(connection, Path(folder), query.columns)
    note = f"Spark {between - before:.0f} s, DuckDB {after - between:.1f} s"
    return [Figure(f"(6) {name}: rows unlike on Spark", unlike, 0, "", note)]


def differing(connection: duckdb.DuckDBPyConnection, folder: Path, columns: tuple[str, ...]) -> int:
    """Count the rows that are not in both results with the same value in every column."""
    unlike = " OR ".join(f'ours."{name}" IS DISTINCT FROM theirs."{name}"' for name in columns)
    counted = connection.execute(
        f"SELECT COUNT(*) FROM '{folder}/duckdb.parquet' AS ours "
        f"FULL JOIN '{folder}/spark/*.parquet' AS theirs USING (\"{ROW}\") WHERE {unlike}"
    ).fetchall()
    return int(counted[0][0])
