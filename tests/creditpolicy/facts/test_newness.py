"""Who is new: to the day, by the number in the name, and who never dealt with us at all; said by the policy alone."""

from __future__ import annotations

import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

import creditpolicy
from creditpolicy.checks import check_policy
from creditpolicy.facts import CATALOGUE, derive
from creditpolicy.reader import load_policy, read_policy

DAY = datetime.date(2026, 2, 28)


def of_one(name: str, *, as_of: datetime.date = DAY, **tables: list[tuple[str, ...]]) -> object:
    """Derive a fact of customer A from rows of days."""
    columns = {
        "invoices": ("customer_id", "number", "invoiced_on", "due_on", "amount"),
        "orders": ("customer_id", "number", "ordered_on", "amount"),
        "receipts": ("customer_id", "number", "received_on", "amount"),
    }
    given = {}
    for table, rows in tables.items():
        made = pa.table({column: [row[place] for row in rows] for place, column in enumerate(columns[table])})
        typed = ", ".join(
            f"CAST({c} AS DATE) AS {c}" if c.endswith("_on") else f"CAST({c} AS DECIMAL(18, 2)) AS amount" if c == "amount" else c
            for c in columns[table]
        )  # fmt: skip
        with duckdb.connect() as connection:
            connection.register("made", made)
            given[table] = connection.sql(f"SELECT {typed} FROM made").to_arrow_table()
    asked = pa.table({"customer_id": ["A"]})
    return derive(as_of=as_of, names=[name], customers=asked, **given).table.to_pylist()[0][name]


@pytest.mark.parametrize(
    ("invoiced", "as_of", "is_new"),
    [
        ("2025-02-28", DAY, False),
        ("2025-03-01", DAY, True),
        ("2024-02-29", datetime.date(2025, 2, 28), False),
        ("2024-03-01", datetime.date(2025, 2, 28), True),
        ("2025-06-15", datetime.date(2026, 6, 14), True),
        ("2025-06-15", datetime.date(2026, 6, 15), False),
    ],
)
def test_a_customer_is_new_until_the_same_day_a_year_later(invoiced: str, as_of: datetime.date, is_new: bool) -> None:
    rows = [("A", "1", invoiced, invoiced, "5")]
    assert of_one("first_invoiced_within_12_months", as_of=as_of, invoices=rows) is is_new


def test_the_latest_of_invoices_orders_and_receipts_says_when_dealings_stopped() -> None:
    invoices = [("A", "1", "2023-01-05", "2023-02-05", "5")]
    orders = [("A", "1", "2024-02-28", "5")]
    assert of_one("no_dealing_for_24_months", invoices=invoices) is True
    assert of_one("no_dealing_for_24_months", invoices=invoices, orders=orders) is True
    assert of_one("no_dealing_for_25_months", invoices=invoices, orders=orders) is False
    receipts = [("A", "1", "2024-02-29", "5")]
    assert of_one("no_dealing_for_24_months", invoices=invoices, orders=orders, receipts=receipts) is True
    receipts = [("A", "1", "2024-03-01", "5")]
    assert of_one("no_dealing_for_24_months", invoices=invoices, orders=orders, receipts=receipts) is False
    assert of_one("months_since_dealing", invoices=invoices, orders=orders, receipts=receipts) == 23


@pytest.mark.parametrize(
    ("due", "amount", "nothing"),
    [("2026-02-28", "5", True), ("2026-02-27", "5", False), ("2026-02-27", "-5", True), ("2026-02-27", "0", True)],
)
def test_an_account_has_fallen_due_on_the_day_after_its_date(due: str, amount: str, nothing: bool) -> None:
    assert of_one("nothing_due_yet", invoices=[("A", "1", "2026-01-01", due, amount)]) is nothing


@pytest.mark.parametrize(
    "name",
    ["nothing_due_yet", "first_invoiced_within_12_months", "no_dealing_for_24_months", "first_dealing_this_year"],
)
def test_who_never_dealt_with_us_is_new(name: str) -> None:
    assert of_one(name, invoices=[("B", "1", "2020-01-01", "2020-01-01", "5")]) is True
    assert CATALOGUE[name].of_nobody is True


@pytest.mark.parametrize("name", ["no_dealing_for_0_months", "no_dealing_for_121_months", "no_dealing_for_07_months",
                                  "no_dealing_for_N_months", "no_dealing_for__months", "no_dealing_for_２_months"])  # fmt: skip
def test_a_number_out_of_range_is_no_fact(name: str) -> None:
    assert name not in CATALOGUE
    text = load_policy("credit-standing").text.replace("no_dealing_for_24_months", name)
    reading = read_policy(text)
    codes = {problem.code for problem in (*reading.problems, *check_policy(reading))}
    assert reading.policy is None or "unknown-derived" in codes


def test_a_customer_whom_no_invoice_names_is_new_unless_somebody_typed_otherwise() -> None:
    judged = {"strength": "8", "potential": "12", "reputation": "17", "payment": "26", "other": "8"}
    customers = pa.table(
        {"customer_id": ["A", "B", "C"], "is_new_customer": [None, None, "否"], "cumulative_rent": [None, None, "0"],
         **{name: [number] * 3 for name, number in judged.items()}}
    )  # fmt: skip
    invoices = pa.table(
        {"customer_id": ["A"], "number": ["1"], "invoiced_on": [datetime.date(2024, 1, 1)], "amount": [Decimal(9)]}
    )
    result = creditpolicy.rate("leasing", customers, invoices=invoices, as_of=DAY)
    assert [customer.facts["is_new_customer"] for customer in result] == [False, True, False]
    assert [customer.items[3].points for customer in result] == [Decimal(15), Decimal(10), Decimal(0)]
