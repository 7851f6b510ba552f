"""The customers to be rated, from whatever they come in: a file, an Arrow table, a pandas or Polars frame, a DuckDB relation.

Whatever the source, one table comes out: a whole number `row` (as the user's own file counts) and a column for each fact,
of the exact type that the query expects. What could not be read is told beside it, and those rows are refused.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW, fact_column_type
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import FactRule, Program
from creditpolicy.tables import Column, TableReading, duplicates, match_headers, read_table

Table = Any
"""A path, or anything that speaks Arrow: a pyarrow table, a pandas or Polars frame, a DuckDB relation."""


@dataclass(frozen=True)
class Customers:
    """Customers ready for the query.

    `table` holds them, or `parquet` names the file that DuckDB reads straight, through `select`. `refused` gives the
    problems of each row that must not be rated, by row number; `notes` concern the whole file. `present` are the facts
    that have a column at all. `file` and `sheet` say where rows are to be looked up.
    """

    table: pa.Table | None = None
    parquet: Path | None = None
    select: str = ""
    refused: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    present: frozenset[str] = frozenset()
    file: str = ""
    sheet: str = ""

    def rows(self) -> list[dict[str, Any]]:
        """Give the facts of every customer as Python values."""
        if self.table is not None:
            return self.table.to_pylist()
        with duckdb.connect() as connection:
            return connection.sql(self.select).to_arrow_table().to_pylist()

    def place(self, row: int) -> Place:
        """Say where a row is in the user's own file."""
        return Place(file=self.file, sheet=self.sheet, row=row)


def wanted_columns(program: Program) -> tuple[Column, ...]:
    """Say which columns a policy looks for: its facts by id and by every label, formulas left out."""
    return tuple(_column(program, rule) for rule in program.inputs)


def _column(program: Program, rule: FactRule) -> Column:
    fact = rule.fact
    labels = tuple(dict.fromkeys(word for word in (fact.label.zh_hans, fact.label.zh_hant, fact.label.en) if word))
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
        required=rule.id == program.key,
        currency=program.policy.currency,
    )


def read_customers(
    program: Program,
    source: Table,
    *,
    mapping: Mapping[str, str] | str | Path | None = None,
    sheet: str | None = None,
    check_duplicates: bool = True,
) -> Customers:
    """Read the customers of a policy from a file or a frame; raise Refusal where the whole cannot be used."""
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.suffix.lower() == ".parquet":
            return _from_parquet(program, path, mapping, check_duplicates=check_duplicates)
        reading = read_table(path, wanted_columns(program), key=program.key, mapping=mapping, sheet=sheet)
        return _from_reading(program, reading, path.name, check_duplicates=check_duplicates)
    return _from_frame(program, source, mapping, check_duplicates=check_duplicates)


def _from_reading(program: Program, reading: TableReading, file: str, *, check_duplicates: bool) -> Customers:
    columns: dict[str, Any] = {ROW: pa.array(reading.rows, pa.int64())}
    for rule in program.inputs:
        kind = arrow_type(rule)
        if rule.id in reading.table.column_names:
            columns[rule.id] = reading.table.column(rule.id).cast(kind)
        else:
            columns[rule.id] = pa.nulls(reading.table.num_rows, kind)
    refused = {row: tuple(problems) for row, problems in reading.bad.items()}
    if check_duplicates:
        refused = _with(refused, duplicates(reading, program.key))
    place = Place(file=file, sheet=reading.sheet)
    notes = (*reading.problems, *_absent(program, frozenset(reading.matched), place))
    return Customers(pa.table(columns), None, "", refused, notes, frozenset(reading.matched), file, reading.sheet)


def _with(refused: dict[int, tuple[Problem, ...]], more: list[Problem]) -> dict[int, tuple[Problem, ...]]:
    for problem in more:
        if problem.where.row is not None:
            refused[problem.where.row] = (*refused.get(problem.where.row, ()), problem)
    return refused


def _absent(program: Program, present: frozenset[str], place: Place) -> list[Problem]:
    """Tell of facts that points need and that have no column at all."""
    needed = [rule for rule in program.inputs if rule.id in program.used and rule.id not in present]
    needed = [rule for rule in needed if rule.id in required_facts(program)]
    if not needed:
        return []
    names = "、".join(str(rule.fact.label) for rule in needed)
    return [
        Problem(
            "absent-column",
            _("表里没有这些列: {names}。").format(names=names),
            _("评分要用到它们; 缺了的客户按制度不评。"),
            _("加上这些列, 或用 --map 指明它们在表里叫什么。"),
            place,
            "warning",
            tuple(rule.id for rule in needed),
        )
    ]


def required_facts(program: Program) -> frozenset[str]:
    """Give the facts without which a customer may be refused: those of items and vetoes that refuse."""
    names: set[str] = set()
    for item in program.items:
        if item.missing.kind == "refuse":
            names.update(program.entered_behind(item.needs))
    for veto in program.vetoes:
        if veto.veto.missing == "refuse":
            names.update(program.entered_behind(veto.needs))
    return frozenset(names)


def arrow_type(rule: FactRule) -> pa.DataType:
    """Give the Arrow type that holds a fact exactly."""
    if rule.fact.type.is_number:
        width = 18 if fact_column_type(rule).startswith(("DECIMAL(18", "DECIMAL(9", "DECIMAL(4")) else 38
        return pa.decimal128(width, rule.fact.scale)
    return {Kind.FLAG: pa.bool_(), Kind.DATE: pa.date32()}.get(rule.fact.type, pa.string())


# Frames and Parquet ----------------------------------------------------------------------------------------------------


def _from_parquet(program: Program, path: Path, mapping: Any, *, check_duplicates: bool) -> Customers:
    if not path.is_file():
        raise Refusal(_("找不到文件 {file}。").format(file=path))
    connection = duckdb.connect()
    try:
        source = connection.read_parquet(str(path), file_row_number=True)
        return _checked(program, connection, source, mapping, path, check_duplicates=check_duplicates)
    except duckdb.Error as error:
        raise Refusal(
            _("文件 {file} 读不出来: 不是完好的 Parquet 文件。").format(file=path.name),
            [Problem("unreadable", str(error).splitlines()[0], "", _("重新导出一次。"), Place(file=path.name))],
        ) from error
    finally:
        connection.close()


def _from_frame(program: Program, frame: Any, mapping: Any, *, check_duplicates: bool) -> Customers:
    connection = duckdb.connect()
    try:
        table = _as_arrow(frame)
        table = table.append_column("file_row_number", pa.array(range(table.num_rows), pa.int64()))
        connection.register("source_table", table)
        return _checked(program, connection, connection.table("source_table"), mapping, None, check_duplicates=check_duplicates)
    finally:
        connection.close()


def _as_arrow(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return frame.to_arrow_table()
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    if type(frame).__module__.split(".")[0] == "pandas":
        return pa.Table.from_pandas(frame, preserve_index=False)
    raise Refusal(
        _("不认识这种数据: {kind}。").format(kind=type(frame).__name__),
        [Problem("unknown-table", _("要文件路径, 或 Arrow、pandas、Polars、DuckDB 的表。"))],
    )


def _checked(
    program: Program, connection: duckdb.DuckDBPyConnection, source: duckdb.DuckDBPyRelation, mapping: Any, path: Path | None,
    *, check_duplicates: bool,
) -> Customers:  # fmt: skip
    headers = [name for name in source.columns if name != "file_row_number"]
    matched = match_headers(headers, wanted_columns(program), mapping)
    file = path.name if path is not None else ""
    if program.key not in matched:
        raise Refusal(
            _("表里没有客户编号列。"),
            [Problem("no-key", _("找不到“{name}”列。").format(name=program.key), "", _("加上这一列, 或用 --map 指明。"), Place(file=file))],
        )
    types = dict(zip(source.columns, source.types, strict=True))
    select = _projection(program, matched, types, path)
    connection.execute(f"CREATE VIEW customers AS {select}")
    refused = _unreadable(program, connection, matched, types, file, path)
    if check_duplicates:
        refused = _with(refused, _repeated(program, connection, file))
    notes = tuple(_absent(program, frozenset(matched), Place(file=file)))
    if path is not None:
        return Customers(None, path, select, refused, notes, frozenset(matched), file)
    table = connection.table("customers").order(f'"{ROW}"').to_arrow_table()
    return Customers(table, None, "", refused, notes, frozenset(matched), file)


def _projection(program: Program, matched: Mapping[str, str], types: Mapping[str, Any], path: Path | None) -> str:
    columns = [f'CAST(file_row_number + 1 AS BIGINT) AS "{ROW}"']
    for rule in program.inputs:
        header = matched.get(rule.id)
        kind = fact_column_type(rule)
        value = f"CAST(NULL AS {kind})" if header is None else _typed(_quoted(header), str(types[header]), rule, kind)
        columns.append(f"{value} AS {_quoted(rule.id)}")
    return f"SELECT {', '.join(columns)} FROM {_source_name(path)}"


def _source_name(path: Path | None) -> str:
    if path is None:
        return "source_table"
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
    program: Program, connection: duckdb.DuckDBPyConnection, matched: Mapping[str, str], types: Mapping[str, Any], file: str, path: Path | None
) -> dict[int, tuple[Problem, ...]]:  # fmt: skip
    """Find values that are not of their type or outside their range.

    Ranges are first asked of the whole table: for Parquet the answer comes from its statistics and costs nothing.
    """
    refused: dict[int, tuple[Problem, ...]] = {}
    for rule in program.inputs:
        header = matched.get(rule.id)
        if header is None:
            continue
        conditions = [*_not_of_type(rule, header, str(types[header])), *_outside(rule, connection)]
        if not conditions:
            continue
        column = _quoted(rule.id)
        raw = _quoted(header)
        found = connection.execute(
            f'SELECT customers."{ROW}", CAST({raw} AS VARCHAR) FROM customers JOIN {_source_name(path)} AS source '
            f'ON customers."{ROW}" = source.file_row_number + 1 WHERE {" OR ".join(conditions).replace("@", f"customers.{column}")}'
            .replace(f"CAST({raw}", f"CAST(source.{raw}")
        ).fetchall()
        for row, value in found:
            refused[row] = (*refused.get(row, ()), _bad_value(rule, value, file, row))
    return refused


def _not_of_type(rule: FactRule, header: str, given: str) -> list[str]:
    if given == fact_column_type(rule) or not (rule.fact.type.is_number or rule.fact.type in {Kind.FLAG, Kind.DATE}):
        return []
    raw = f"source.{_quoted(header)}"
    conditions = [f"(@ IS NULL AND {raw} IS NOT NULL AND TRIM(CAST({raw} AS VARCHAR)) <> '')"]
    if rule.fact.type in {Kind.COUNT, Kind.DAYS} and given in {"DOUBLE", "FLOAT", "VARCHAR"} or given.startswith("DECIMAL"):
        whole = rule.fact.type in {Kind.COUNT, Kind.DAYS}
        conditions += [f"(TRY_CAST({raw} AS DECIMAL(38, 9)) <> @)"] if whole else []
    return conditions


def _outside(rule: FactRule, connection: duckdb.DuckDBPyConnection) -> list[str]:
    column = _quoted(rule.id)
    if rule.fact.type is Kind.CHOICE and rule.fact.choices:
        options = ", ".join("'" + choice.replace("'", "''") + "'" for choice in rule.fact.choices)
        return [f"(@ NOT IN ({options}))"]
    if not rule.fact.type.is_number:
        return []
    low, high = rule.fact.bounds
    least, most = connection.execute(f"SELECT MIN({column}), MAX({column}) FROM customers").fetchone() or (None, None)
    if (least is None or least >= low) and (most is None or most <= high):
        return []
    return [f"(@ < {low:f} OR @ > {high:f})"]


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
    repeated = connection.execute(
        f'SELECT {key}, list("{ROW}" ORDER BY "{ROW}") FROM customers WHERE {key} IS NOT NULL GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY MIN("{ROW}")'
    ).fetchall()
    problems = []
    for value, rows in repeated:
        listed = "、".join(str(row) for row in rows)
        problems += [
            Problem(
                "duplicate-customer",
                _("客户“{value}”有 {count} 行: 第 {rows} 行。").format(value=value, count=len(rows), rows=listed),
                _("不知道以哪一行为准。"),
                _("留下对的一行, 删去其余。"),
                Place(file=file, row=row),
                facts=(program.key,),
            )
            for row in rows
        ]
    return problems


def exact_facts(program: Program, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a customer's facts given in Python to the digits and types of the policy; raise Refusal for what cannot be."""
    known: dict[str, Any] = {}
    problems: list[Problem] = []
    for rule in program.inputs:
        value = facts.get(rule.id)
        try:
            known[rule.id] = None if value is None else _exact_value(rule, value)
        except (ValueError, ArithmeticError):
            problems.append(_bad_value(rule, str(value), "", 0))
    if problems:
        raise Refusal(_("有事实不能用。"), problems)
    return known


def _exact_value(rule: FactRule, value: Any) -> Any:
    kind = rule.fact.type
    if kind.is_number:
        number = Decimal(str(value)) if not isinstance(value, bool) else None
        if number is None or not number.is_finite():
            raise ValueError(value)
        number = number.quantize(Decimal(1).scaleb(-rule.fact.scale), "ROUND_HALF_UP")
        low, high = rule.fact.bounds
        if not low <= number <= high:
            raise ValueError(value)
        return number
    if kind is Kind.FLAG and not isinstance(value, bool):
        raise ValueError(value)
    if kind is Kind.DATE and not isinstance(value, datetime.date):
        raise ValueError(value)
    if kind is Kind.CHOICE and rule.fact.choices and value not in rule.fact.choices:
        raise ValueError(value)
    return value if kind in {Kind.FLAG, Kind.DATE} else str(value)
