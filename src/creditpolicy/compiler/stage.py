"""One named step of the query, and the names of its tables and columns.

Columns that the query makes have a point in their names. No id in a policy can have one, so that whatever a company
calls its facts, nothing of theirs is ever taken for ours. The few names without (`row`, `total`, `grade`, `limit`,
`as_of`) are reserved by the program.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.model import Kind
from creditpolicy.program import FactRule

CUSTOMERS = "customers"
PORTFOLIO = "portfolio_customers"
ROW = "row"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: a name, a comment in the reader's language, and its SELECT."""

    name: str
    comment: str
    sql: str


def points_column(item: str) -> str:
    """Name the column of an item's points (whole number of the policy's smallest step, before its sign)."""
    return f"points.{item}"


def band_column(item: str) -> str:
    """Name the column of the step of the item that applied, counted from 1; 0 where its facts were missing.

    Never NULL: of what 10 million customers cost, writing NULLs is the dearest.
    """
    return f"band.{item}"


def veto_column(veto: str) -> str:
    """Name the column that says whether a veto holds."""
    return f"veto.{veto}"


def fact_column_type(rule: FactRule) -> str:
    """Give the DuckDB type that the query expects of a fact."""
    if rule.fact.type.is_number:
        return f"DECIMAL({18 if rule.type.whole < 10**18 else 38}, {rule.fact.scale})"
    return {Kind.FLAG: "BOOLEAN", Kind.DATE: "DATE"}.get(rule.fact.type, "VARCHAR")


def smallest(digits: int) -> str:
    """Write the smallest step of a number with `digits` decimals: 0.01 for 2."""
    return f"{Decimal(1).scaleb(-digits):f}"


def remark(words: str) -> str:
    """Make words safe inside a comment: on one line, and not ending it."""
    return re.sub(r"\s+", " ", words).replace("*/", "* /").replace("/*", "/ *").strip()


def listed(columns: Sequence[str]) -> str:
    """Write columns, each on a line."""
    return ",\n  ".join(columns)
