"""Deriving facts: the edges that people ask about, tables of every kind, what is refused and what is told."""

from __future__ import annotations

import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from creditpolicy.facts import CATALOGUE, derive, facts_query
from creditpolicy.facts.query import Given
from creditpolicy.model import Kind
from creditpolicy.problems import Refusal

DAY = datetime.date(2024, 6, 30)


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def invoices(*rows, **more):
    """Make invoices of (customer, number, invoiced, due, amount, settled)."""
    names = ("customer_id", "number", "invoiced_on", "due_on", "amount", "settled_on")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    types = [pa.string(), pa.string(), pa.date32(), pa.date32(), pa.decimal128(18, 2), pa.date32()]
    values = []
    for name, kind in zip(names, types, strict=True):
        column = columns[name]
        if name.endswith("_on"):
            column = [day(text) for text in column]
        if name == "amount":
            column = [Decimal(value) for value in column]
        values.append(pa.array(column, kind))
    return pa.table({**dict(zip(names, values, strict=True)), **more})


def one(table, *names, as_of=DAY, **more):
    rows = derive(invoices=table, as_of=as_of, names=names, **more).table.to_pylist()
    assert len(rows) == 1
    return rows[0] if len(names) > 1 else rows[0][names[0]]


def test_the_due_date_itself_is_not_overdue():
    table = invoices(("A", "1", "2024-05-31", "2024-06-30", "100", ""))
    assert one(table, "overdue_amount", "late_ratio", as_of=DAY) | {"customer_id": "A"} == {
        "customer_id": "A",
        "overdue_amount": 0,
        "late_ratio": None,
    }
    after = DAY + datetime.timedelta(1)
    found = one(table, "overdue_amount", "overdue_days_max", "late_ratio", as_of=after)
    assert (found["overdue_amount"], found["overdue_days_max"], found["late_ratio"]) == (100, 1, 1)


def test_a_payment_after_the_day_has_not_happened():
    table = invoices(("A", "1", "2024-05-01", "2024-05-31", "100", "2024-07-01"))
    assert one(table, "outstanding") == 100
    assert one(table, "overdue_days_max") == 30
    assert one(table, "outstanding", as_of=datetime.date(2024, 7, 1)) == 0


def test_an_invoice_after_the_day_is_not_there():
    table = invoices(("A", "1", "2024-07-01", "2024-07-31", "100", ""))
    assert derive(invoices=table, as_of=DAY).table.num_rows == 0
    asked = pa.table({"customer_id": ["A"]})
    found = one(table, "invoice_count", "outstanding", "late_ratio", "first_invoiced_on", customers=asked)
    assert found == {
        "customer_id": "A",
        "invoice_count": 0,
        "outstanding": 0,
        "late_ratio": None,
        "first_invoiced_on": None,
    }


def test_a_customer_asked_for_without_invoices_has_counts_of_zero_and_no_ratio():
    table = invoices(("A", "1", "2024-05-01", "2024-05-31", "100", ""))
    derivation = derive(invoices=table, as_of=DAY, customers=pa.table({"customer_id": ["B"]}))
    row = derivation.table.to_pylist()[0]
    assert row["customer_id"] == "B"
    for name, fact in CATALOGUE.items():
        if name not in row:
            continue
        if fact.type in {Kind.RATIO, Kind.DATE} or name in {
            "days_late_mean",
            "days_late_max",
            "days_sales_outstanding",
            "years_together",
            "months_since_first_invoice",
            "months_since_dealing",
        }:
            assert row[name] is None, name
        elif fact.type is Kind.FLAG:
            assert row[name] is True, name
        else:
            assert row[name] == 0, name


def test_equal_rows_without_a_number_are_two_dealings():
    twice = [("A", None, "2024-05-01", "2024-05-31", "100", "")] * 2
    assert one(invoices(*twice), "invoiced_total") == 200
    numbered = [("A", "7", "2024-05-01", "2024-05-31", "100", "")] * 3
    derivation = derive(invoices=invoices(*numbered), as_of=DAY, names=["invoiced_total"])
    assert derivation.table.column("invoiced_total").to_pylist() == [Decimal(100)]
    assert derivation.dropped == {"invoices": 2}


def test_rows_that_differ_in_any_column_are_no_repeats():
    same = [("A", "7", "2024-05-01", "2024-05-31", "100", "")] * 2
    assert one(invoices(*same, goods=["甲", "乙"]), "invoiced_total") == 200
    assert one(invoices(*same, goods=["甲", "甲"]), "invoiced_total") == 100


def test_amounts_of_several_currencies_are_never_added():
    rows = [("A", "1", "2024-05-01", "", "100", ""), ("A", "2", "2024-05-01", "", "7", "")]
    table = invoices(*rows, currency=["CNY", "USD"])
    with pytest.raises(Refusal, match="币种"):
        derive(invoices=table, as_of=DAY)
    derivation = derive(invoices=table, as_of=DAY, names=["invoiced_total"], currency="CNY")
    assert derivation.table.column("invoiced_total").to_pylist() == [Decimal(100)]
    assert [problem.code for problem in derivation.problems] == ["other-currency"]


def test_binary_floats_count_by_their_shortest_decimal():
    table = invoices(("A", "1", "2024-05-01", "", "0", ""))
    table = table.set_column(table.column_names.index("amount"), "amount", pa.array([1.005]))
    assert one(table, "invoiced_total") == Decimal("1.01")


def test_history_of_more_than_ten_years_does_not_break_the_count_of_months():
    rows = [("A", str(year), f"{year}-03-01", "", "1", "") for year in range(1995, 2025)]
    assert one(invoices(*rows), "months_active") == 10
    assert one(invoices(*rows), "years_together") == 29


def test_orders_receipts_and_events_give_their_facts():
    orders = pa.table(
        {
            "customer_id": ["A"] * 4,
            "ordered_on": [day("2024-06-01"), day("2024-06-20"), day("2024-01-15"), day("2023-06-30")],
            "amount": pa.array([Decimal("10.00"), None, Decimal("5.00"), Decimal("99.00")], pa.decimal128(18, 2)),
            "status": ["valid", None, "void", "valid"],
        }
    )
    receipts = pa.table(
        {
            "customer_id": ["A", "A"],
            "received_on": [day("2024-06-30"), day("2024-07-01")],
            "amount": pa.array([Decimal("30.00"), Decimal("9.00")], pa.decimal128(18, 2)),
        }
    )
    events = pa.table(
        {
            "customer_id": ["A", "A", "A", "B"],
            "happened_on": [day("2020-01-01"), day("2020-01-01"), day("2024-06-30"), day("2024-07-01")],
            "kind": ["default", "default", "false_information", "lawsuit"],
        }
    )
    billed = invoices(("A", "1", "2024-05-01", "", "40", ""))
    derivation = derive(invoices=billed, orders=orders, receipts=receipts, events=events, as_of=DAY)
    assert derivation.dropped == {"invoices": 0, "events": 1}
    row = derivation.table.to_pylist()[0]
    expected = {
        "order_count_12m": 2,
        "order_amount_12m": 10,
        "order_stability": Decimal("0.083333"),
        "last_ordered_on": day("2024-06-20"),
        "received_12m": 30,
        "collection_ratio": Decimal("0.75"),
        "last_received_on": day("2024-06-30"),
        "default_count": 1,
        "lawsuit_count": 0,
        "penalty_count": 0,
        "false_information": True,
        "last_event_on": day("2024-06-30"),
        "first_dealing_on": day("2023-06-30"),
        "first_dealing_this_year": False,
        "years_together": 1,
    }
    assert {name: row[name] for name in expected} == expected


def test_only_what_is_asked_is_computed():
    given = {
        "invoices": Given(
            "invoices", dict.fromkeys(("customer_id", "number", "invoiced_on", "amount", "status"), "VARCHAR")
        )
    }
    sql = facts_query(["sales_12m"], DAY, given)
    assert "year_sales" in sql
    for name in ("late", "bit_or", "DISTINCT", "months_seen"):
        assert name not in sql


def test_two_statements_of_one_period_leave_the_ratios_missing_and_are_told():
    statements = pa.table(
        {
            "customer_id": ["A", "A", "B"],
            "period_end": [day("2023-12-31")] * 3,
            "total_assets": pa.array([Decimal(100)] * 3, pa.decimal128(18, 2)),
            "total_liabilities": pa.array([Decimal(40), Decimal(50), Decimal(60)], pa.decimal128(18, 2)),
        }
    )
    derivation = derive(statements=statements, as_of=DAY, names=["asset_liability_ratio"])
    assert derivation.table.column("asset_liability_ratio").to_pylist() == [None, Decimal("0.6")]
    assert "two-statements" in {problem.code for problem in derivation.problems}


def test_half_a_year_is_brought_to_a_whole_one():
    statements = pa.table(
        {
            "customer_id": ["A"],
            "period_end": [day("2024-06-30")],
            "months": pa.array([6]),
            "total_assets": pa.array([Decimal(100)], pa.decimal128(18, 2)),
            "revenue": pa.array([Decimal(80)], pa.decimal128(18, 2)),
        }
    )
    derivation = derive(statements=statements, as_of=DAY, names=["asset_turnover"])
    assert derivation.table.column("asset_turnover").to_pylist() == [Decimal("1.6")]


def test_strange_words_and_unknown_names_are_refused():
    table = invoices(("A", "1", "2024-05-01", "", "1", ""), status=["待定"])
    with pytest.raises(Refusal, match="待定"):
        derive(invoices=table, as_of=DAY)
    with pytest.raises(Refusal, match="no_such_fact"):
        derive(invoices=invoices(), as_of=DAY, names=["no_such_fact"])
    with pytest.raises(Refusal, match="invoiced_on"):
        derive(invoices=pa.table({"customer_id": ["A"]}), as_of=DAY)


def test_a_connection_of_the_caller_is_left_as_it_was():
    connection = duckdb.connect()
    relation = connection.sql("SELECT 'A' AS customer_id, DATE '2024-05-01' AS invoiced_on, 5::DECIMAL(18,2) AS amount")
    assert derive(connection, invoices=relation, as_of=DAY, names=["sales_12m"]).table.num_rows == 1
    assert connection.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall() == [(0,)]


def test_a_result_has_the_exact_types_of_the_catalogue():
    table = invoices(("A", "1", "2024-05-01", "2024-05-31", "1", ""), disputed=[False], counterparty=["X"])
    found = derive(invoices=table, as_of=DAY).table
    for name in found.column_names[1:]:
        fact = CATALOGUE[name]
        kind = found.schema.field(name).type
        if fact.type.is_number:
            assert kind == pa.decimal128(18, fact.scale)
        else:
            assert kind == {Kind.FLAG: pa.bool_(), Kind.DATE: pa.date32()}[fact.type]
