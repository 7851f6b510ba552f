"""Looks a table of dealings over before it is computed with: rows without what they need, words, currencies, conflicts."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

import duckdb

from creditpolicy.facts.canonical import TABLES, CanonicalTable
from creditpolicy.facts.query import Given, as_typed, text
from creditpolicy.language import _, listed
from creditpolicy.problems import Problem, Refusal


def inspect(
    connection: duckdb.DuckDBPyConnection,
    table: CanonicalTable,
    given: Given,
    as_of: datetime.date,
    currency: str | None,
    asked: Collection[str],
) -> Iterator[Problem]:
    """Give what must be said of a table; raise Refusal where its rows cannot be told apart or added up.

    `asked` are the columns that the facts asked for read. Counts of a Parquet file's columns without blanks come from its
    statistics and cost nothing.
    """
    yield from _incomplete(connection, table, given, asked)
    if table.words_column in given.columns:
        _refuse_words(connection, table, given)
    if "currency" in given.columns:
        yield from _currencies(connection, table, given, currency)
    if table is TABLES["statements"]:
        yield from _conflicts(connection, given, as_of)


def _incomplete(
    connection: duckdb.DuckDBPyConnection, table: CanonicalTable, given: Given, asked: Collection[str]
) -> Iterator[Problem]:
    names = [*table.required, *({"due_on"} & set(asked) & set(given.columns))]
    counts = ", ".join(f"count({as_typed(table.by_id[name], given.columns[name])})" for name in names)
    found = connection.execute(f"SELECT count(*), {counts} FROM {given.relation}").fetchall()
    rows, *filled = (int(count) for count in found[0])
    for name, count in zip(names, filled, strict=True):
        if count == rows:
            continue
        label = table.by_id[name].label
        unknown = _("不知道何时到期, 逾期与迟付的事实都不看它们。"), _("没有它, 一行说明不了什么, 没有计入。")
        why = unknown[0] if name == "due_on" else unknown[1]
        yield Problem(
            "incomplete-rows",
            _("“{table}”表有 {count} 行没有可用的“{column}”。").format(
                table=table.label, count=rows - count, column=label
            ),
            why,
            _("补上“{column}”。").format(column=label),
            severity="warning",
        )


def _refuse_words(connection: duckdb.DuckDBPyConnection, table: CanonicalTable, given: Given) -> None:
    column = table.words_column
    known = table.words or {}
    found = connection.execute(f"SELECT DISTINCT CAST({column} AS VARCHAR) FROM {given.relation}").fetchall()
    strange = sorted(str(row[0]) for row in found if row[0] is not None and row[0] not in known)
    if strange:
        raise Refusal(
            _("“{table}”表的“{column}”有不认识的写法: {words}。").format(
                table=table.label, column=table.by_id[column].label, words=listed(strange[:10])
            ),
            [
                Problem(
                    "unknown-word",
                    _("这里要写: {words}。").format(words=listed(known)),
                    "",
                    _("用 read_dealings 读入会自动对应。"),
                )
            ],
        )


def _currencies(
    connection: duckdb.DuckDBPyConnection, table: CanonicalTable, given: Given, currency: str | None
) -> Iterator[Problem]:
    query = f"SELECT currency, count(*) FROM {given.relation} WHERE currency IS NOT NULL GROUP BY ALL ORDER BY ALL"
    found = {str(name): int(count) for name, count in connection.execute(query).fetchall()}
    if currency is None and len(found) > 1:
        raise Refusal(
            _("“{table}”表里有几种币种: {names}。").format(table=table.label, names=listed(found)),
            [Problem("currencies", _("不同币种的金额不能相加。"), "", _("指明一种币种, 或先折算成一种。"))],
        )
    others = {name: count for name, count in found.items() if currency is not None and name != currency}
    if others:
        yield Problem(
            "other-currency",
            _("“{table}”表有 {count} 行不是 {currency}, 没有计入: {names}。").format(
                table=table.label, count=sum(others.values()), currency=currency, names=listed(others)
            ),
            _("不同币种的金额不能相加。"),
            _("要计入就先折算。"),
            severity="warning",
        )


def _conflicts(connection: duckdb.DuckDBPyConnection, given: Given, as_of: datetime.date) -> Iterator[Problem]:
    table = TABLES["statements"]
    day = as_typed(table.by_id["period_end"], given.columns["period_end"])
    columns = ", ".join('"' + name.replace('"', '""') + '"' for name in given.columns)
    found = connection.execute(
        f"SELECT DISTINCT CAST(customer_id AS VARCHAR) FROM (SELECT DISTINCT {columns} FROM {given.relation})\n"
        f"WHERE {day} <= DATE {text(as_of.isoformat())} AND customer_id IS NOT NULL\n"
        f"GROUP BY customer_id, {day} HAVING count(*) > 1 ORDER BY ALL"
    ).fetchall()
    if found:
        yield Problem(
            "two-statements",
            _("{count} 家客户同一期有两份不同的报表: {names}。").format(
                count=len(found), names=listed(str(row[0]) for row in found[:10])
            ),
            _("看不出以哪一份为准; 正好是所用的一期时, 由报表算出的事实缺失。"),
            _("每期只留一份。"),
            severity="warning",
        )
