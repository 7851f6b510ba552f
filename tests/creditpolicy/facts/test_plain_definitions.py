"""Every fact in SQL is held against its plain-Python definition, on drawn dealings."""

from __future__ import annotations

import datetime
from dataclasses import asdict, fields
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditpolicy.facts import CATALOGUE, derive
from creditpolicy.facts.days import months_before
from plain_facts import (
    STATEMENT_RATIOS,
    Invoice,
    Statement,
    back,
    full_years,
    invoice_facts,
    once,
    statement_facts,
)

ARROW = {
    "amount": pa.decimal128(18, 2),
    "invoiced_on": pa.date32(),
    "due_on": pa.date32(),
    "settled_on": pa.date32(),
    "disputed": pa.bool_(),
    "period_end": pa.date32(),
    "months": pa.decimal128(18, 0),
    **dict.fromkeys(("customer_id", "number", "status", "counterparty"), pa.string()),
}
DAYS = st.dates(datetime.date(2019, 1, 1), datetime.date(2025, 3, 5))
AMOUNTS = st.integers(-500_00, 2_000_00).map(lambda cents: Decimal(cents) / 100)
FIGURES = st.none() | st.integers(-300_00, 900_00).map(lambda cents: Decimal(cents) / 100)


@st.composite
def invoice(draw):
    day = draw(DAYS)
    return Invoice(
        customer_id=draw(st.sampled_from("ABC")),
        number=draw(st.none() | st.sampled_from(["1", "2", "3", "4"])),
        invoiced_on=day,
        due_on=draw(st.none() | st.integers(-3, 90).map(lambda days: day + datetime.timedelta(days))),
        amount=draw(AMOUNTS),
        status=draw(st.sampled_from([None, "valid", "valid", "valid", "void", "return"])),
        settled_on=draw(st.none() | st.integers(-5, 150).map(lambda days: day + datetime.timedelta(days))),
        disputed=draw(st.none() | st.booleans()),
        counterparty=draw(st.none() | st.sampled_from("XYZ")),
    )


@st.composite
def invoices(draw):
    """Draw invoices, some of them repeated, in any order."""
    rows = draw(st.lists(invoice(), max_size=25))
    again = draw(st.lists(st.sampled_from(rows), max_size=6)) if rows else []
    return draw(st.permutations([*rows, *again]))


def table(rows, kind):
    schema = pa.schema([(field.name, ARROW.get(field.name, pa.decimal128(18, 2))) for field in fields(kind)])
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)


def by_customer(derivation):
    return {row.pop("customer_id"): row for row in derivation.table.to_pylist()}


@settings(max_examples=40)
@given(invoices(), DAYS)
def test_facts_from_invoices_are_what_their_definitions_say(rows, as_of):
    derivation = derive(invoices=table(rows, Invoice), as_of=as_of)
    assert by_customer(derivation) == invoice_facts(rows, as_of)
    assert derivation.dropped == {"invoices": len(rows) - len(once(rows))}


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Statement,
            customer_id=st.sampled_from("AB"),
            period_end=st.sampled_from(
                [datetime.date(2023, 12, 31), datetime.date(2024, 6, 30), datetime.date(2024, 12, 31)]
            ),
            months=st.sampled_from([None, 3, 6, 12, 15]),
            **{
                field.name: FIGURES
                for field in fields(Statement)
                if field.name not in {"customer_id", "period_end", "months"}
            },
        ),
        max_size=5,
    ),
    st.sampled_from([datetime.date(2023, 6, 1), datetime.date(2024, 8, 1), datetime.date(2025, 1, 1)]),
)
def test_facts_from_statements_are_what_their_definitions_say(rows, as_of):
    names = ["statement_on", *STATEMENT_RATIOS]
    derivation = derive(statements=table(rows, Statement), as_of=as_of, names=names)
    assert by_customer(derivation) == statement_facts(rows, as_of)


@given(DAYS, st.integers(0, 30))
def test_going_back_by_months_agrees_with_the_plain_way(day, months):
    assert months_before(day, months) == back(day, months)


@settings(max_examples=40)
@given(DAYS, st.lists(DAYS, min_size=1, max_size=30))
def test_the_twelve_months_before_a_day_are_those_that_going_back_gives(as_of, days):
    rows = [
        Invoice(f"C{index}", str(index), day, None, Decimal(100), None, None, None, None)
        for index, day in enumerate(days)
    ]
    found = by_customer(derive(invoices=table(rows, Invoice), as_of=as_of, names=["sales_12m", "years_together"]))
    for index, day in enumerate(days):
        if day > as_of:
            assert f"C{index}" not in found
            continue
        assert found[f"C{index}"]["sales_12m"] == (100 if day > back(as_of, 12) else 0)
        assert found[f"C{index}"]["years_together"] == full_years(day, as_of)


def test_the_plain_definitions_cover_the_catalogue():
    row = Invoice("A", "1", datetime.date(2024, 1, 1), None, Decimal(1), None, None, None, None)
    covered = set(invoice_facts([row], datetime.date(2024, 2, 1))["A"]) | {"statement_on", *STATEMENT_RATIOS}
    others = {
        name
        for name, fact in CATALOGUE.items()
        if {"receipts", "orders", "events"} & set(fact.sources) and not fact.any_source
    }
    assert covered | others | {"statement_age_months"} == set(CATALOGUE)


@pytest.mark.parametrize("as_of", [datetime.date(2024, 2, 29), datetime.date(2025, 2, 28), datetime.date(2025, 3, 30)])
def test_ends_of_february_are_no_exception(as_of):
    start = datetime.date(2023, 1, 1)
    days = [start + datetime.timedelta(step) for step in range(0, 820, 7)]
    rows = [
        Invoice("A", str(step), day, day, Decimal(step + 1), None, None, None, None) for step, day in enumerate(days)
    ]
    assert by_customer(derive(invoices=table(rows, Invoice), as_of=as_of)) == invoice_facts(rows, as_of)
