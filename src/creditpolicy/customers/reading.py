"""Reads customers from whatever they come in: a file, an Arrow table, a pandas or Polars frame, a DuckDB relation.

Whatever the source, one table comes out: a whole number `row` (as the user's own file counts) and a column for each fact,
of the exact type that the query expects. What could not be read is told beside it, and those rows are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW
from creditpolicy.customers.streamed import parquet_rows, parquet_table, stream_customers
from creditpolicy.customers.wanted import Customers, Table, arrow_type, wanted_columns
from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program
from creditpolicy.tables import TableReading, duplicates, read_frame, read_table, read_value
from creditpolicy.tables.cells import Bad, Value

IN_MEMORY = 1_000_000
"""Up to this many customers of a Parquet file are held in memory with their results; more are streamed."""


def read_customers(
    program: Program,
    source: Table,
    *,
    mapping: Mapping[str, str] | str | Path | None = None,
    sheet: str | None = None,
    check_duplicates: bool = True,
) -> Customers:
    """Read the customers of a policy from a file or a frame; raise Refusal where the whole cannot be used."""
    columns = wanted_columns(program)
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.suffix.lower() != ".parquet":
            reading = read_table(path, columns, key=program.key, mapping=mapping, sheet=sheet)
        elif parquet_rows(path) > IN_MEMORY:
            return stream_customers(program, path, mapping, check_duplicates=check_duplicates)
        else:
            reading = read_frame(parquet_table(path), columns, key=program.key, mapping=mapping, file=path.name)
    else:
        reading = read_frame(_as_arrow(source), columns, key=program.key, mapping=mapping)
    return _from_reading(program, reading, check_duplicates=check_duplicates)


def _from_reading(program: Program, reading: TableReading, *, check_duplicates: bool) -> Customers:
    arrays = {ROW: pa.array(reading.rows, pa.int64())}
    for rule in program.inputs:
        arrays[rule.id] = reading.table.column(rule.id).cast(arrow_type(rule))
    needed = program.used | {program.key}
    refused = {
        row: found for row, found in reading.bad.items() if any(needed & set(problem.facts) for problem in found)
    }
    place = Place(file=reading.file, sheet=reading.sheet)
    harmless = [
        replace(problem, severity="warning")
        for row, found in reading.bad.items()
        if row not in refused
        for problem in found
    ]
    notes = [*(_of_use(problem, program) for problem in reading.problems), *harmless]
    notes = [note for note in notes if note is not None]
    if reading.unmatched:
        notes.append(_unused(reading.unmatched, place))
    if check_duplicates:
        notes += _refuse_duplicates(refused, reading, program.key)
    return Customers(
        pa.table(arrays), None, "", refused, tuple(notes), frozenset(reading.matched), reading.file, reading.sheet
    )


def _of_use(problem: Problem, program: Program) -> Problem | None:
    """Keep a remark on absent columns only for those that points, vetoes or limits use."""
    if problem.code != "absent-columns":
        return problem
    used = [rule for rule in program.inputs if rule.id in program.used and rule.id in problem.facts]
    if not used:
        return None
    names = "、".join(str(rule.fact.label) for rule in used)
    what = _("表里没有这些评分要用的列: {names}。").format(names=names)
    return replace(problem, what=what, why=_("它们按制度的缺失规定处理。"), facts=tuple(rule.id for rule in used))


def _refuse_duplicates(refused: dict[int, tuple[Problem, ...]], reading: TableReading, key: str) -> list[Problem]:
    """Refuse every row of a customer that stands in several; give back what is only worth a remark."""
    rows_of: dict[str, list[int]] = {}
    for row, value in zip(reading.rows, reading.table.column(key).to_pylist(), strict=True):
        if value is not None:
            rows_of.setdefault(value, []).append(row)
    found = duplicates(reading, key)
    repeated = [problem for problem in found if problem.severity == "fault"]
    groups = [rows for rows in rows_of.values() if len(rows) > 1]
    for rows, problem in zip(groups, repeated, strict=True):
        for row in rows:
            refused[row] = (*refused.get(row, ()), replace(problem, where=replace(problem.where, row=row)))
    return [problem for problem in found if problem.severity != "fault"]


def _unused(headers: Sequence[str], place: Place) -> Problem:
    listed = "、".join(headers[:10]) + ("…" if len(headers) > 10 else "")
    return Problem(
        "unused-columns", _("这些列没有用到: {headers}。").format(headers=listed), where=place, severity="warning"
    )


def _as_arrow(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.to_arrow_table()
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    raise Refusal(
        _("不认识这种数据: {kind}。").format(kind=type(frame).__name__),
        [Problem("unknown-table", _("要文件路径, 或 Arrow、pandas、Polars、DuckDB 的表。"))],
    )


def exact_facts(program: Program, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a customer's facts given in Python to the types and digits of the policy, by the rules for cells.

    Raises Refusal naming every fact that cannot be used.
    """
    known: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in wanted_columns(program):
        verdict = read_value(facts.get(column.id), column)
        known[column.id] = verdict.value if isinstance(verdict, Value) else None
        if isinstance(verdict, Bad):
            problems.append(Problem(verdict.code, verdict.what, verdict.why, verdict.fix, facts=(column.id,)))
    if problems:
        raise Refusal(_("有事实不能用。"), problems)
    return known
