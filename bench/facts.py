"""Derives every fact that invoices give from as many invoices as wanted, beside plain scans of the same Parquet file.

The floor is the plain scan that touches what the facts are made of: one GROUP BY customer with one aggregate for each
column of the file. A narrower scan, of customer, amount and date alone, is shown beside it.
"""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path

import duckdb

from bench.measuring import Figure, own_peak, peak_memory, ratio, rounds, spread
from creditpolicy.facts import derive

DATA = Path(__file__).parent / "data"
SEED = 20_260_101
AS_OF = datetime.date(2025, 12, 31)
CUSTOMERS_OF_TEN_MILLION = 120_000
REPEATED = 100
"""One row of so many is there twice; of the real invoices that the tests read it is one of eighty."""

NAMES = (
    *("invoice_count", "void_count", "invoiced_total", "returns_total", "void_ratio", "counterparties"),
    *("first_invoiced_on", "months_active", "sales_12m", "growth_12m", "monthly_variation", "outstanding"),
    *("overdue_amount", "overdue_days_max", "late_ratio", "on_time_amount_ratio", "days_late_mean", "days_late_max"),
    *("disputed_ratio", "days_sales_outstanding"),
)

COLUMNS = ("number", "invoiced_on", "due_on", "status", "settled_on", "disputed", "counterparty")


def invoices_file(count: int) -> Path:
    """Make, once, a Parquet file of `count` invoices of four years: the same ones every time, in the order of their dates.

    Net 30, 60 or 90; paid within 100 days, one of 25 never; one of 20 void, one of 40 a return, one of 50 disputed; each
    customer buys through one to five units.
    """
    path = DATA / f"invoices_{count}.parquet"
    if path.exists():
        return path
    DATA.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    customers = max(count * CUSTOMERS_OF_TEN_MILLION // 10_000_000, 1)
    once = count - count // REPEATED
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_drawn(once, count - once, customers)}) TO '{partial}' (FORMAT parquet)")
    partial.rename(path)
    return path


def _drawn(once: int, again: int, customers: int) -> str:
    draws = ", ".join(f"hash(i * 7 + {SEED + place}) AS h{place}" for place in range(1, 6))
    return f"""
        WITH drawn AS (
          SELECT i, {draws} FROM (
            SELECT range AS i FROM range({once})
            UNION ALL SELECT CAST(hash(range + {SEED}) % {once} AS BIGINT) FROM range({again}))),
        dated AS (
          SELECT *, h1 % {customers} AS customer, DATE '2022-01-01' + CAST(i * 1460 // {once} AS INTEGER) AS day FROM drawn)
        SELECT
          'C' || lpad(CAST(customer AS VARCHAR), 6, '0') AS customer_id,
          CAST(10000000 + i AS VARCHAR) AS number,
          day AS invoiced_on,
          day + CAST(30 + 30 * (h1 // {customers} % 3) AS INTEGER) AS due_on,
          CAST(CAST(CASE WHEN h3 % 40 = 0 THEN -1 ELSE 1 END * CAST(h2 % 10000000 AS BIGINT) AS DECIMAL(18, 0)) * 0.01
            AS DECIMAL(18, 2)) AS amount,
          CASE WHEN h4 % 20 = 0 THEN 'void' WHEN h3 % 40 = 0 THEN 'return' ELSE 'valid' END AS status,
          CASE WHEN h5 % 25 > 0 THEN day + CAST(h5 // 25 % 100 AS INTEGER) END AS settled_on,
          h5 // 2500 % 50 = 0 AS disputed,
          'B' || lpad(CAST(customer * 5 + h3 // 40 % (1 + customer % 5) AS VARCHAR), 6, '0') AS counterparty
        FROM dated"""


def derived(path: Path) -> int:
    """Derive all facts; give how many customers there are."""
    return int(derive(invoices=path, as_of=AS_OF, names=NAMES).table.num_rows)


def scan(path: Path, aggregates: str) -> int:
    """Aggregate the file by customer; give how many there are."""
    with duckdb.connect() as connection:
        query = (
            f"SELECT customer_id, count(*), sum(amount), {aggregates} FROM read_parquet('{path}') GROUP BY customer_id"
        )
        return int(connection.sql(query).to_arrow_table().num_rows)


def measure(size: int, runs: int) -> list[Figure]:
    """Measure deriving facts from `size` invoices, in so many rounds."""
    path = invoices_file(size)
    every = ", ".join(f"max({column})" for column in COLUMNS)
    acts = {
        "every column": lambda: scan(path, every),
        "three columns": lambda: scan(path, "max(invoiced_on)"),
        "facts": lambda: derived(path),
    }
    taken = rounds(acts, runs)
    scanned = f"each column once, by customer: {spread(taken['every column'])}"
    narrow = f"customer, amount and date only: {spread(taken['three columns'])}"
    return [
        Figure(
            "facts, beside a scan of the same columns",
            ratio(taken, "facts", "every column"),
            4.0,
            "×",
            spread(taken["facts"]),
        ),
        Figure("  the scan", 1.0, None, "×", scanned),
        Figure("facts, beside a scan of three columns", ratio(taken, "facts", "three columns"), None, "×", narrow),
        Figure("peak memory, facts", peak_memory("bench.facts", str(size)), 4.0, "GiB"),
    ]


if __name__ == "__main__":
    derived(invoices_file(int(sys.argv[1])))
    print(own_peak())
