"""Program → one SQL query in named stages, exact throughout, that a person can read."""

from creditpolicy.compiler.query import Query, compile_policy, to_dialect
from creditpolicy.compiler.stage import (
    CUSTOMERS,
    PORTFOLIO,
    ROW,
    band_column,
    fact_column_type,
    points_column,
    veto_column,
)

__all__ = [
    "CUSTOMERS",
    "PORTFOLIO",
    "ROW",
    "Query",
    "band_column",
    "compile_policy",
    "fact_column_type",
    "points_column",
    "to_dialect",
    "veto_column",
]
