"""Pieces of SQL text: names, texts and decimals written out, brackets taken off."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def decimal(steps: int, scale: int) -> str:
    """Write a whole number of 10^-scale as a decimal literal with all its digits."""
    digits = f"{abs(steps):0{scale + 1}d}"
    sign = "-" if steps < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def bare(condition_sql: str) -> str:
    """Take off a pair of brackets around the whole."""
    if not (condition_sql.startswith("(") and condition_sql.endswith(")")):
        return condition_sql
    depth = 0
    for index, char in enumerate(_QUOTED.sub(lambda found: "x" * len(found[0]), condition_sql)):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0 and index < len(condition_sql) - 1:
            return condition_sql
    return condition_sql[1:-1]
