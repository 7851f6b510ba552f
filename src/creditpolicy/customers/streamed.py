"""Customers in a Parquet file too large for memory: DuckDB reads it where it lies, and only checks pass over it first.

Every cell means here what it means in a small file: what DuckDB cannot surely read is read as any cell is, once for each
different way of writing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW, fact_column_type
from creditpolicy.customers.native import Native, by_digits, is_nested, native
from creditpolicy.customers.wanted import Customers, Stamp, wanted_columns
from creditpolicy.language import _, listed
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program
from creditpolicy.tables import Column, match_headers, read_value
from creditpolicy.tables.cells import PLAINLY, Bad, Manner, Value
from creditpolicy.tables.dates import day_comes_first

ODD = 10_000
"""So many different odd ways of writing may stand in a column of a large file; more, and it is the column that is wrong."""
BAD_ROWS = 300_000
"""So many rows of a large file may be refused one by one; more, and it is the file that is wrong."""
_COUNTED = "file_row_number"


def parquet_rows(path: Path) -> int:
    """Count the rows of a Parquet file from its footer; raise Refusal where it is none."""
    counted = _asked(path, f"SELECT COUNT(*) AS rows FROM {_scan(path)}")
    return int(counted.column("rows")[0].as_py())


def parquet_table(path: Path) -> pa.Table:
    """Read a whole Parquet file."""
    return _asked(path, f"SELECT * FROM {_scan(path)}")


def _scan(path: Path, *, counted: bool = False) -> str:
    """Name the file in SQL. Texts that older programs wrote without saying so are read as texts."""
    options = "binary_as_string=true" + (f", {_COUNTED}=true" if counted else "")
    return f"read_parquet({_literal(str(path))}, {options})"


def _asked(path: Path, query: str) -> pa.Table:
    if not path.exists():
        raise _unusable(path, "no-file", _("没有这个文件。"), _("核对文件名和所在的文件夹。"))
    if not path.is_file():
        raise _unusable(path, "no-file", _("这是一个文件夹。"), _("指明其中的一个文件。"))
    try:
        with duckdb.connect() as connection:
            return connection.sql(query).to_arrow_table()
    except (duckdb.Error, UnicodeError, RuntimeError) as error:  # RuntimeError: a heading that is not UTF-8
        raise _broken(path) from error


def _broken(path: Path) -> Refusal:
    what = _("不是 Parquet 文件, 或没有下载完整, 或里面的文字不是 UTF-8。")
    return _unusable(path, "unreadable", what, _("重新导出一次。"))


def _unusable(path: Path, code: str, what: str, fix: str) -> Refusal:
    return Refusal(_("这个文件不能用: {file}").format(file=path), [Problem(code, what, "", fix, Place(file=str(path)))])


# Streaming -----------------------------------------------------------------------------------------------------------


@dataclass
class _Read:
    """A column under way: how DuckDB reads it, and what the odd ways of writing in it mean (None: nothing was written)."""

    column: Column
    raw: str
    native: Native
    wanted: str
    found: dict[str, str | None] = field(default_factory=dict)
    bad: dict[str, Bad] = field(default_factory=dict)

    @property
    def odd(self) -> bool:
        return bool(self.found or self.bad)

    @property
    def values(self) -> dict[str, str]:
        return {cell: value for cell, value in self.found.items() if value is not None}


def stream_customers(
    program: Program, path: Path, mapping: Mapping[str, str] | str | Path | None, *, check_duplicates: bool
) -> Customers:
    """Check a large Parquet file and say how DuckDB is to read it. Raises Refusal where a whole column cannot be used."""
    path = path.resolve()
    try:
        return _checked(program, path, mapping, check_duplicates)
    except (duckdb.InvalidInputException, duckdb.IOException, UnicodeError, RuntimeError) as error:
        raise _broken(path) from error


def _checked(
    program: Program, path: Path, mapping: Mapping[str, str] | str | Path | None, check_duplicates: bool
) -> Customers:
    place = Place(file=path.name)
    stamp = Stamp.of(path)
    with duckdb.connect() as connection:
        types = _types(connection, path)
        matched = match_headers(list(types), wanted_columns(program), mapping)
        if program.key not in matched:
            raise _no_key(program, types, place)
        reads = _reads(program, connection, path, matched, types)
        select = _select(program, path, reads)
        connection.execute(f"CREATE VIEW customers AS {select}")
        needed = program.used | {program.key}
        refused: dict[int, tuple[Problem, ...]] = {}
        notes: list[Problem] = []
        for read in reads.values():
            found = list(_bad_rows(connection, path, read, place, key=read.column.id == program.key))
            if read.column.id in needed:
                for row, problem in found:
                    refused[row] = (*refused.get(row, ()), problem)
            else:
                notes += unread_notes(program, [problem for _row, problem in found])
        if check_duplicates:
            for row, problem in _repeated(program, connection, matched[program.key], place):
                refused[row] = (*refused.get(row, ()), problem)
    unmatched = tuple(name for name in types if name not in matched.values())
    return Customers(
        None, path, select, refused, tuple(notes), frozenset(matched), path.name, unused=unmatched, stamp=stamp
    )


def _types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {_scan(path)}").fetchall()
    types = {str(name): str(kind) for name, kind, *_rest in described}
    if _COUNTED in types:
        what = _("有一列名叫 {name}, 与数行号用的名字相同。").format(name=_COUNTED)
        raise _unusable(path, "reserved-name", what, _("把这一列改名或去掉, 再导出。"))
    return types


def _no_key(program: Program, types: Mapping[str, str], place: Place) -> Refusal:
    found = _("找到的列: {headers}。").format(headers=listed(list(types)[:20]))
    return Refusal(
        _("表里没有“{label}”这一列。").format(label=program.fact[program.key].fact.label),
        [Problem("no-key", found, "", _("加上这一列, 或用对照表指明。"), place)],
    )


def refuse_nested(column: Column, given: str, place: Place) -> None:
    """Raise Refusal for a column whose cells are lists or records."""
    raise Refusal(
        _("“{label}”这一列不能用。").format(label=column.label),
        [
            Problem(
                "nested-column",
                _("一格里不是一个值, 而是{given}。").format(given=_("列表或记录 ({type})").format(type=given[:40])),
                "",
                _("导出成一格一个值。"),
                place,
                facts=(column.id,),
            )
        ],
    )


def _reads(
    program: Program,
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    matched: Mapping[str, str],
    types: Mapping[str, str],
) -> dict[str, _Read]:
    reads: dict[str, _Read] = {}
    for column in wanted_columns(program):
        header = matched.get(column.id)
        if header is None:
            continue
        given, wanted = types[header], fact_column_type(program.fact[column.id])
        if is_nested(given):
            refuse_nested(column, given, Place(file=path.name))
        raw = f"source.{_quoted(header)}"
        if given == "FLOAT":
            raw, given = by_digits(raw), "DOUBLE"
        read = _Read(column, raw, native(raw, given, column, wanted), wanted)
        if not (given == wanted and _inside(connection, path, read)):
            _read_odd(connection, path, read)
        reads[column.id] = read
    return reads


def _inside(connection: duckdb.DuckDBPyConnection, path: Path, read: _Read) -> bool:
    """Tell whether a column of the exact type has no value outside its range: Parquet's own statistics know."""
    if not read.column.kind.is_number:
        return read.column.kind is Kind.FLAG
    asked = f"SELECT MIN({read.raw}), MAX({read.raw}) FROM {_scan(path)} AS source"
    least, most = connection.execute(asked).fetchone() or (None, None)
    low, high = read.column.bounds
    return least is None or (least >= low and most <= high)


def _read_odd(connection: duckdb.DuckDBPyConnection, path: Path, read: _Read) -> None:
    """Read every different cell that DuckDB cannot surely read, as cells are read; note the values and the faults."""
    query = (
        f"SELECT DISTINCT {_cell(read.raw)} AS cell, {read.raw} AS raw FROM {_scan(path)} AS source "
        f"WHERE {read.raw} IS NOT NULL AND ({read.native.sure}) IS NOT TRUE LIMIT {ODD + 1}"
    )
    found = connection.sql(query).to_arrow_table().to_pydict()
    cells = list(zip(found["cell"], found["raw"], strict=True))
    if len(cells) > ODD:
        raise _too_odd(read.column, [str(cell) for cell, _raw in cells[:3]], path)
    manner = PLAINLY
    if read.column.kind is Kind.DATE:
        manner = Manner(day_first=day_comes_first({raw for _cell, raw in cells if isinstance(raw, str)}))
    for cell, raw in cells:
        verdict = read_value(raw, read.column, manner)
        if isinstance(verdict, Bad):
            read.bad[str(cell)] = verdict
        elif isinstance(verdict, Value):
            if verdict.comma_decimal:
                raise _too_odd(read.column, [str(cell)], path)
            read.found[str(cell)] = _written(verdict.value)
        else:
            read.found[str(cell)] = None


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _too_odd(column: Column, examples: list[str], path: Path) -> Refusal:
    return Refusal(
        _("“{label}”这一列不能用。").format(label=column.label),
        [
            Problem(
                "odd-column",
                _("文件太大, 而这一列里有许多不规则的写法, 如{examples}。").format(
                    examples=listed(f"“{cell[:40]}”" for cell in examples)
                ),
                _("一百万行以上的文件不逐格辨认。"),
                _("导出前把这一列整理成数字、日期或规定的选项, 或分成几个文件。"),
                Place(file=path.name),
                facts=(column.id,),
            )
        ],
    )


def _select(program: Program, path: Path, reads: Mapping[str, _Read]) -> str:
    columns = [f'CAST(source.{_COUNTED} + 1 AS BIGINT) AS "{ROW}"']
    joins = []
    for number, rule in enumerate(program.inputs):
        read = reads.get(rule.id)
        if read is None:
            value = f"CAST(NULL AS {fact_column_type(rule)})"
        elif not read.odd:
            value = read.native.value
        else:
            value = f"CASE WHEN {read.native.sure} THEN {read.native.value} END"
            if read.values:
                rows = ", ".join(f"({_literal(cell)}, {_literal(found)})" for cell, found in read.values.items())
                joins.append(f"LEFT JOIN (VALUES {rows}) AS odd_{number}(cell, found) "
                             f"ON {_cell(read.raw)} = odd_{number}.cell")  # fmt: skip
                value = f"COALESCE({value}, CAST(odd_{number}.found AS {read.wanted}))"
        columns.append(f"{value} AS {_quoted(rule.id)}")
    return f"SELECT {', '.join(columns)} FROM {_scan(path, counted=True)} AS source {' '.join(joins)}".strip()


# What is wrong -------------------------------------------------------------------------------------------------------


def _bad_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, read: _Read, place: Place, *, key: bool
) -> Iterator[tuple[int, Problem]]:
    """Find the rows of the cells that could not be read, and for the key those that have none."""
    found: list[tuple[int, str]] = []
    if read.bad:
        connection.register("bad_cells", pa.table({"cell": pa.array(list(read.bad), pa.string())}))
        found = connection.execute(
            f"SELECT source.{_COUNTED} + 1, bad_cells.cell FROM {_scan(path, counted=True)} AS source "
            f"JOIN bad_cells ON {_cell(read.raw)} = bad_cells.cell ORDER BY 1 LIMIT {BAD_ROWS + 1}"
        ).fetchall()
        connection.unregister("bad_cells")
        if len(found) > BAD_ROWS:
            raise _too_odd(read.column, list(read.bad)[:3], path)
        for row, cell in found:
            bad = read.bad[cell]
            where = replace(place, row=row)
            yield row, Problem(bad.code, bad.what, bad.why, bad.fix, where, facts=(read.column.id,))
    if not key:
        return
    without = f'SELECT "{ROW}" FROM customers WHERE {_quoted(read.column.id)} IS NULL ORDER BY 1 LIMIT {BAD_ROWS + 1}'
    unread = {row for row, _cell in found}
    for (row,) in connection.execute(without).fetchall():
        if row not in unread:
            yield row, _missing_key(read.column, replace(place, row=row))


def _missing_key(column: Column, where: Place) -> Problem:
    return Problem(
        "missing-key",
        _("这一行没有“{label}”。").format(label=column.label),
        _("不知道是哪一家, 不能用。"),
        _("补上“{label}”; 不是数据的行就删去。").format(label=column.label),
        where,
        facts=(column.id,),
    )


def _repeated(
    program: Program, connection: duckdb.DuckDBPyConnection, header: str, place: Place
) -> Iterator[tuple[int, Problem]]:
    key = _quoted(program.key)
    twice = f"SELECT {key} FROM customers WHERE {key} IS NOT NULL GROUP BY {key} HAVING COUNT(*) > 1"
    found = connection.execute(
        f'SELECT {key}, "{ROW}" FROM customers WHERE {key} IN ({twice}) ORDER BY {key}, "{ROW}" LIMIT {BAD_ROWS + 1}'
    ).fetchall()
    if len(found) > BAD_ROWS:
        what = _("重复的超过 {count} 行, 如“{value}”。").format(count=BAD_ROWS, value=found[0][0])
        raise Refusal(
            _("“{label}”这一列不能用。").format(label=header),
            [Problem("duplicate", what, "", _("核对是否选错了列, 或合并时重复了。"), place, facts=(program.key,))],
        )
    rows_of: dict[str, list[int]] = {}
    for value, row in found:
        rows_of.setdefault(value, []).append(row)
    for value, rows in rows_of.items():
        among = listed(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
        for row in rows:
            yield (
                row,
                Problem(
                    "duplicate",
                    _("“{label}”{value} 在第 {rows} 行都有。").format(label=header, value=value, rows=among),
                    _("同一家出现多次, 看不出以哪一行为准。"),
                    _("只留一行; 是两家就改好编号。"),
                    replace(place, row=row),
                    facts=(program.key,),
                ),
            )


def unread_notes(program: Program, found: Iterable[Problem]) -> list[Problem]:
    """Remark once for each fact on its cells that could not be read and that no rating needs."""
    by_fact: dict[str, list[Problem]] = {}
    for problem in found:
        by_fact.setdefault(problem.facts[0] if problem.facts else "", []).append(problem)
    notes = []
    for name, problems in by_fact.items():
        first = problems[0]
        if len(problems) > 1:
            label = program.fact[name].fact.label if name in program.fact else name
            what = _("“{label}”有 {count} 格读不出来, 评分不用它。第一格: {what}")
            first = replace(first, what=what.format(label=label, count=len(problems), what=first.what))
        notes.append(replace(first, severity="warning"))
    return notes


def _cell(raw: str) -> str:
    return f"CAST({raw} AS VARCHAR)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
