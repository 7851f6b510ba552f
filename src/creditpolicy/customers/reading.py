"""Reads customers from whatever they come in: a file, an Arrow table, a pandas or Polars frame, a DuckDB relation.

Whatever the source, one table comes out: a whole number `row` (as the user's own file counts) and a column for each fact,
of the exact type that the query expects. What could not be read is told beside it, and those rows are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW
from creditpolicy.customers.native import by_digits
from creditpolicy.customers.streamed import (
    parquet_rows,
    parquet_table,
    refuse_nested,
    stream_customers,
    unread_notes,
)
from creditpolicy.customers.wanted import Customers, Table, arrow_type, wanted_columns
from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program
from creditpolicy.tables import Column, TableReading, duplicates, match_headers, read_frame, read_table, read_value
from creditpolicy.tables.cells import Bad, Value

IN_MEMORY = 1_000_000
"""Up to this many customers of a Parquet file are held in memory with their results; more are streamed."""


def read_customers(
    program: Program,
    source: Table,
    *,
    mapping: Mapping[str, str] | str | Path | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
    check_duplicates: bool = True,
) -> Customers:
    """Read the customers of a policy from a file or a frame; raise Refusal where the whole cannot be used.

    `mapping`, `sheet`, `encoding` and `day_first` settle what a user's file itself does not, as in `tables.read_table`.
    """
    hints = {"sheet": sheet, "encoding": encoding, "day_first": day_first}
    customers = _customers(program, source, mapping, hints, check_duplicates)
    notes = (*absent_columns(program, customers), *customers.notes, *_unused(customers))
    sources = frozenset({Path(source).resolve()}) if isinstance(source, (str, Path)) else frozenset()
    return replace(customers, notes=notes, sources=sources)


def _customers(
    program: Program,
    source: Table,
    mapping: Mapping[str, str] | str | Path | None,
    hints: Mapping[str, Any],
    check_duplicates: bool,
) -> Customers:
    columns = wanted_columns(program)
    if not isinstance(source, (str, Path)):
        reading = _read_frame(_as_arrow(source), columns, program.key, mapping)
    elif (path := Path(source)).suffix.lower() != ".parquet":
        reading = read_table(path, columns, key=program.key, mapping=mapping, **hints)
    elif parquet_rows(path) > IN_MEMORY:
        return stream_customers(program, path, mapping, check_duplicates=check_duplicates)
    else:
        reading = _read_frame(parquet_table(path), columns, program.key, mapping, path.name)
    return _from_reading(program, reading, check_duplicates=check_duplicates)


def _read_frame(
    frame: pa.Table,
    columns: Sequence[Column],
    key: str,
    mapping: Mapping[str, str] | str | Path | None,
    file: str = "",
) -> TableReading:
    """Read an Arrow table; columns of a kind that holds no cells are refused, short floats are the decimals they show."""
    matched = match_headers(frame.column_names, columns, mapping)
    for column in columns:
        if column.id not in matched:
            continue
        index = frame.column_names.index(matched[column.id])
        given = frame.schema.field(index).type
        if pa.types.is_nested(given):
            refuse_nested(column, str(given), Place(file=file))
        values = frame.column(index)
        if pa.types.is_float32(given):
            frame = frame.set_column(index, frame.column_names[index], _by_digits(values))
        elif _is_bytes(given):
            frame = frame.set_column(index, frame.column_names[index], _as_texts(values, column, file))
    return read_frame(frame, columns, key=key, mapping=mapping, file=file)


def _by_digits(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take short floats by the few digits they show (0.145, not 0.14499999582767487), as DuckDB writes them."""
    with duckdb.connect() as connection:
        connection.register("floats", pa.table({"value": values}))
        shown = connection.sql(f"SELECT {by_digits('value')} AS value FROM floats").to_arrow_table()
    return shown.column("value")


def _is_bytes(given: pa.DataType) -> bool:
    return bool(pa.types.is_binary(given) or pa.types.is_large_binary(given) or pa.types.is_fixed_size_binary(given))


def _as_texts(values: pa.ChunkedArray, column: Column, file: str) -> pa.ChunkedArray:
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid as error:
        raise Refusal(
            _("“{label}”这一列不能用。").format(label=column.label),
            [Problem("not-text", _("里面的文字不是 UTF-8。"), "", _("重新导出一次。"), Place(file=file))],
        ) from error


def _from_reading(program: Program, reading: TableReading, *, check_duplicates: bool) -> Customers:
    arrays = {ROW: pa.array(reading.rows, pa.int64())}
    for rule in program.inputs:
        arrays[rule.id] = reading.table.column(rule.id).cast(arrow_type(rule))
    needed = program.used | {program.key}
    refused = {
        row: found for row, found in reading.bad.items() if any(needed & set(problem.facts) for problem in found)
    }
    harmless = [problem for row, found in reading.bad.items() if row not in refused for problem in found]
    notes = [problem for problem in reading.problems if problem.code != "absent-columns"]
    notes += unread_notes(program, harmless)
    if check_duplicates:
        notes += _refuse_duplicates(refused, reading, program.key)
    return Customers(
        pa.table(arrays),
        None,
        "",
        refused,
        tuple(notes),
        frozenset(reading.matched),
        reading.file,
        reading.sheet,
        reading.unmatched,
    )


def absent_columns(program: Program, customers: Customers) -> Iterator[Problem]:
    """Give a remark on absent columns that points, vetoes or limits use."""
    used = [rule for rule in program.inputs if rule.id in program.used and rule.id not in customers.present]
    if not used:
        return
    yield Problem(
        "absent-columns",
        _("表里没有这些评分要用的列: {names}。").format(names=listed(str(rule.fact.label) for rule in used)),
        _("它们按制度的缺失规定处理。"),
        _("补上这些列; 表里有而名字不同, 用对照表指明。"),
        Place(file=customers.file, sheet=customers.sheet),
        "warning",
        tuple(rule.id for rule in used),
    )


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


def _unused(customers: Customers) -> Iterator[Problem]:
    if customers.unused:
        named = listed(customers.unused[:10]) + ("…" if len(customers.unused) > 10 else "")
        where = Place(file=customers.file, sheet=customers.sheet)
        yield Problem(
            "unused-columns", _("这些列没有用到: {headers}。").format(headers=named), where=where, severity="warning"
        )


def _as_arrow(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if type(frame).__module__.startswith("polars") and hasattr(frame, "collect"):
        frame = frame.collect()
    try:
        if isinstance(frame, duckdb.DuckDBPyRelation):
            return frame.to_arrow_table()
        if isinstance(frame, pa.RecordBatch):
            return pa.Table.from_batches([frame])
        if hasattr(frame, "__arrow_c_stream__"):
            return pa.table(frame)
    except (pa.ArrowException, duckdb.Error) as error:
        raise Refusal(
            _("这张表读不出来: {kind}。").format(kind=type(frame).__name__),
            [Problem("unreadable", _("它不是完整的表, 或产生它的数据库已经关闭。"), str(error).splitlines()[0])],
        ) from error
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
