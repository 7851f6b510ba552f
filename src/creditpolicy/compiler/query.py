"""The stages put together into one query, for DuckDB or, transpiled, for another engine."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import expressions as sql

from creditpolicy.compiler.consequences import grade_stage, limit_stage, total_stage
from creditpolicy.compiler.facts import fact_stages, portfolio_stages
from creditpolicy.compiler.points import points_stages
from creditpolicy.compiler.stage import ROW, Stage, band_column, points_column, remark, veto_column
from creditpolicy.compiler.text import quoted
from creditpolicy.program import Program

Dialect = Literal["duckdb", "spark", "postgres"]
Detail = Literal["grades", "items"]
SUMS = "portfolio.avg."
"""How the columns that hold a sum over the portfolio begin."""


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
    if dialect == "spark":
        tree = tree.transform(_for_spark)
    tree = tree.transform(_portable)
    return tree.sql(dialect=dialect, pretty=True, identify=True) + "\n"


def _portable(node: sql.Expr) -> sql.Expr:
    """Replace what only DuckDB has: 128-bit integers, and hints on how to run a stage."""
    if isinstance(node, sql.DataType) and node.this == sql.DType.INT128:
        return sql.DataType.build("DECIMAL(38, 0)")
    if isinstance(node, sql.CTE) and node.args.get("materialized") is not None:
        node.set("materialized", None)
    return node


def _for_spark(node: sql.Expr) -> sql.Expr:
    """Replace what Spark would do in 64 bits without a word: dividing, and summing up, what is wider."""
    if isinstance(node, sql.Sum):
        node.set("this", _wide(node.this))
    if isinstance(node, sql.IntDiv) and any(_is_wide(part) for part in (node.this, node.expression)):
        # What is replaced is not gone through any further, so that its parts come first.
        whole, divisor = (_wide(part.transform(_for_spark)) for part in (node.this, node.expression))
        # Without its remainder a number divides evenly, so that the digits Spark keeps of a quotient are all of them.
        even = sql.Paren(this=sql.Sub(this=whole, expression=sql.Mod(this=whole.copy(), expression=divisor)))
        return _wide(sql.Div(this=even, expression=divisor.copy()))
    return node


def _wide(node: sql.Expr) -> sql.Expr:
    return sql.cast(node, "INT128", dialect="duckdb", copy=False)


def _is_wide(node: sql.Expr) -> bool:
    """Whether a whole number may be one of 128 bits: only casts, and sums over the portfolio, make such."""
    casts = any(cast.to.this == sql.DType.INT128 for cast in node.find_all(sql.Cast))
    return casts or any(column.name.startswith(SUMS) for column in node.find_all(sql.Column))


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))


__all__ = ["Detail", "Dialect", "Query", "compile_policy", "to_dialect"]
