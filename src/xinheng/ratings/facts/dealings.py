"""Facts that follow from what a customer bought and paid, and from his statements, by the library's catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import fact_column_type
from creditpolicy.facts import CATALOGUE, TABLES, derive
from creditpolicy.program import FactRule, Program
from xinheng.customers.models import Figure, Statement, StatementState
from xinheng.ledger.queries import dealing_tables
from xinheng.ratings.facts.known import Told

Found = dict[str, dict[int, tuple[Any, Told]]]
"""Values by fact and customer, with where each comes from."""


def derived_rules(program: Program) -> list[FactRule]:
    """Give the facts of a policy that the catalogue derives."""
    return [rule for rule in program.inputs if rule.fact.derived is not None and rule.fact.derived in CATALOGUE]


def from_books(program: Program, numbers: Mapping[int, str], wanted: Collection[str], *, on: date) -> Found:
    """Give what dealings and statements say of customers (number by key) on a day.

    Who has no dealings has nothing derived from them, as in `xinheng rate --invoices`: nothing known is not zero.
    """
    rules = [rule for rule in derived_rules(program) if rule.id in wanted]
    by_statements = [rule for rule in rules if CATALOGUE[str(rule.fact.derived)].sources == ("statements",)]
    by_dealings = [rule for rule in rules if rule not in by_statements]
    names = list(dict.fromkeys(str(rule.fact.derived) for rule in by_dealings))
    keys = {number: key for key, number in numbers.items()}
    found: Found = {}
    if names:
        table = _from_dealings(list(numbers), names, on, program.policy.currency)
        found |= _values(table, by_dealings, keys, dict.fromkeys(keys.values(), Told("dealings", on)))
    if by_statements:
        statements, latest = statement_table(numbers, on=on)
        if statements.num_rows:
            asked = list(dict.fromkeys(str(rule.fact.derived) for rule in by_statements))
            table = derive(statements=statements, as_of=on, names=asked).table
            found |= _values(table, by_statements, keys, {key: Told("statements", day) for key, day in latest.items()})
    return found


def without_books(program: Program, customers: Iterable[int], wanted: Collection[str], *, on: date) -> Found:
    """Give what is true of a customer of whom there are no dealings, for all; it counts where nothing else is known."""
    known = {
        rule.id: CATALOGUE[str(rule.fact.derived)].of_nobody for rule in derived_rules(program) if rule.id in wanted
    }
    told = Told("no_dealings", on)
    keys = list(customers)
    return {name: dict.fromkeys(keys, (value, told)) for name, value in known.items() if value is not None}


def _from_dealings(customers: Sequence[int], names: Sequence[str], on: date, currency: str) -> pa.Table:
    sources = {source for name in names for source in CATALOGUE[name].sources} - {"statements"}
    # Who has an invoice and no event has no event; without the invoices nobody would know of him.
    tables = dealing_tables(customers, on=on, only=sources | {"invoices"})
    return derive(**tables, as_of=on, names=names, currency=currency).table


def statement_table(numbers: Mapping[int, str], *, on: date) -> tuple[pa.Table, dict[int, date]]:
    """Give the approved statements up to a day in the shape that `derive` takes, and the day of each customer's latest.

    One for each customer and day: his own before a consolidated one, the longest period first, an audited one first.
    """
    chosen: dict[tuple[int, date], tuple[int, int]] = {}
    latest: dict[int, date] = {}
    rows = (
        Statement.objects.filter(customer__in=list(numbers), state=StatementState.APPROVED, period_end__lte=on)
        .order_by("is_consolidated", "-months", "-is_audited", "-pk")
        .values_list("pk", "customer", "period_end", "months")
    )
    for pk, customer, day, months in rows:
        chosen.setdefault((customer, day), (pk, months))
        latest[customer] = max(latest.get(customer, day), day)
    accounts = [column.id for column in TABLES["statements"].columns[3:]]
    places = {pk: place for place, (pk, _months) in enumerate(chosen.values())}
    amounts: dict[str, list[Any]] = {account: [None] * len(places) for account in accounts}
    figures = Figure.objects.filter(statement__in=list(places), account__in=accounts)
    for statement, account, amount in figures.values_list("statement", "account", "amount"):
        amounts[account][places[statement]] = amount
    columns = {
        "customer_id": pa.array([numbers[customer] for customer, _day in chosen], pa.string()),
        "period_end": pa.array([day for _customer, day in chosen], pa.date32()),
        "months": pa.array([months for _pk, months in chosen.values()], pa.int64()),
        **{account: pa.array(values, pa.decimal128(18, 2)) for account, values in amounts.items()},
    }
    return pa.table(columns), latest


def _values(table: pa.Table, rules: Sequence[FactRule], keys: Mapping[str, int], told: Mapping[int, Told]) -> Found:
    """Bring what was derived to the digits of the policy, as rating a table with its invoices does."""
    casts = ", ".join(f'CAST("{rule.fact.derived}" AS {fact_column_type(rule)}) AS "{rule.id}"' for rule in rules)
    if not rules:
        return {}
    with duckdb.connect() as connection:
        connection.register("derived", table)
        typed = connection.sql(f"SELECT customer_id, {casts} FROM derived").to_arrow_table()
    customers = [keys[number] for number in typed.column("customer_id").to_pylist()]
    return {rule.id: dict(_pairs(customers, typed.column(rule.id).to_pylist(), told)) for rule in rules}


def _pairs(
    customers: Sequence[int], values: Sequence[Any], told: Mapping[int, Told]
) -> Iterator[tuple[int, tuple[Any, Told]]]:
    for customer, value in zip(customers, values, strict=True):
        if value is not None:
            yield customer, (value, told[customer])
