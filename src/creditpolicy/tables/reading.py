"""Read a table that people keep: xlsx, xlsm, xls, ods, csv, tsv, txt and their gzip, into exact typed columns and problems.

`read_table` → identify the file → its sheets (a workbook in a child process) → the sheet and its headings → the rows →
each column. Every cell is a value, a blank or a problem with its address; every row is read or said to be skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal, faults
from creditpolicy.tables.bindings import Binding, Bound, bind
from creditpolicy.tables.bulk import Typed, read_column
from creditpolicy.tables.cells import Bad
from creditpolicy.tables.characters import column_letters
from creditpolicy.tables.choosing import Chosen, choose_sheet
from creditpolicy.tables.columns import Column
from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.headings import Names
from creditpolicy.tables.mapping import read_mapping
from creditpolicy.tables.reasons import refusal
from creditpolicy.tables.rows import Rows, data_rows
from creditpolicy.tables.sheets import Row
from creditpolicy.tables.sources import identify
from creditpolicy.tables.telling import notes_on_rows, rounded_note


@dataclass(frozen=True)
class TableReading:
    """What a table says.

    `table` has a column for each wanted one, in their order: decimal128, bool, date32 or string; blank, bad and absent
    cells are null. `rows` gives the number of each row as the user's program shows it, `matched` the heading that serves
    each column, `unmatched` those that serve none. `bad` holds the bad cells by row number: a row with one in a fact that
    is used must be refused, for it is not blank. `problems` are warnings about the whole. `skipped` names the rows that
    are no data; with `blank_rows` and `rows` they make up all rows to the last. `at` gives the place (from 0) of each
    matched column in the sheet.
    """

    table: pa.Table
    rows: list[int]
    sheet: str
    matched: dict[str, str]
    unmatched: tuple[str, ...]
    bad: dict[int, tuple[Problem, ...]]
    problems: tuple[Problem, ...]
    file: str = ""
    skipped: dict[int, str] = field(default_factory=dict)
    blank_rows: int = 0
    at: dict[str, int] = field(default_factory=dict)


def read_table(
    path: Path | str,
    columns: Sequence[Column],
    *,
    key: str | None = "customer_id",
    mapping: Mapping[str, str] | Path | str | None = None,
    sheet: str | None = None,
    day_first: bool | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> TableReading:
    """Read the table in a file. Raises `Refusal`, naming every reason at once, where it cannot be used.

    `key` is the column without which a row says nothing (None: no such column). `mapping` tells headings that names
    alone do not: a dict or a YAML, JSON or CSV file. `sheet` is a sheet's name. `day_first` settles 1/5/2024, `encoding`
    the characters of a text file, where the file itself does not.
    """
    limits, file = limits or Limits(), str(path)
    names = Names(columns, read_mapping(mapping, columns))
    try:
        source = identify(Path(path), limits)
        chosen = choose_sheet(source, names, sheet, encoding, limits)
        place = Place(file=file, sheet=chosen.sheet.name)
        bound = bind(chosen.sheet, chosen.layout, columns, key, place)
        _refuse_faults(file, bound)
        rows = data_rows(chosen.sheet, chosen.layout, bound.bindings, key)
    except Refused as refused:
        raise refusal(refused, file) from refused
    return _typed(columns, chosen, bound, rows, _Frame(place, key, day_first, limits))


@dataclass(frozen=True, slots=True)
class _Frame:
    place: Place
    key: str | None
    day_first: bool | None
    limits: Limits


def _refuse_faults(file: str, bound: Bound) -> None:
    found = faults(bound.problems)
    if found:
        raise Refusal(_("这个文件不能用: {file}").format(file=file), found)


def _typed(columns: Sequence[Column], chosen: Chosen, bound: Bound, rows: Rows, frame: _Frame) -> TableReading:
    arrays: dict[str, pa.Array] = {}
    rounded: dict[str, int] = {}
    bad = _Bad(frame)
    ragged = _ragged(rows.data, chosen, bound, bad)
    for column in columns:
        binding = bound.bindings.get(column.id)
        if binding is None:
            arrays[column.id] = pa.nulls(len(rows.data), column.arrow_type)
            continue
        typed = _column(rows.data, binding, frame.day_first, ragged)
        arrays[column.id] = typed.array
        rounded[column.id] = typed.rounded
        for position, fault in typed.bad.items():
            bad.add(rows.data[position][0], fault, column.id, binding.index)
        if column.id == frame.key:
            _missing_key(rows.data, typed, binding, ragged, bad)
    return TableReading(
        table=pa.table(arrays, schema=pa.schema([(column.id, column.arrow_type) for column in columns])),
        rows=[number for number, _cells in rows.data],
        sheet=chosen.sheet.name,
        matched={name: binding.text for name, binding in bound.bindings.items()},
        unmatched=bound.unmatched,
        bad=bad.by_row(),
        problems=(
            *chosen.problems,
            *bound.problems,
            *notes_on_rows(rows, chosen.sheet, frame.place),
            *rounded_note(columns, rounded, frame.place),
        ),
        file=frame.place.file,
        skipped=dict(sorted(rows.skipped.items())),
        blank_rows=rows.last - len(rows.skipped) - len(rows.data),
        at={name: binding.index for name, binding in bound.bindings.items()},
    )


def _column(data: Sequence[Row], binding: Binding, day_first: bool | None, ragged: set[int]) -> Typed:
    index = binding.index
    cells = [cells[index] if index < len(cells) else None for _number, cells in data]
    for position in ragged:
        cells[position] = None
    return read_column(cells, binding.column, binding.power, day_first)


class _Bad:
    """Gathers the bad cells by row; refuses a file in which nearly everything is bad."""

    def __init__(self, frame: _Frame) -> None:
        self._frame = frame
        self._found: dict[int, list[Problem]] = {}
        self._left = frame.limits.bad_cells

    def add(self, row: int, fault: Bad, column: str, index: int | None, facts: tuple[str, ...] = ()) -> None:
        cell = f"{column_letters(index)}{row}" if index is not None else ""
        where = replace(self._frame.place, row=row, cell=cell)
        problem = Problem(fault.code, fault.what, fault.why, fault.fix, where, facts=facts or (column,))
        self._found.setdefault(row, []).append(problem)
        self._left -= 1
        if self._left < 0:
            first = [problem for found in list(self._found.values())[:5] for problem in found]
            message = _("{file} 里有问题的格子超过 {limit} 个, 多半是列或表头弄错了。前几个是:")
            raise Refusal(message.format(file=where.file, limit=self._frame.limits.bad_cells), first)

    def by_row(self) -> dict[int, tuple[Problem, ...]]:
        return {row: tuple(problems) for row, problems in sorted(self._found.items())}


def _ragged(data: Sequence[Row], chosen: Chosen, bound: Bound, bad: _Bad) -> set[int]:
    """Find the lines of a text file with fewer or more fields than headings: nobody knows which field is which there."""
    if not chosen.sheet.ragged:
        return set()
    width = max(len(chosen.sheet.rows[position][1]) for position in chosen.layout.heads)
    found: set[int] = set()
    for position, (number, cells) in enumerate(data):
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            continue
        found.add(position)
        fault = Bad(
            "ragged-row",
            _("这一行有 {count} 格, 表头有 {width} 格。").format(count=len(cells), width=width),
            _("多半是一格的文字里有分隔符而没有加引号, 或者这一行被截断, 后面的格子都会错位。"),
            _("给带分隔符的文字加上引号, 或补全这一行; 存成 .xlsx 就没有这个问题。"),
        )
        bad.add(number, fault, "", None, tuple(bound.bindings))
    return found


def _missing_key(data: Sequence[Row], typed: Typed, binding: Binding, ragged: set[int], bad: _Bad) -> None:
    if not typed.array.null_count:
        return
    fault = Bad(
        "missing-key",
        _("这一行没有“{label}”。").format(label=binding.column.label),
        _("不知道是哪一家, 不能用。"),
        _("补上“{label}”; 不是数据的行就删去。").format(label=binding.column.label),
    )
    for position, valid in enumerate(typed.array.is_valid().to_pylist()):
        if not valid and position not in typed.bad and position not in ragged:
            bad.add(data[position][0], fault, binding.column.id, binding.index)


def duplicates(reading: TableReading, key: str = "customer_id") -> list[Problem]:
    """Give a problem for each value of `key` that stands in several rows, naming the rows.

    Values that differ in the case of letters only are a warning: they may be two customers.
    """
    seen: dict[str, list[int]] = {}
    for number, value in zip(reading.rows, reading.table.column(key).to_pylist(), strict=True):
        if value is not None:
            seen.setdefault(str(value), []).append(number)
    place = Place(file=reading.file, sheet=reading.sheet)
    label = reading.matched.get(key, key)
    found = [_repeated(label, key, value, rows, place) for value, rows in seen.items() if len(rows) > 1]
    alike: dict[str, list[str]] = {}
    for value in seen:
        alike.setdefault(value.casefold(), []).append(value)
    return found + [_alike(key, values, seen, place) for values in alike.values() if len(values) > 1]


def _repeated(label: str, key: str, value: str, rows: Sequence[int], place: Place) -> Problem:
    return Problem(
        "duplicate",
        _("“{label}”{value} 在第 {rows} 行都有。").format(
            label=label, value=value, rows=listed(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
        ),
        _("同一家出现多次, 看不出以哪一行为准。"),
        _("只留一行; 是两家就改好编号。"),
        replace(place, row=rows[1]),
        facts=(key,),
    )


def _alike(key: str, values: Sequence[str], seen: Mapping[str, Sequence[int]], place: Place) -> Problem:
    return Problem(
        "alike",
        _("{values} 只有字母大小写不同, 按不同的客户处理。").format(values=listed(values[:5])),
        "",
        _("是同一家就写成一样。"),
        replace(place, row=seen[values[1]][0]),
        "warning",
        (key,),
    )
