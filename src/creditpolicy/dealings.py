"""Joins the facts derived from dealings to the customers that are to be rated."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW, fact_column_type
from creditpolicy.customers import Customers, Table, absent_columns
from creditpolicy.facts import CATALOGUE, derive, read_dealings
from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import FactRule, Program


def derived_rules(program: Program, source: str) -> list[FactRule]:
    """Give the facts of a policy that the catalogue derives from `source` (invoices, receipts, …)."""
    return [
        rule
        for rule in program.inputs
        if rule.fact.derived is not None
        and rule.fact.derived in CATALOGUE
        and source in CATALOGUE[rule.fact.derived].sources
    ]


def with_dealings(
    program: Program,
    customers: Customers,
    invoices: Table,
    *,
    as_of: datetime.date,
    mapping: Mapping[str, str] | str | Path | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
) -> Customers:
    """Fill in the facts that a policy derives from invoices; what the dealings say goes before what was typed.

    Where both are there and differ, a note counts the customers. A customer without dealings keeps what was typed; where
    nothing was, what is true of nobody whom one deals with holds: he is new. One
    of whose dealings a row cannot be read is refused: an overdue invoice that is left out would make him look better.
    """
    if customers.table is None:
        raise Refusal(
            _("客户太多, 不能同时由发票推算事实。"),
            [Problem("too-large", _("先用 xinheng facts 算出事实, 并入客户表再评。"))],
        )
    rules = derived_rules(program, "invoices")
    if not rules:
        note = Problem("no-derived-facts", _("这份制度没有由发票推算的事实, 发票没有用上。"), severity="warning")
        return replace(customers, notes=(*customers.notes, note))
    dealings = read_dealings(invoices, "invoices", mapping, encoding=encoding, day_first=day_first)
    names = list(dict.fromkeys(str(rule.fact.derived) for rule in rules))
    derivation = derive(invoices=dealings.table, as_of=as_of, names=names)
    table, differing = _joined(program, customers.table, derivation.table, rules)
    refused = _doubtful(program, customers, dealings.doubtful) if any(rule.id in program.used for rule in rules) else {}
    told = {problem for problems in refused.values() for problem in problems}
    notes = [*customers.notes, *(note for note in dealings.problems if note not in told), *derivation.problems]
    notes += _strangers(program, customers.table, derivation.table, customers.file)
    for rule in rules:
        count = differing[rule.id]
        if count:
            notes.append(_differs(rule, count, customers.file))
    joined = replace(customers, table=table, present=customers.present | {rule.id for rule in rules})
    own = isinstance(invoices, (str, Path))
    sources = customers.sources | ({Path(invoices).resolve()} if own else set())
    notes = [*absent_columns(program, joined), *(note for note in notes if note.code != "absent-columns")]
    return replace(joined, notes=tuple(notes), sources=sources, refused={**customers.refused, **refused})


def _doubtful(
    program: Program, customers: Customers, doubtful: Mapping[str, tuple[Problem, ...]]
) -> dict[int, tuple[Problem, ...]]:
    """Refuse the customers of whose dealings some rows could not be read, with the problems of those rows."""
    if not doubtful or customers.table is None:
        return {}
    keys = customers.table.column(program.key).to_pylist()
    rows = customers.table.column(ROW).to_pylist()
    refused: dict[int, tuple[Problem, ...]] = {}
    for row, key in zip(rows, keys, strict=True):
        if key in doubtful:
            what = _("这个客户的往来有 {count} 处读不出, 由往来算出的数不全。").format(count=len(doubtful[key]))
            why = _("漏掉一张逾期发票, 客户就会显得比实际好, 所以不评。")
            told = Problem("doubtful-dealings", what, why, _("改好下面这些行再评。"), customers.place(row))
            refused[row] = (*customers.refused.get(row, ()), told, *doubtful[key])
    return refused


def _strangers(program: Program, table: pa.Table, derived: pa.Table, file: str) -> list[Problem]:
    """Remark on customers of the dealings who are in no row: ids that are written otherwise join nothing."""
    known = set(table.column(program.key).to_pylist())
    dealt = [name for name in derived.column("customer_id").to_pylist() if name is not None]
    strangers = [name for name in dealt if name not in known]
    if not strangers:
        return []
    without = len(known - set(dealt))
    what = _("往来里有 {count} 个客户不在客户表里, 如 {names}; 客户表里有 {without} 个没有往来, 按填写的评。")
    fix = _("不该如此的话, 核对两边的客户编号写得是否一样, 如前面的 0。") if without else ""
    given = what.format(count=len(strangers), names=listed(map(str, strangers[:3])), without=without)
    return [Problem("unknown-customers", given, "", fix, Place(file=file), "warning")]


def _differs(rule: FactRule, count: int, file: str) -> Problem:
    return Problem(
        "typed-differs",
        _("“{label}”有 {count} 个客户填写的与往来算出的不同, 按往来。").format(label=rule.fact.label, count=count),
        _("往来有单据可查; 填写的没有。"),
        _("核对填写的数, 或核对发票表是否完整。"),
        Place(file=file),
        "warning",
        (rule.id,),
    )


def _of_nobody(rule: FactRule, key: str) -> str:
    """Write what holds of a customer whom no dealings name."""
    known = CATALOGUE[str(rule.fact.derived)].of_nobody
    if known is None:
        return ""
    return f', CASE WHEN derived.customer_id IS NULL AND customers."{key}" IS NOT NULL THEN {known} END'


def _joined(
    program: Program, table: pa.Table, derived: pa.Table, rules: list[FactRule]
) -> tuple[pa.Table, dict[str, int]]:
    wanted = {rule.id: rule for rule in rules}
    columns = [f'customers."{ROW}"']
    counts = []
    for rule in program.inputs:
        name = f'customers."{rule.id}"'
        if rule.id not in wanted:
            columns.append(name)
            continue
        value = f'CAST(derived."{rule.fact.derived}" AS {fact_column_type(rule)})'
        columns.append(f'COALESCE({value}, {name}{_of_nobody(rule, program.key)}) AS "{rule.id}"')
        counts.append(f"COUNT_IF({name} IS NOT NULL AND {value} IS NOT NULL AND {name} <> {value})")
    join = f'FROM customers LEFT JOIN derived ON customers."{program.key}" = derived.customer_id'
    with duckdb.connect() as connection:
        connection.register("customers", table)
        connection.register("derived", derived)
        found = connection.sql(f'SELECT {", ".join(columns)} {join} ORDER BY customers."{ROW}"').to_arrow_table()
        row = connection.execute(f"SELECT {', '.join(counts)} {join}").fetchone() or ()
    return found, dict(zip(wanted, map(int, row), strict=True))
