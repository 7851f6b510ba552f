"""Derives facts from tables of dealings: one query over Parquet or Arrow, one row for each customer."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.facts.canonical import TABLES
from creditpolicy.facts.catalogue import CATALOGUE, SOURCES, needed_columns, needed_of
from creditpolicy.facts.derived import Derived
from creditpolicy.facts.inspecting import inspect
from creditpolicy.facts.query import LINE, Given, computable, facts_query, text
from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal

Table = Any
"""The path of a Parquet file, or anything that speaks Arrow: a pyarrow table, a frame, a DuckDB relation."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Facts derived.

    `table` has `customer_id` and a column for each fact asked for (DECIMAL, BOOLEAN or DATE; missing is null), ordered by
    customer. `dropped` counts the whole repeated rows left out, by table. `problems` say what could not be computed or
    was left out, and why. `sql` is the query that was run.
    """

    table: pa.Table
    dropped: Mapping[str, int]
    problems: tuple[Problem, ...]
    sql: str


def derive(  # noqa: PLR0913 (a table for each kind of dealings)
    connection: duckdb.DuckDBPyConnection | None = None,
    *,
    as_of: datetime.date,
    invoices: Table | None = None,
    receipts: Table | None = None,
    orders: Table | None = None,
    events: Table | None = None,
    statements: Table | None = None,
    names: Iterable[str] | None = None,
    currency: str | None = None,
    customers: Table | None = None,
) -> Derivation:
    """Derive facts as of a day from canonical tables; raise Refusal where a table cannot be used.

    `names` are facts of the catalogue (default: all that the given tables can answer). `currency` leaves out rows in
    others. `customers` has a column `customer_id`: a row comes for each of them, and for nobody else; by default for
    all who have a row on the day.
    """
    given = {"invoices": invoices, "receipts": receipts, "orders": orders, "events": events, "statements": statements}
    own = duckdb.connect() if connection is None else connection.cursor()
    try:
        sources = {name: _open(own, name, table) for name, table in given.items() if table is not None}
        wanted = _wanted(names, sources)
        problems = [*_unanswered(wanted, sources)]
        for name, source in sources.items():
            asked = needed_of(SOURCES[name], [fact for fact in wanted if computable(fact, sources)]).columns
            problems += inspect(own, TABLES[name], source, as_of, currency, asked)
        listed = _customers(own, customers)
        sql = facts_query([fact.id for fact in wanted], as_of, sources, currency=currency, customers=listed)
        found = own.sql(sql).order("customer_id").to_arrow_table()
    finally:
        own.close()
    table, dropped = _apart(found)
    return Derivation(table, dropped, (*problems, *_repeated(dropped)), sql)


def _wanted(names: Iterable[str] | None, sources: Mapping[str, Given]) -> list[Derived]:
    if names is None:
        return [fact for fact in CATALOGUE.values() if computable(fact, sources)]
    asked = list(dict.fromkeys(names))
    unknown = [name for name in asked if name not in CATALOGUE]
    if unknown:
        raise Refusal(
            _("目录里没有这些事实: {names}。").format(names=listed(unknown)),
            [
                Problem(
                    "unknown-derived",
                    _("目录里有: {names}。").format(names=", ".join(fact.id for fact in CATALOGUE.shown)),
                )
            ],
        )
    return [CATALOGUE[name] for name in asked]


def _unanswered(wanted: Iterable[Derived], sources: Mapping[str, Given]) -> list[Problem]:
    """Say which facts the given tables cannot answer, and what is lacking."""
    lacking: dict[str, list[str]] = {}
    for fact in wanted:
        if computable(fact, sources):
            continue
        for table, columns in needed_columns(fact).items():
            label = TABLES[table].label
            if table not in sources:
                lacking.setdefault(_("没有给出“{table}”表。").format(table=label), []).append(fact.id)
                continue
            for name in columns:
                if name not in sources[table].columns:
                    what = _("“{table}”表里没有“{column}”一列。")
                    named = what.format(table=label, column=TABLES[table].by_id[name].label)
                    lacking.setdefault(named, []).append(fact.id)
    return [
        Problem(
            "cannot-derive",
            what,
            _("这些事实对所有客户都缺失: {names}。").format(names=listed(CATALOGUE[name].label for name in names)),
            _("补上它; 用不到这些事实就不必。"),
            severity="warning",
            facts=tuple(names),
        )
        for what, names in lacking.items()
    ]


def _open(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> Given:
    """Make a table ready to be queried, and see that it has the columns without which it says nothing."""
    label = TABLES[name].label
    if isinstance(table, (str, Path)):
        relation, place = _parquet(Path(table)), Place(file=Path(table).name)
    else:
        relation, place = _registered(connection, name, table), Place()
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise Refusal(
            _("“{table}”表读不出来。").format(table=label),
            [Problem("unreadable", str(error).splitlines()[0], "", _("重新导出一次。"), place)],
        ) from error
    columns = {str(row[0]): str(row[1]) for row in described if row[0] != LINE}
    absent = [TABLES[name].by_id[column] for column in TABLES[name].required if column not in columns]
    if absent:
        lacking = listed(f"{column.label} ({column.id})" for column in absent)
        raise Refusal(
            _("“{table}”表缺少列: {names}。").format(table=label, names=lacking),
            [Problem("missing-column", _("有这些列: {names}。").format(names=listed(columns)), where=place)],
        )
    return Given(relation, columns)


def _parquet(path: Path) -> str:
    if path.suffix.lower() != ".parquet":
        raise Refusal(
            _("{file} 不是 Parquet 文件。").format(file=path.name),
            [Problem("not-parquet", _("其他文件先用 read_dealings 读成规范的表。"), where=Place(file=path.name))],
        )
    if not path.is_file():
        raise Refusal(_("找不到文件 {file}。").format(file=path.name))
    return f"read_parquet({text(str(path))}, {LINE} = true)"


def _registered(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> str:
    view = f"given_{name}"
    frame = as_arrow(table)
    lines = connection.sql(f"SELECT range AS {LINE} FROM range({frame.num_rows})").to_arrow_table()
    connection.register(view, frame.append_column(LINE, lines.column(LINE)))
    return view


def as_arrow(table: Table) -> pa.Table:
    """Bring whatever speaks Arrow to an Arrow table."""
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.to_arrow_table()
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    raise Refusal(
        _("不认识这种数据: {kind}。").format(kind=type(table).__name__),
        [Problem("unknown-table", _("要 Parquet 文件的路径, 或 Arrow、pandas、Polars、DuckDB 的表。"))],
    )


def _customers(connection: duckdb.DuckDBPyConnection, customers: Table | None) -> str | None:
    if customers is None:
        return None
    if isinstance(customers, (str, Path)):
        return _parquet(Path(customers))
    return _registered(connection, "customers", customers)


def _apart(found: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Part the facts from the counts that stand beside them, and drop the row that stands for nobody."""
    counts = [name for name in found.column_names if name.startswith("repeated")]
    dropped = {name.partition(".")[2]: int(found.column(name)[0].as_py()) for name in counts if "." in name}
    table = found.drop_columns(counts)
    if table.num_rows == 1 and table.column("customer_id").null_count:
        table = table.slice(0, 0)
    return table, dropped


def _repeated(dropped: Mapping[str, int]) -> list[Problem]:
    return [
        Problem(
            "repeated-rows",
            _("“{table}”表有 {count} 行与别的行整行相同, 只算一次。").format(table=TABLES[name].label, count=count),
            _("多半是导出或粘贴重复; 算两次会使金额加倍。"),
            _("确是两笔的, 给它们不同的号码。"),
            severity="warning",
        )
        for name, count in dropped.items()
        if count
    ]
