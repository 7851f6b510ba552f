"""Customers in a Parquet file too large for memory: DuckDB reads it where it lies, and only checks pass over it first.

Columns must be typed as the policy has them or as other numbers; texts such as `1.2万` are for files that people keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW, fact_column_type
from creditpolicy.customers.wanted import Customers, wanted_columns
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import FactRule, Program
from creditpolicy.tables import match_headers


def parquet_rows(path: Path) -> int:
    """Count the rows of a Parquet file from its footer; raise Refusal where it is none."""
    counted = _asked(path, "SELECT COUNT(*) AS rows FROM read_parquet(?)")
    return int(counted.column("rows")[0].as_py())


def parquet_table(path: Path) -> pa.Table:
    """Read a whole Parquet file."""
    return _asked(path, "SELECT * FROM read_parquet(?)")


def _asked(path: Path, query: str) -> pa.Table:
    if not path.is_file():
        raise Refusal(_("找不到文件 {file}。").format(file=path))
    try:
        with duckdb.connect() as connection:
            return connection.sql(query, params=[str(path)]).to_arrow_table()
    except duckdb.Error as error:
        raise Refusal(
            _("文件 {file} 读不出来: 不是完好的 Parquet 文件。").format(file=path.name),
            [Problem("unreadable", str(error).splitlines()[0], "", _("重新导出一次。"), Place(file=path.name))],
        ) from error


def stream_customers(
    program: Program, path: Path, mapping: Mapping[str, str] | str | Path | None, *, check_duplicates: bool
) -> Customers:
    """Check a large Parquet file and say how DuckDB is to read it."""
    with duckdb.connect() as connection:
        source = connection.read_parquet(str(path), file_row_number=True)
        types = dict(zip(source.columns, map(str, source.types), strict=True))
        matched = match_headers([name for name in types if name != "file_row_number"], wanted_columns(program), mapping)
        if program.key not in matched:
            raise Refusal(_("表里没有“{label}”这一列。").format(label=program.fact[program.key].fact.label))
        select = _projection(program, matched, types, path)
        connection.execute(f"CREATE VIEW customers AS {select}")
        refused = _unreadable(program, connection, matched, types, path)
        if check_duplicates:
            for problem in _repeated(program, connection, path.name):
                row = problem.where.row or 0
                refused[row] = (*refused.get(row, ()), problem)
    return Customers(None, path, select, refused, (), frozenset(matched), path.name)


def _projection(program: Program, matched: Mapping[str, str], types: Mapping[str, str], path: Path) -> str:
    columns = [f'CAST(file_row_number + 1 AS BIGINT) AS "{ROW}"']
    for rule in program.inputs:
        header = matched.get(rule.id)
        kind = fact_column_type(rule)
        value = f"CAST(NULL AS {kind})" if header is None else _typed(_quoted(header), types[header], rule, kind)
        columns.append(f"{value} AS {_quoted(rule.id)}")
    return f"SELECT {', '.join(columns)} FROM {_source_name(path)}"


def _source_name(path: Path) -> str:
    return "read_parquet('" + str(path).replace("'", "''") + "', file_row_number=true)"


def _typed(column: str, given: str, rule: FactRule, wanted: str) -> str:
    """Bring a column to the exact type; a binary float by way of its shortest decimal, so that 0.145 stays 0.145."""
    if given == wanted:
        return column
    if rule.fact.type is Kind.CHOICE or wanted == "VARCHAR":
        return f"NULLIF(TRIM(CAST({column} AS VARCHAR)), '')"
    if rule.fact.type.is_number and given in {"DOUBLE", "FLOAT"}:
        return f"TRY_CAST(CAST({column} AS VARCHAR) AS {wanted})"
    if rule.fact.type.is_number and given == "VARCHAR":
        return f"TRY_CAST(NULLIF(REPLACE(TRIM({column}), ',', ''), '') AS {wanted})"
    return f"TRY_CAST({column} AS {wanted})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unreadable(
    program: Program, connection: duckdb.DuckDBPyConnection, matched: Mapping[str, str], types: Mapping[str, str], path: Path
) -> dict[int, tuple[Problem, ...]]:  # fmt: skip
    """Find values that are not of their type or outside their range.

    Ranges are first asked of the whole table: for Parquet the answer comes from its statistics and costs nothing.
    """
    refused: dict[int, tuple[Problem, ...]] = {}
    for rule in program.inputs:
        header = matched.get(rule.id)
        if header is None:
            continue
        typed, raw = f"customers.{_quoted(rule.id)}", f"source.{_quoted(header)}"
        conditions = [*_lost(rule, typed, raw, types[header]), *_outside(rule, typed, connection)]
        if rule.id == program.key:
            conditions.append(f"({typed} IS NULL)")
        if not conditions:
            continue
        found = connection.execute(
            f'SELECT customers."{ROW}", CAST({raw} AS VARCHAR) FROM customers JOIN {_source_name(path)} AS source '
            f'ON customers."{ROW}" = source.file_row_number + 1 WHERE {" OR ".join(conditions)}'
        ).fetchall()
        for row, value in found:
            refused[row] = (*refused.get(row, ()), _bad_value(rule, value, path.name, row))
    return refused


def _lost(rule: FactRule, typed: str, raw: str, given: str) -> list[str]:
    """Write the conditions under which a value was lost in bringing it to its type: unreadable, or a cut fraction."""
    kind = rule.fact.type
    if given == fact_column_type(rule) or not (kind.is_number or kind in {Kind.FLAG, Kind.DATE}):
        return []
    conditions = [f"({typed} IS NULL AND {raw} IS NOT NULL AND TRIM(CAST({raw} AS VARCHAR)) <> '')"]
    if kind in {Kind.COUNT, Kind.DAYS}:
        conditions.append(f"(TRY_CAST({raw} AS DECIMAL(38, 9)) <> {typed})")
    return conditions


def _outside(rule: FactRule, typed: str, connection: duckdb.DuckDBPyConnection) -> list[str]:
    if rule.fact.type is Kind.CHOICE and rule.fact.choices:
        options = ", ".join("'" + choice.replace("'", "''") + "'" for choice in rule.fact.choices)
        return [f"({typed} NOT IN ({options}))"]
    if not rule.fact.type.is_number:
        return []
    low, high = rule.fact.bounds
    least, most = connection.execute(f"SELECT MIN({typed}), MAX({typed}) FROM customers").fetchone() or (None, None)
    if (least is None or least >= low) and (most is None or most <= high):
        return []
    return [f"({typed} < {low:f} OR {typed} > {high:f})"]


def _bad_value(rule: FactRule, value: str | None, file: str, row: int) -> Problem:
    unit = f" {rule.fact.unit}" if rule.fact.unit is not None else ""
    if rule.fact.type is Kind.CHOICE:
        fix = _("写成其中之一: {choices}。").format(choices="、".join(rule.fact.choices or ()))
    elif rule.fact.type.is_number:
        low, high = rule.fact.bounds
        fix = _("填 {low} 到 {high}{unit} 之间的数。").format(low=f"{low:f}", high=f"{high:f}", unit=unit)
    else:
        fix = _("填是或否。") if rule.fact.type is Kind.FLAG else _("填日期, 如 2026-01-01。")
    return Problem(
        "bad-value",
        _("{label}“{value}”不能用。").format(label=rule.fact.label, value=(value or "")[:40]),
        _("类型不符或超出范围; 照用会得出错误的分数。"),
        fix,
        Place(file=file, row=row),
        facts=(rule.id,),
    )


def _repeated(program: Program, connection: duckdb.DuckDBPyConnection, file: str) -> list[Problem]:
    key = _quoted(program.key)
    twice = f"SELECT {key} FROM customers WHERE {key} IS NOT NULL GROUP BY {key} HAVING COUNT(*) > 1"
    found = connection.execute(
        f'SELECT {key}, "{ROW}" FROM customers WHERE {key} IN ({twice}) ORDER BY {key}, "{ROW}"'
    ).fetchall()
    rows_of: dict[str, list[int]] = {}
    for value, row in found:
        rows_of.setdefault(value, []).append(row)
    return [
        Problem(
            "duplicate",
            _("客户“{value}”在第 {rows} 行都有。").format(value=value, rows="、".join(map(str, rows[:10]))),
            _("同一家出现多次, 看不出以哪一行为准。"),
            _("只留一行; 是两家就改好编号。"),
            Place(file=file, row=row),
            facts=(program.key,),
        )
        for value, rows in rows_of.items()
        for row in rows
    ]
