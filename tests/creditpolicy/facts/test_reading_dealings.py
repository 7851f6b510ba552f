"""A user's own file becomes a canonical table: headings by many names, words normalised, bad rows told and left out."""

from __future__ import annotations

import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from creditpolicy.facts import TABLES, derive, read_dealings
from creditpolicy.facts.reading import wanted_columns
from creditpolicy.problems import Refusal
from creditpolicy.tables import match_headers

INVOICES = """客户编号,发票号码,开票日期,到期日,价税合计,发票状态,结清日期,有争议
C1,0001,2024-01-05,2024-02-04,"1,000.00",有效发票,2024-02-10,否
C1,0002,2024-02-05,2024-03-06,500.00, 作废发票,,
C1,0003,2024-03-05,2024-04-04,200.00,红字发票,,
C2,0004,2024/3/7,2024/4/6,１２３．４５,正常,,是
"""


def written(tmp_path, text, name="invoices.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_export_in_chinese_becomes_the_canonical_table(tmp_path):
    dealings = read_dealings(written(tmp_path, INVOICES), "invoices")
    assert (dealings.rows, dealings.left_out) == (4, 0)
    assert dealings.table.column("status").to_pylist() == ["valid", "void", "return", "valid"]
    assert dealings.table.column("amount").to_pylist()[3] == Decimal("123.45")
    assert dealings.table.column("disputed").to_pylist() == [False, None, None, True]
    assert "counterparty" not in dealings.table.column_names


def test_a_return_reduces_although_the_export_writes_it_without_a_sign(tmp_path):
    dealings = read_dealings(written(tmp_path, INVOICES), "invoices")
    row = derive(invoices=dealings.table, as_of=datetime.date(2024, 12, 31)).table.to_pylist()[0]
    assert (row["invoiced_total"], row["returns_total"]) == (Decimal("800.00"), Decimal("200.00"))
    assert (row["invoice_count"], row["void_count"]) == (2, 1)


def test_bad_rows_are_left_out_and_told_while_good_ones_go_on(tmp_path):
    text = (
        INVOICES
        + "C3,0005,不详,,100,有效,,\nC3,0006,2024-01-01,,很多,有效,,\nC3,0007,2024-01-01,,100,待定,,\nC3,0008,2024-01-01,,,有效,,\n"
    )
    dealings = read_dealings(written(tmp_path, text), "invoices")
    assert (dealings.rows, dealings.left_out) == (4, 4)
    assert [problem.where.row for problem in dealings.problems if problem.severity == "fault"] == [6, 7, 8, 9]
    assert "待定" in str(dealings.problems[2])


def test_a_general_heading_counts_where_no_better_one_stands(tmp_path):
    plain = written(tmp_path, "客户编号,日期,金额\nC1,2024-01-05,10\n")
    dealings = read_dealings(plain, "invoices")
    assert dealings.table.to_pylist() == [
        {"customer_id": "C1", "invoiced_on": datetime.date(2024, 1, 5), "amount": Decimal("10.00")}
    ]
    both = written(tmp_path, "客户编号,开票日期,金额,税额,价税合计\nC1,2024-01-05,100,13,113\n", "both.csv")
    assert read_dealings(both, "invoices").table.column("amount").to_pylist() == [Decimal("113.00")]


def test_a_mapping_names_what_headings_do_not(tmp_path):
    path = written(tmp_path, "甲,乙,丙\nC1,2024-01-05,10\n")
    with pytest.raises(Refusal):
        read_dealings(path, "invoices")
    mapping = {"甲": "customer_id", "乙": "invoiced_on", "丙": "amount"}
    assert read_dealings(path, "invoices", mapping).rows == 1


def test_a_table_without_amounts_is_refused_naming_the_column(tmp_path):
    with pytest.raises(Refusal) as refused:
        read_dealings(written(tmp_path, "客户编号,开票日期\nC1,2024-01-05\n"), "invoices")
    assert "价税合计" in str(refused.value)


def test_a_canonical_parquet_file_goes_through_unread(tmp_path):
    path = tmp_path / "invoices.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'C1' AS customer_id, DATE '2024-01-05' AS invoiced_on, 10::DECIMAL(18,2) AS amount) TO '{path}'"
        )
    dealings = read_dealings(path, "invoices")
    assert dealings.table == path
    found = derive(invoices=dealings.table, as_of=datetime.date(2024, 1, 5), names=["sales_12m"]).table
    assert found.to_pylist() == [{"customer_id": "C1", "sales_12m": Decimal("10.00")}]


def test_a_parquet_file_in_chinese_is_brought_to_canonical_form(tmp_path):
    path = tmp_path / "发票.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'C1' AS 客户代码, '2024/1/5' AS 开票日期, 0.145::DOUBLE AS 价税合计, '作废发票' AS 发票状态) TO '{path}'"
        )
    dealings = read_dealings(path, "invoices")
    assert dealings.table.to_pylist() == [
        {"customer_id": "C1", "invoiced_on": datetime.date(2024, 1, 5), "amount": Decimal("0.15"), "status": "void"}
    ]


def test_events_have_their_kinds_by_many_words(tmp_path):
    text = "客户编号,发生日期,事件类型\nC1,2024-01-05,违约\nC1,2024-02-05,行政处罚\nC1,2024-03-05,lawsuit\nC1,2024-04-05,虚假信息\n"
    dealings = read_dealings(written(tmp_path, text), "events")
    assert dealings.table.column("kind").to_pylist() == ["default", "penalty", "lawsuit", "false_information"]


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_heading_of_a_table_means_one_column(kind):
    table = TABLES[kind]
    for column in table.columns:
        for heading in (column.label.zh, column.label.en, *column.synonyms):
            assert match_headers([heading], wanted_columns(table)) == {column.id: heading}


def test_a_frame_in_memory_is_read_by_the_same_rules():
    frame = pa.table({"企业代号": ["E1"], "InvoiceDate": ["1/15/2024"], "InvoiceAmount": ["1,234.5"], "状态": ["x"]})
    dealings = read_dealings(frame, "invoices")
    assert dealings.table.column("amount").to_pylist() == [Decimal("1234.50")]
    assert dealings.table.column_names == ["customer_id", "invoiced_on", "amount"]
