"""Reads a user's own file of invoices, receipts, orders, events or statements into its canonical table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from creditpolicy.facts.canonical import TABLES, CanonicalColumn, CanonicalTable
from creditpolicy.facts.deriving import Table, as_arrow
from creditpolicy.facts.query import as_typed, text
from creditpolicy.language import _, listed
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables import Column, TableReading, match_headers, read_frame, read_table

Mapped = Mapping[str, str] | Path | str | None


@dataclass(frozen=True, slots=True)
class Dealings:
    """A canonical table read.

    `table` goes straight into `derive`: an Arrow table with the columns that were found, or the path of a Parquet file
    that is canonical already. `rows` counts its rows, `left_out` the rows that could not be used; `problems` tell of each
    of these, and of the whole as warnings. `doubtful` gives the problems by customer: what is derived for these lacks rows.
    """

    kind: str
    table: Table
    rows: int
    left_out: int
    problems: tuple[Problem, ...]
    doubtful: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


def read_dealings(
    source: Table,
    kind: str,
    mapping: Mapped = None,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
) -> Dealings:
    """Read a file (xlsx, xls, ods, csv, their gzip, parquet) or a frame into the canonical table `kind`.

    `kind` is invoices, receipts, orders, events or statements. Good rows go on where others are bad. Raises Refusal where
    the table cannot be used at all.
    """
    table = TABLES[kind]
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.suffix.lower() == ".parquet":
            return _from_parquet(table, path, mapping)
        hints: dict[str, Any] = {"sheet": sheet, "encoding": encoding, "day_first": day_first}
        reading = _with_weaker(table, lambda columns: read_table(path, columns, mapping=mapping, **hints))
        return _canonical(table, reading)
    frame = as_arrow(source)
    return _canonical(table, _with_weaker(table, lambda columns: read_frame(frame, columns, mapping=mapping)))


def wanted_columns(table: CanonicalTable, weaker: Iterable[str] = ()) -> list[Column]:
    """Say what the reader of tables is to look for; the columns in `weaker` also answer to very general headings."""
    weak = frozenset(weaker)
    return [_column(column, weaker=column.id in weak) for column in table.columns]


def _column(column: CanonicalColumn, *, weaker: bool) -> Column:
    labels = (str(column.label), column.label.zh, column.label.en, *column.synonyms, *(column.weak if weaker else ()))
    unit = "元" if column.kind is Kind.AMOUNT else ""
    return Column(
        column.id,
        tuple(dict.fromkeys(labels)),
        column.kind,
        column.scale,
        column.low,
        column.high,
        unit=unit,
        unit_shown=_(unit),
        required=column.required,
    )


def _with_weaker(table: CanonicalTable, read: Any) -> TableReading:
    """Read by the sure headings; where a column without which nothing goes is not found, by the general ones too."""
    try:
        return _whole(table, read(wanted_columns(table)))
    except Refusal as refusal:
        lacking = {name for problem in refusal.problems for name in problem.facts} & set(table.required)
        try:
            return _whole(table, read(wanted_columns(table, lacking or table.required)))
        except Refusal:
            raise refusal from None


def _whole(table: CanonicalTable, reading: TableReading) -> TableReading:
    absent = [table.by_id[name] for name in table.required if name not in reading.matched]
    if absent:
        names = listed(column.label for column in absent)
        raise Refusal(
            _("“{table}”表里没有这些列: {names}。").format(table=table.label, names=names),
            [
                Problem(
                    "missing-column",
                    _("没有认出来的表头: {headers}。").format(headers=listed(reading.unmatched[:20])),
                    "",
                    _("加上这些列, 或用对照表指明。"),
                    Place(file=reading.file, sheet=reading.sheet),
                    facts=tuple(column.id for column in absent),
                )
            ],
        )
    return reading


def _from_parquet(table: CanonicalTable, path: Path, mapping: Mapped) -> Dealings:
    if not path.is_file():
        raise Refusal(_("找不到文件 {file}。").format(file=path.name))
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(f"SELECT count(*) FROM read_parquet({text(str(path))})").fetchall()
            if _is_canonical(connection, table, path):
                return Dealings(table.id, path, int(rows[0][0]), 0, ())
            frame = connection.read_parquet(str(path)).to_arrow_table()
        except duckdb.Error as error:
            raise Refusal(
                _("文件 {file} 读不出来: 不是完好的 Parquet 文件。").format(file=path.name),
                [Problem("unreadable", str(error).splitlines()[0], "", _("重新导出一次。"), Place(file=path.name))],
            ) from error
    return _canonical(
        table, _with_weaker(table, lambda columns: read_frame(frame, columns, mapping=mapping, file=path.name))
    )


def _is_canonical(connection: duckdb.DuckDBPyConnection, table: CanonicalTable, path: Path) -> bool:
    """Whether a Parquet file can be computed with as it is: names, types and words are the canonical ones."""
    file = text(str(path))
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    matched = match_headers(list(types), wanted_columns(table))
    if set(matched) != set(matched.values()) or not set(table.required) <= set(matched):
        return False
    if any(as_typed(table.by_id[name], types[name]) != name for name in matched):
        return False
    if table.words_column not in matched:
        return True
    found = connection.execute(f"SELECT DISTINCT {table.words_column} FROM read_parquet({file})").fetchall()
    return all(row[0] is None or row[0] in (table.words or {}) for row in found)


def _canonical(table: CanonicalTable, reading: TableReading) -> Dealings:
    """Bring words to the canonical ones, leave out the rows that cannot be used, and tell of each."""
    columns = reading.table.select([column.id for column in table.columns if column.id in reading.matched])
    problems = [problem for problem in reading.problems if problem.code != "absent-columns"]
    left_out = dict(reading.bad)
    for number, problem in _blank(table, reading):
        left_out.setdefault(number, (problem,))
    if table.words_column in columns.column_names:
        columns, strange = _words(table, columns)
        for position, word in strange.items():
            number = reading.rows[position]
            left_out[number] = (*left_out.get(number, ()), _strange(table, reading, number, word))
    if left_out:
        kept = pa.array([number not in left_out for number in reading.rows], pa.bool_())
        columns = columns.filter(kept)
    problems += [problem for number in sorted(left_out) for problem in left_out[number]]
    doubtful = _by_customer(reading, left_out)
    return Dealings(table.id, columns, columns.num_rows, len(left_out), tuple(problems), doubtful)


def _by_customer(reading: TableReading, left_out: Mapping[int, tuple[Problem, ...]]) -> dict[str, tuple[Problem, ...]]:
    """Give the problems of the rows left out by whose they are, where that could be read."""
    found: dict[str, tuple[Problem, ...]] = {}
    if not left_out:
        return found
    for number, customer in zip(reading.rows, reading.table.column("customer_id").to_pylist(), strict=True):
        if customer is not None and number in left_out:
            found[customer] = (*found.get(customer, ()), *left_out[number])
    return found


def _blank(table: CanonicalTable, reading: TableReading) -> Iterator[tuple[int, Problem]]:
    """Find the rows that lack what they cannot do without."""
    for name in table.required:
        column = reading.table.column(name)
        if not column.null_count:
            continue
        label = reading.matched[name]
        for position, there in enumerate(column.is_valid().to_pylist()):
            if not there and reading.rows[position] not in reading.bad:
                number = reading.rows[position]
                what = _("这一行没有“{label}”, 没有计入。").format(label=label)
                fix = _("补上“{label}”; 不是数据的行就删去。").format(label=label)
                yield number, Problem("blank", what, "", fix, _place(reading, number), facts=(name,))


def _words(table: CanonicalTable, columns: pa.Table) -> tuple[pa.Table, dict[int, str]]:
    """Replace each word by the canonical one; give, by position, the words that nobody knows."""
    name = table.words_column
    encoded = columns.column(name).combine_chunks().dictionary_encode()
    known = {
        _plain(word): canonical for canonical, words in (table.words or {}).items() for word in (canonical, *words)
    }
    words = encoded.dictionary.to_pylist()
    canonical = pa.array([known.get(_plain(word)) for word in words], pa.string())
    strange = {index for index, word in enumerate(words) if _plain(word) not in known}
    found: dict[int, str] = {}
    if strange:
        for position, index in enumerate(encoded.indices.to_pylist()):
            if index in strange:
                found[position] = words[index]
    replaced = pc.take(canonical, encoded.indices)
    return columns.set_column(columns.column_names.index(name), name, replaced), found


def _plain(word: str) -> str:
    return "".join(word.split()).lower().replace("_", "").replace("-", "")


def _strange(table: CanonicalTable, reading: TableReading, number: int, word: str) -> Problem:
    label = table.by_id[table.words_column].label
    known = listed(words[0] for words in (table.words or {}).values())
    return Problem(
        "unknown-word",
        _("“{label}”写着“{word}”, 看不懂, 这一行没有计入。").format(label=label, word=word[:40]),
        "",
        _("写成其中之一: {words}。").format(words=known),
        _place(reading, number),
        facts=(table.words_column,),
    )


def _place(reading: TableReading, number: int) -> Place:
    return replace(Place(file=reading.file, sheet=reading.sheet), row=number)
