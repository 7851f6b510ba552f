"""Makes the customers that are measured: as many as wanted, the same ones every time, drawn in DuckDB from hashes.

Types are those that the compiler asks for. Ratios that statements or invoices give have all their digits, as computed
ratios do; what a person judges has few values. Where a policy says what to do with missing facts some are missing, and
one customer in 5,000 lacks a fact that may not be.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from creditpolicy.compiler import ROW, fact_column_type
from creditpolicy.program import FactRule, Program

SEED = 20_260_101
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Draw:
    """How a fact's values are drawn: SQL over uniform numbers `{0}`, `{1}` … below 1,000,000, and how many of 10,000 are missing."""

    sql: str
    missing: int = 0


DRAWS = {
    "asset_liability": Draw("({0} + {1}) * 6 // 10", 300),
    "current_ratio": Draw("({0} + {1}) * 3 // 2", 300),
    "quick_ratio": Draw("({0} + {1}) * 9 // 10", 500),
    "gross_margin": Draw("{0} // 2 - 50000", 2),
    "net_margin": Draw("{0} // 4 - 60000"),
    "cash_coverage": Draw("({0} + {1}) // 40 - 5000", 300),
    "growth": Draw("({0} + {1}) // 2 - 350000", 500),
    "annual_sales": Draw("CAST(POW(10, 7 + {0} / 250000.0) AS BIGINT)"),
    "collateral": Draw("CAST(POW(10, 6 + {0} / 285000.0) AS BIGINT)", 2000),
    "years_in_business": Draw("{0} % 30"),
    "staff": Draw("CAST(POW(10, {0} / 285000.0) AS BIGINT)", 200),
    "years_together": Draw("{0} % 12"),
    "on_time_ratio": Draw("1000000 - LEAST({0}, {1}, {2})", 200),
    "late_count": Draw("LEAST({0}, {1}, {2}) * 15 // 1000000"),
    "disputes": Draw("LEAST({0}, {1}, {2}) * 6 // 1000000", 200),
    "overdue_days_max": Draw("LEAST({0}, {1}, {2}, {3}, {4}, {5}) * 400 // 1000000"),
    "reputation": Draw("GREATEST({0}, {1}) * 17 // 1000000 * 50"),
    "cooperation": Draw("GREATEST({0}, {1}) * 11 // 1000000 * 50", 300),
    "industry": Draw("[1, 2, 2, 2, 3, 3, 4][1 + {0} % 7]", 300),
    "ownership": Draw("[1, 2, 3, 3, 3, 3, 3, 4, 4][1 + {0} % 9]"),
    "since": Draw("DATE '2005-01-01' + CAST({0} % 7000 AS INTEGER)", 100),
    "is_new_customer": Draw("{0} < 100000"),
    "strategic": Draw("{0} < 50000", 200),
    "dishonest": Draw("{0} < 5000"),
}
"""Numbers in the smallest step of the fact (hundredths of a yuan, millionths of a ratio), choices by their place, flags, days."""


def customers_file(program: Program, count: int, *, narrow: bool = False) -> Path:
    """Give the Parquet file of `count` customers, made now where it is not there yet.

    `narrow` keeps each number in the narrowest decimal that its declared range needs, as a data engineer might.
    """
    path = DATA / f"{program.policy.policy}_{count}{'_narrow' if narrow else ''}.parquet"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({customers_sql(program, count, narrow=narrow)}) TO '{part}' (FORMAT parquet)")
        part.replace(path)
    return path


def customers_sql(program: Program, count: int, *, narrow: bool = False) -> str:
    """Write the query that draws `count` customers."""
    columns = [f"customer AS {ROW}", f"'KH' || LPAD(CAST(customer AS VARCHAR), 8, '0') AS {program.key}"]
    for number, (name, draw) in enumerate(DRAWS.items()):
        if name not in program.fact:
            continue
        value = _typed(program.fact[name], draw.sql.format(*(_uniform(number, part) for part in range(6))), narrow)
        if draw.missing:
            value = f"CASE WHEN {_uniform(number, 9)} % 10000 >= {draw.missing} THEN {value} END"
        columns.append(f"{value} AS {name}")
    return f"SELECT {', '.join(columns)} FROM range(1, {count} + 1) AS numbers(customer)"


def _uniform(number: int, part: int) -> str:
    offset = (number * 10 + part + 1) * 1_000_000_007 + SEED
    return f"CAST(HASH(customer + {offset}) % 1000000 AS BIGINT)"


def _typed(rule: FactRule, value: str, narrow: bool) -> str:
    if rule.fact.choices:
        names = ", ".join(f"'{choice}'" for choice in rule.fact.choices)
        return f"[{names}][{value}]"
    if not rule.fact.type.is_number:
        return value
    width = next(digits for digits in (4, 9, 18) if rule.type.whole < 10**digits)
    wanted = f"DECIMAL({width}, {rule.fact.scale})" if narrow else fact_column_type(rule)
    # A decimal literal of the fact's digits times a whole number is exact.
    return f"CAST(({value}) * {_step(rule.fact.scale)} AS {wanted})"


def _step(scale: int) -> str:
    return "0." + "1".rjust(scale, "0") if scale else "1"
