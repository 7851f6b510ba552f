"""Rates on Spark what one machine is too small for: the same query, written in Spark's SQL."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from creditpolicy.compiler import CUSTOMERS, PORTFOLIO, compile_policy, to_dialect
from creditpolicy.program import Program

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def rate_on_spark(
    program: Program,
    customers: DataFrame | str,
    spark: SparkSession,
    *,
    as_of: datetime.date,
    portfolio: DataFrame | str | None = None,
    items: bool = True,
) -> DataFrame:
    """Rate customers, a frame or the path of Parquet files, and give the rows that the compiled query gives.

    `customers` has a whole number `row`, the customer's id and a column for each input fact, of the types that
    `creditpolicy.compiler.fact_column_type` names. `portfolio` holds, in the same columns, the customers that
    portfolio-relative items look at, where these are others. With `items` False only total, grade, limit and vetoes.
    """
    query = compile_policy(
        program, as_of=as_of, detail="items" if items else "grades", separate_portfolio=portfolio is not None
    )
    frames = {CUSTOMERS: _frame(customers, spark)}
    if portfolio is not None:
        frames[PORTFOLIO] = _frame(portfolio, spark)
    text = to_dialect(query, "spark")
    # Without ANSI mode Spark gives NULL, that is "missing", where a number does not fit: never silently.
    if spark.conf.get("spark.sql.ansi.enabled") != "true":
        spark.conf.set("spark.sql.ansi.enabled", "true")
    for name, frame in frames.items():
        frame.createOrReplaceTempView(name)
    return spark.sql(text)


def _frame(source: DataFrame | str, spark: SparkSession) -> DataFrame:
    return spark.read.parquet(source) if isinstance(source, str) else source
