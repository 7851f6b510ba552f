"""The stages put together into one query, for DuckDB or, transpiled, for another engine."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import expressions as sql

from creditpolicy.compiler.consequences import grade_stage, limit_stage, total_stage
from creditpolicy.compiler.exact import quoted
from creditpolicy.compiler.facts import fact_stages, portfolio_stages
from creditpolicy.compiler.points import points_stages
from creditpolicy.compiler.stage import ROW, Stage, band_column, points_column, remark, veto_column
from creditpolicy.program import Program

Dialect = Literal["duckdb", "spark", "postgres"]
Detail = Literal["grades", "items"]


@dataclass(frozen=True)
class Query:
    """A compiled policy: its stages and the columns that come out.

    It reads the table `customers` (and `portfolio_customers` where the portfolio is separate): a whole number `row` and a
    column for each used fact. It gives for each row `total` (whole number of the policy's smallest step), `grade` (index
    from the best, NULL where refused), `limit` (hundredths), a column for each veto and, with detail `items`, the points
    and band of each item.
    """

    stages: tuple[Stage, ...]
    columns: tuple[str, ...]

    def text(self) -> str:
        """Write the query for DuckDB, stage by stage with comments."""
        parts = [
            f"-- {remark(stage.comment)}\n{stage.name} AS NOT MATERIALIZED (\n{_indented(stage.sql)}\n)"
            for stage in self.stages
        ]
        chosen = ",\n  ".join(quoted(column) for column in self.columns)
        return f"WITH\n{(',' + chr(10)).join(parts)}\nSELECT\n  {chosen}\nFROM {self.stages[-1].name}\n"


def compile_policy(
    program: Program,
    *,
    as_of: datetime.date,
    detail: Detail = "items",
    separate_portfolio: bool = False,
    pack: bool = False,
) -> Query:
    """Compile a policy. `detail` `grades` gives totals, grades and limits only, which is faster.

    `pack` finds points and band of an item at once: harder to read, and quicker over millions of customers.
    """
    made = list(fact_stages(program, as_of))
    if program.portfolio_figures:
        made.extend(portfolio_stages(program, as_of, made[-1].name, separate=separate_portfolio))
    made.extend(points_stages(program, made[-1].name, bands=detail == "items", pack=pack))
    made += [total_stage(program, made[-1].name), grade_stage(program), limit_stage(program)]
    columns = [ROW, program.key, "total", "grade", "limit"]
    if detail == "items":
        columns += [column for item in program.items for column in (points_column(item.id), band_column(item.id))]
    columns += [veto_column(veto.id) for veto in program.vetoes]
    return Query(tuple(made), tuple(columns))


def to_dialect(query: Query, dialect: Dialect) -> str:
    """Write the query in another engine's SQL."""
    if dialect == "duckdb":
        return query.text()
    tree = sqlglot.parse_one(query.text(), dialect="duckdb")
    tree = tree.transform(_portable)
    return tree.sql(dialect=dialect, pretty=True, identify=True) + "\n"


def _portable(node: sql.Expr) -> sql.Expr:
    """Replace what only DuckDB has: 128-bit integers, and hints on how to run a stage."""
    if isinstance(node, sql.DataType) and node.this == sql.DType.INT128:
        return sql.DataType.build("DECIMAL(38, 0)")
    if isinstance(node, sql.CTE) and node.args.get("materialized") is not None:
        node.set("materialized", None)
    return node


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))


__all__ = ["Detail", "Dialect", "Query", "compile_policy", "to_dialect"]
