"""Real invoices go through whole: 63 Chinese firms, and the receivables of 100 customers whose ageing is known to the cent."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
from collections import Counter
from decimal import Decimal

import pytest

from creditpolicy.facts import derive, read_dealings

YEAR_END = datetime.date(2012, 12, 31)


@pytest.fixture(scope="module")
def receivables(shared):
    return read_dealings(shared / "receivables_ibm.csv", "invoices")


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "receivables_ibm_expected.json").read_text(encoding="utf-8"), parse_float=Decimal)


def rows(derivation):
    return derivation.table.to_pylist()


def total(found, name):
    return sum((row[name] for row in found), Decimal(0))


def test_every_receivable_is_read(receivables, expected):
    assert receivables.rows == expected["totals"]["invoices"]
    assert receivables.left_out == 0
    assert not receivables.problems


def test_ageing_at_the_year_end_agrees_to_the_cent(receivables, expected):
    known = expected["ageing"]["2012-12-31"]
    found = rows(derive(invoices=receivables.table, as_of=YEAR_END))
    assert total(found, "outstanding") == known["open_amount"]
    overdue = [row for row in found if row["overdue_days_max"] > 0]
    assert len(overdue) == known["customers_with_overdue"]
    assert total(found, "overdue_amount") == known["buckets"]["1-30"][1]
    assert all(1 <= row["overdue_days_max"] <= 30 for row in overdue)


def test_each_open_item_is_counted_one_by_one(receivables, expected):
    """With the invoice number for a customer, each item stands alone, and the counts agree too."""
    known = expected["ageing"]["2012-12-31"]
    table = receivables.table
    single = table.set_column(table.column_names.index("customer_id"), "customer_id", table.column("number"))
    found = rows(derive(invoices=single, as_of=YEAR_END, names=["outstanding", "overdue_amount"]))
    assert sum(row["outstanding"] > 0 for row in found) == known["open_items"]
    overdue = [row for row in found if row["overdue_amount"] > 0]
    assert [len(overdue), total(overdue, "overdue_amount")] == known["buckets"]["1-30"]
    not_due = [row for row in found if row["outstanding"] > 0 and row["overdue_amount"] == 0]
    assert [len(not_due), total(not_due, "outstanding")] == known["buckets"]["not_due"]


def test_totals_agree_when_all_is_settled(receivables, expected):
    known = expected["totals"]
    found = rows(derive(invoices=receivables.table, as_of=datetime.date(2014, 12, 31)))
    assert len(found) == known["customers"]
    assert total(found, "invoiced_total") == known["amount"]
    assert total(found, "outstanding") == 0
    late = sum(round(row["late_ratio"] * row["invoice_count"]) for row in found)
    assert round(Decimal(late) / known["invoices"], 6) == known["late_share"]
    assert sum(round(row["disputed_ratio"] * row["invoice_count"]) for row in found) == known["disputed"]


def test_the_whole_book_is_late_by_35_56_percent(receivables, expected):
    table = receivables.table
    one = table.set_column(0, "customer_id", [["all"] * table.num_rows])
    names = ["late_ratio", "days_late_mean", "disputed_ratio"]
    found = rows(derive(invoices=one, as_of=datetime.date(2014, 12, 31), names=names))[0]
    assert found["late_ratio"] == expected["totals"]["late_share"]
    assert found["days_late_mean"] == round(expected["totals"]["mean_days_late"], 2)


@pytest.mark.parametrize(
    ("name", "written", "repeated"),
    [
        ("cn_enterprises_63_sales_invoices.csv.gz", 93_161, 1_621),
        ("cn_enterprises_63_purchase_invoices.csv.gz", 103_436, 803),
    ],
)
def test_invoices_of_63_firms_go_through_whole(shared, name, written, repeated):
    dealings = read_dealings(shared / name, "invoices")
    assert (dealings.rows, dealings.left_out) == (written, 0)
    derivation = derive(invoices=dealings.table, as_of=datetime.date(2020, 12, 31))
    assert derivation.dropped == {"invoices": repeated}
    assert any(problem.code == "repeated-rows" for problem in derivation.problems)
    found = {row["customer_id"]: row for row in rows(derivation)}
    plain = by_firm(shared / name)
    assert len(found) == 63
    for firm, row in found.items():
        count, void, amount, returned, parties = plain[firm]
        assert (row["invoice_count"], row["void_count"], row["counterparties"]) == (count, void, len(parties))
        assert (row["invoiced_total"], row["returns_total"]) == (amount, returned)


def by_firm(path):
    """Add up the file line by line with nothing but the standard library."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    counts, voids, parties = Counter(), Counter(), {}
    amounts, returned = Counter(), Counter()
    for firm, _number, _day, party, _net, _tax, gross, status in dict.fromkeys(map(tuple, lines)):
        if status.strip() == "作废发票":
            voids[firm] += 1
            continue
        counts[firm] += 1
        parties.setdefault(firm, set()).add(party.strip())
        amounts[firm] += Decimal(gross)
        returned[firm] += max(-Decimal(gross), Decimal(0))
    return {
        firm: (counts[firm], voids[firm], amounts[firm], returned[firm], parties.get(firm, set()))
        for firm in counts | voids
    }


def test_facts_that_the_file_cannot_answer_are_missing_and_said_so(shared):
    dealings = read_dealings(shared / "cn_enterprises_63_sales_invoices.csv.gz", "invoices")
    derivation = derive(
        invoices=dealings.table, as_of=datetime.date(2020, 12, 31), names=["sales_12m", "overdue_amount"]
    )
    assert derivation.table.column("overdue_amount").null_count == derivation.table.num_rows
    assert derivation.table.column("sales_12m").null_count == 0
    assert {fact for problem in derivation.problems for fact in problem.facts} == {"overdue_amount"}
