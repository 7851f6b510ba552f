"""Files that people really published, read whole: every row a value in every column, or said why not."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from creditpolicy.model import Kind
from creditpolicy.tables import Column, duplicates, read_table


def values(reading, name):
    return reading.table.column(name).to_pylist()


def test_receivables_with_american_dates(shared):
    wanted = [
        Column("customer_id", ("客户编号",), Kind.ID, required=True),
        Column("amount", ("InvoiceAmount",), Kind.AMOUNT, 2),
        Column("invoiced_on", ("InvoiceDate",), Kind.DATE),
        Column("settled_on", ("SettledDate",), Kind.DATE),
        Column("disputed", ("Disputed",), Kind.FLAG),
        Column("days_late", ("DaysLate",), Kind.DAYS),
    ]
    reading = read_table(shared / "receivables_ibm.csv", wanted, mapping={"customerID": "customer_id"})
    assert reading.table.num_rows == 2466
    assert reading.bad == {}
    assert min(values(reading, "invoiced_on")) == datetime.date(2012, 1, 3)
    assert len(set(values(reading, "customer_id"))) == 100
    assert all(isinstance(flag, bool) for flag in values(reading, "disputed"))


@pytest.mark.parametrize(("file", "rows"), [("sales", 93_161), ("purchase", 103_436)])
def test_invoices_of_chinese_firms(shared, file, rows):
    wanted = [
        Column("customer_id", ("客户编号",), Kind.ID, required=True),
        Column("number", ("发票号码",), Kind.ID),
        Column("invoiced_on", ("开票日期",), Kind.DATE),
        Column("amount", ("价税合计",), Kind.AMOUNT, 2),
        Column("status", ("发票状态",), Kind.CHOICE, choices=("有效发票", "作废发票")),
    ]
    reading = read_table(shared / f"cn_enterprises_63_{file}_invoices.csv.gz", wanted)
    assert reading.table.num_rows == rows
    assert reading.bad == {}
    assert reading.table.column("invoiced_on").null_count == 0
    assert reading.table.column("status").null_count == 0
    assert set(values(reading, "status")) == {"有效发票", "作废发票"}


def test_chinese_firms_are_known_by_their_headings(shared):
    wanted = [
        Column("customer_id", ("客户编号",), Kind.ID, required=True),
        Column("name", ("名称",), Kind.TEXT),
        Column("bank_grade", ("信誉评级",), Kind.CHOICE, choices=("A", "B", "C", "D")),
        Column("defaulted", ("违约",), Kind.FLAG),
    ]
    reading = read_table(shared / "cn_enterprises_63.csv", wanted)
    assert reading.matched == {
        "customer_id": "企业代号",
        "name": "企业名称",
        "bank_grade": "信誉评级",
        "defaulted": "是否违约",
    }
    assert (reading.table.num_rows, reading.bad, duplicates(reading)) == (63, {}, [])


def test_blanks_between_thousands_and_a_byte_order_mark(shared):
    path = shared / "borrowers_ratios_200.csv"
    heads = path.read_text("utf-8-sig").splitlines()[0].split(",")
    wanted = [Column(head, (), Kind.NUMBER, 4) for head in heads]
    reading = read_table(path, wanted, key=None)
    assert reading.table.num_rows == 200
    assert reading.bad == {}
    assert not any(column.null_count for column in reading.table.columns)
    assert any(value > 1000 for name in heads for value in values(reading, name))


def test_two_rows_of_headings_and_empty_sheets(shared):
    wanted = [
        Column("rate", ("贷款年利率",), Kind.RATIO, 4),
        *[Column(grade, (f"信誉评级{grade}",), Kind.RATIO, 6) for grade in "ABC"],
    ]
    reading = read_table(shared / "cn_rate_vs_churn.xlsx", wanted, key=None)
    assert reading.table.num_rows == 29
    assert values(reading, "rate")[:2] == [Decimal("0.0400"), Decimal("0.0425")]
    assert reading.matched["A"] == "客户流失率 / 信誉评级A"
    assert reading.skipped == {1: "heading", 2: "heading"}
