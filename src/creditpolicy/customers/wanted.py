"""What a policy wants of a table of customers, and what such a table is once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import fact_column_type
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem
from creditpolicy.program import FactRule, Program
from creditpolicy.tables import Column

Table = Any
"""A path, or anything that speaks Arrow: a pyarrow table, a pandas or Polars frame, a DuckDB relation."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file was like when it was checked."""

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Note size and time of change of a file."""
        found = path.stat()
        return cls(path, found.st_size, found.st_mtime_ns)

    def holds(self) -> bool:
        """Tell whether the file is there and was not written since."""
        try:
            return Stamp.of(self.path) == self
        except OSError:
            return False


@dataclass(frozen=True)
class Customers:
    """Customers ready for the query.

    `table` holds them, or `parquet` names the file that DuckDB reads straight, through `select`. `refused` gives the
    problems of each row that must not be rated, by row number; `notes` concern the whole file. `present` are the facts
    that have a column at all, `unused` the headings that serve none. `file` and `sheet` say where rows are to be looked
    up. `sources` are the files all this came from, which no result may replace; `stamp` tells whether `parquet` is still
    the file that was checked.
    """

    table: pa.Table | None = None
    parquet: Path | None = None
    select: str = ""
    refused: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    present: frozenset[str] = frozenset()
    file: str = ""
    sheet: str = ""
    unused: tuple[str, ...] = ()
    sources: frozenset[Path] = frozenset()
    stamp: Stamp | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Give the facts of every customer as Python values."""
        table = self.table
        if table is None:
            with duckdb.connect() as connection:
                table = connection.sql(self.select).to_arrow_table()
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows

    def place(self, row: int) -> Place:
        """Say where a row is in the user's own file."""
        return Place(file=self.file, sheet=self.sheet, row=row)


def wanted_columns(program: Program) -> tuple[Column, ...]:
    """Say which columns a policy looks for: its facts by id and by every label, formulas left out."""
    sources = [rule.fact.derived for rule in program.inputs]
    return tuple(_column(program, rule, alone=sources.count(rule.fact.derived) == 1) for rule in program.inputs)


def _column(program: Program, rule: FactRule, *, alone: bool) -> Column:
    """Say what a fact's column may be called: by its labels, and by the name in the catalogue that it is derived from."""
    fact = rule.fact
    words = [str(fact.label), fact.label.zh_hans, fact.label.zh_hant, fact.label.en]
    if alone and fact.derived is not None and fact.derived not in program.fact:
        words.append(fact.derived)
    labels = tuple(dict.fromkeys(word for word in words if word))
    low, high = fact.bounds if fact.type.is_number else (None, None)
    return Column(
        id=rule.id,
        labels=labels,
        kind=fact.type,
        scale=fact.scale,
        low=low,
        high=high,
        choices=fact.choices,
        unit=fact.unit.zh_hans if fact.unit is not None else "",
        unit_shown=str(fact.unit) if fact.unit is not None else "",
        required=rule.id == program.key,
        currency=program.policy.currency,
    )


def arrow_type(rule: FactRule) -> pa.DataType:
    """Give the Arrow type that holds a fact exactly."""
    if rule.fact.type.is_number:
        width = 18 if fact_column_type(rule).startswith(("DECIMAL(18", "DECIMAL(9", "DECIMAL(4")) else 38
        return pa.decimal128(width, rule.fact.scale)
    return {Kind.FLAG: pa.bool_(), Kind.DATE: pa.date32()}.get(rule.fact.type, pa.string())
