"""Customers rated with their invoices: what the papers say goes before what was typed, on the day of the rating."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import creditpolicy
from creditpolicy.reader import read_policy

DAY = datetime.date(2026, 6, 30)
FACTS = (
    "customer_id",
    "name",
    "strength",
    "potential",
    "reputation",
    "cumulative_rent",
    "is_new_customer",
    "payment",
    "other",
)
LESSEES = (
    ("001", "甲", "9", "13", "17", "999", "否", "26", "8"),
    ("002", "乙", "8", "12", "16", "100", "否", "25", "7"),
    ("003", "丙", "7", "11", "15", "5000", "否", "24", "6"),
)
INVOICES = (
    ("001", "1", "2025-01-05", "2025-02-05", "500000", "2025-02-05"),
    ("001", "2", "2026-03-05", "2026-07-05", "250000.50", None),
    ("002", "3", "2025-02-01", "2026-07-01", "100", None),
    ("009", "4", "2026-02-01", "2026-07-01", "7", None),
)


def lessees() -> pa.Table:
    """Three lessees, as typed."""
    return pa.table({name: [row[index] for row in LESSEES] for index, name in enumerate(FACTS)})


def invoices(rows: Any = INVOICES) -> pa.Table:
    """Their invoices, and one of a stranger."""
    names = ("customer_id", "number", "invoiced_on", "due_on", "amount", "settled_on")
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(names)})


def rents(result: creditpolicy.Result) -> list[Any]:
    """The rent that each was rated by."""
    return [customer.facts["cumulative_rent"] for customer in result]


def test_invoices_give_the_rent_and_who_has_none_keeps_what_was_typed() -> None:
    result = creditpolicy.rate("leasing", lessees(), invoices=invoices(), as_of=DAY)
    assert rents(result) == [Decimal("750000.50"), Decimal("100.00"), Decimal("5000.00")]
    assert result.explain("001").items[3].points == Decimal("15.00")
    typed = creditpolicy.rate("leasing", lessees(), as_of=DAY)
    assert rents(typed) == [Decimal("999.00"), Decimal("100.00"), Decimal("5000.00")]


def test_what_differs_from_what_was_typed_is_counted_and_strangers_are_named() -> None:
    notes = {
        note.code: note.what for note in creditpolicy.rate("leasing", lessees(), invoices=invoices(), as_of=DAY).notes
    }
    assert notes["typed-differs"] == "“累计租赁额”有 1 个客户填写的与往来算出的不同, 按往来。"
    assert notes["unknown-customers"] == "往来里有 1 个客户不在客户表里, 如 009; 客户表里有 1 个没有往来, 按填写的评。"


@pytest.mark.parametrize(
    ("day", "rent"), [("2025-01-04", "999.00"), ("2025-01-05", "500000.00"), ("2026-03-05", "750000.50")]
)
def test_only_what_was_invoiced_by_the_day_counts(day: str, rent: str) -> None:
    result = creditpolicy.rate("leasing", lessees(), invoices=invoices(), as_of=datetime.date.fromisoformat(day))
    assert rents(result)[0] == Decimal(rent)


def test_a_customer_of_whose_invoices_a_row_cannot_be_read_is_refused_with_that_row() -> None:
    odd = [
        ("001", "1", "2026-01-05", "2026-02-05", "很多", None),
        ("002", "3", "2026-02-30", "2026-07-01", "100", None),
    ]
    result = creditpolicy.rate("leasing", lessees(), invoices=invoices(odd), as_of=DAY)
    refused = {customer.customer_id: customer.problems for customer in result.refused}
    assert {name: problems[1].where.row for name, problems in refused.items()} == {"001": 1, "002": 2}
    assert refused["001"][0].code == "doubtful-dealings"


def test_a_bad_invoice_of_somebody_else_is_only_told() -> None:
    result = creditpolicy.rate(
        "leasing", lessees(), invoices=invoices([("009", "1", "2026-01-05", "2026-02-05", "很多", None)]), as_of=DAY
    )
    assert [note.where.row for note in result.notes if "写的是" in note.what] == [1]
    assert result.explain("001").problems[:0] == ()
    assert "doubtful-dealings" not in {problem.code for problem in result.problems}


def test_a_result_never_replaces_the_invoices_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "invoices.parquet"
    duckdb.connect().from_arrow(invoices()).write_parquet(str(path))
    result = creditpolicy.rate("leasing", lessees(), invoices=path, as_of=DAY)
    with pytest.raises(creditpolicy.Refusal, match="写不了"):
        result.write(path)


# Real dealings -------------------------------------------------------------------------------------------------------


def test_63_real_firms_are_tiered_whole_from_their_invoices(shared: Path) -> None:
    day = datetime.date(2019, 12, 31)
    sold = shared / "cn_enterprises_63_sales_invoices.csv.gz"
    started = time.process_time()
    result = creditpolicy.rate(
        "sales-tiering", shared / "cn_enterprises_63.csv", invoices=sold, mapping={"企业代号": "customer_id"}, as_of=day
    )
    got = {customer.customer_id: customer.total for customer in result}
    assert time.process_time() - started < 30
    rows = duckdb.connect().read_csv(str(sold), all_varchar=True)  # counted here by other means
    expected = rows.query(
        "sold",
        "SELECT 企业代号, SUM(CASE WHEN date_diff('day', 开票日期, DATE '2019-12-31') BETWEEN 0 AND 364 THEN 金额 ELSE 0 END) "
        "FROM (SELECT DISTINCT 企业代号, 发票号码, strptime(开票日期, '%Y/%m/%d')::DATE AS 开票日期, 购方单位代号, "
        "金额 AS 净额, 税额, 价税合计::DECIMAL(18, 2) AS 金额, TRIM(发票状态) AS 发票状态 FROM sold) "
        "WHERE 发票状态 = '有效发票' GROUP BY ALL",
    ).fetchall()
    assert len(got) == 63
    assert got == dict(expected)
    assert [line.count for line in result.grade_table if line.grade is None] == []


def test_63_real_firms_are_rated_as_lessees_by_their_invoices_and_judged_points(shared: Path) -> None:
    firms = duckdb.connect().read_csv(str(shared / "cn_enterprises_63.csv")).project("企业代号, 信誉评级").fetchall()
    judged = {
        "A": ("9", "14", "19", "29", "9"),
        "B": ("8", "12", "17", "26", "8"),
        "C": ("6", "10", "14", "20", "6"),
        "D": ("3", "5", "8", "9", "3"),
    }
    table = pa.table(
        {
            "customer_id": [code for code, _grade in firms],
            "is_new_customer": ["否"] * len(firms),
            **{
                name: [judged[grade][index] for _code, grade in firms]
                for index, name in enumerate(("strength", "potential", "reputation", "payment", "other"))
            },
        }
    )  # fmt: skip
    result = creditpolicy.rate(
        "leasing", table, invoices=shared / "cn_enterprises_63_sales_invoices.csv.gz", as_of=datetime.date(2020, 2, 29)
    )
    assert len(result) == 63
    assert result.refused == ()
    best = max(result, key=lambda customer: customer.facts["cumulative_rent"])
    assert best.items[3].points == Decimal("15.00")
    for customer in result:
        assert customer.total == sum(item.points for item in customer.items if item.points is not None)


LATE = """
policy: late
version: "1.0"
title: {zh-hans: 迟付, en: Lateness}
document: {name: L-01}
effective_from: 2026-01-01
facts:
  customer_id: {label: 客户编号, type: id, clause: "1"}
  late_ratio: {label: 迟付占比, type: ratio, range: [0, 1], derived: late_ratio, better: lower, clause: "2"}
  on_time: {label: 按期金额占比, type: ratio, range: [0, 1], derived: on_time_amount_ratio, better: higher, clause: "2"}
  overdue: {label: 逾期金额, type: amount, unit: 元, range: [0, 1亿], derived: overdue_amount, better: lower, clause: "2"}
  days: {label: 平均迟付天数, type: number, digits: 2, derived: days_late_mean, better: lower, clause: "2"}
scorecard:
  total: 100
  base:
    - {item: punctual, label: 守时, max: 60, points: 60 * (1 - late_ratio), clause: "3"}
    - {item: paid, label: 按期金额, max: 40, points: 40 * on_time, clause: "3"}
  deduction:
    - {item: slow, label: 慢, max: 20, points: "least(20, days)", clause: "3"}
  vetoes:
    - {veto: overdue, label: 有逾期, when: overdue > 5000, grade: C, clause: "4"}
grades:
  - {grade: A, from: 80, clause: "5"}
  - {grade: B, from: 60, clause: "5"}
  - {grade: C, assumed: 没有写}
"""


def test_a_hundred_real_customers_are_rated_by_how_late_they_paid(shared: Path) -> None:
    path = shared / "receivables_ibm.csv"
    rows = duckdb.connect().read_csv(str(path), all_varchar=True)
    table = rows.project("customerID AS customer_id").distinct().to_arrow_table()
    result = creditpolicy.rate(
        read_policy(LATE),
        table,
        invoices=path,
        mapping={"customerID": "customer_id"},
        as_of=datetime.date(2014, 12, 31),
    )
    assert len(result) == 100
    assert result.refused == ()
    expected = rows.query(
        "settled",
        "SELECT customerID, COUNT(*), COUNT_IF(DaysLate::INT > 0), SUM(DaysLate::INT), SUM(InvoiceAmount::DECIMAL(18, 2)), "
        "SUM(CASE WHEN DaysLate::INT = 0 THEN InvoiceAmount::DECIMAL(18, 2) ELSE 0 END) FROM settled GROUP BY ALL",
    ).fetchall()  # all is settled by then, and the file says by how many days each was late
    for name, count, late, days, amount, on_time in expected:
        facts = result.explain(name).facts
        assert facts["late_ratio"] == (Decimal(late) / count).quantize(Decimal("0.000001"))
        assert facts["days"] == (Decimal(int(days)) / count).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert facts["on_time"] == (on_time / amount).quantize(Decimal("0.000001"), "ROUND_HALF_UP")
        assert facts["overdue"] == 0
    middle = creditpolicy.rate(
        read_policy(LATE),
        table,
        invoices=path,
        mapping={"customerID": "customer_id"},
        as_of=datetime.date(2012, 12, 31),
    )
    assert sum(customer.facts["overdue"] or 0 for customer in middle) > 0
