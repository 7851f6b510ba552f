"""The facts of one customer with their sources, and of many as a table; both by the same order of sources.

What dealings and statements say comes first and cannot be typed over. Else the card or the last agreed case, whichever is
of the later day; then what the customer's own row tells; last what is true of everybody without dealings. What nobody
knows is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet
from django.urls import reverse

from creditpolicy.customers import arrow_type
from creditpolicy.program import FactRule, Program
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.facts.archive import from_card, from_file
from xinheng.ratings.facts.cases import from_cases, rated_before
from xinheng.ratings.facts.dealings import Found, from_books, without_books
from xinheng.ratings.facts.known import DERIVED, Known, Told, told_words

PART = 4_000
"""Customers whose facts are gathered at a time: one query of a kind for so many."""
COLUMNS = (
    "pk", "number", "name", "kind", "nature", "size", "size_class", "phase_time", "phase_deal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts of some customers: for each fact that anything is known of, value and source by the customer's key."""

    customers: tuple[Customer, ...]
    facts: Mapping[str, Mapping[int, tuple[Any, Told]]]

    def of(self, customer: int) -> Iterator[tuple[str, Any, Told]]:
        """Give the facts of one customer."""
        for name, known in self.facts.items():
            if customer in known:
                yield name, *known[customer]


def facts_of(customer: Customer, version: Version, *, on: date) -> dict[str, Known]:
    """Give what is known of a customer on a day, by the facts of a version; what nobody knows is left out."""
    found = gather([customer], version, on=on, one=True)
    return {
        name: Known(name, value, told_words(told), told.day, told.origin in DERIVED, _url(customer, told), told)
        for name, value, told in found.of(customer.pk)
    }


def gather(
    customers: Sequence[Customer],
    version: Version,
    *,
    on: date,
    one: bool = False,
    only: Collection[str] | None = None,
) -> Gathered:
    """Gather the facts of customers in a number of queries that does not grow with them; `one` opens personal data too.

    `only` gathers some facts and leaves the others.
    """
    program = prepared(version).program
    rules = [rule for rule in program.inputs if only is None or rule.id in only]
    wanted = frozenset(rule.id for rule in rules)
    keys = [customer.pk for customer in customers]
    books = from_books(program, {customer.pk: customer.number for customer in customers}, wanted, on=on)
    rated = rated_before(version.policy_id, keys, on=on) if "rating_kind" in wanted else frozenset()
    entered = _later(
        from_card(program, keys, wanted, on=on), from_cases(program, version.policy_id, keys, wanted, on=on)
    )
    own = from_file(program, customers, wanted, on=on, rated=rated, one=one)
    nobody = without_books(program, keys, wanted, on=on)
    layers = (books, entered, own, nobody)
    facts = {rule.id: _over(*(layer.get(rule.id) for layer in layers)) for rule in rules}
    return Gathered(tuple(customers), {name: known for name, known in facts.items() if known})


_Values = Mapping[int, tuple[Any, Told]]


def _over(first: _Values | None, *others: _Values | None) -> _Values:
    """Lay values over each other, the first on top."""
    found: dict[int, tuple[Any, Told]] = {}
    for values in reversed((first, *others)):
        if values:
            found = found | dict(values) if found else dict(values)
    return found


def _later(card: Found, cases: Found) -> Found:
    """Give, of the card and the cases, what is of the later day; on the same day what was agreed in a case."""
    found = {name: dict(values) for name, values in card.items()}
    for name, values in cases.items():
        known = found.setdefault(name, {})
        for customer, (value, told) in values.items():
            at = known[customer][1].day if customer in known else None
            if at is None or told.day is None or told.day >= at:
                known[customer] = value, told
    return found


def _url(customer: Customer, told: Told) -> str:
    """Give where a value stands; empty where it has no page."""
    names = {
        "dealings": "ledger.dealings", "no_dealings": "ledger.dealings", "statements": "customers.statements", "card": "customers.card",
        "file": "customers.customer", "identity": "customers.identity",
    }  # fmt: skip
    return reverse(names[told.origin], args=[customer.pk]) if told.origin in names else ""


# Many ----------------------------------------------------------------------------------------------------------------


def parts_of(customers: QuerySet[Customer] | Iterable[Customer], size: int = PART) -> Iterator[list[Customer]]:
    """Give customers part by part, in their order."""
    rows = customers.only(*COLUMNS).iterator(size) if isinstance(customers, QuerySet) else iter(customers)
    part: list[Customer] = []
    for customer in rows:
        part.append(customer)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def columns_of(program: Program, found: Gathered) -> dict[str, list[Any]]:
    """Give a column of values for each fact that comes with a customer, in the order of the customers."""
    keys = [customer.pk for customer in found.customers]
    columns: dict[str, list[Any]] = {}
    for rule in program.inputs:
        known = found.facts.get(rule.id, {})
        columns[rule.id] = [known[key][0] if key in known else None for key in keys]
    return columns


def arrow(rule: FactRule, values: Sequence[Any]) -> pa.Array:
    """Bring a column to Arrow, with all the digits; where one is too large for its type, in the widest there is."""
    kind = arrow_type(rule)
    try:
        return pa.array(values, kind)
    except pa.ArrowInvalid:
        return pa.array(values, pa.decimal128(38, rule.fact.scale))


def table_of(customers: QuerySet[Customer] | Iterable[Customer], version: Version, *, on: date) -> pa.Table:
    """Give the facts of many customers, a row for each in their order, a column for each fact that is not calculated."""
    program = prepared(version).program
    columns: dict[str, list[Any]] = {rule.id: [] for rule in program.inputs}
    for part in parts_of(customers):
        for name, values in columns_of(program, gather(part, version, on=on)).items():
            columns[name] += values
    return pa.table({rule.id: arrow(rule, columns[rule.id]) for rule in program.inputs})
