"""Text files: their characters, delimiters, quotes and ragged lines."""

from __future__ import annotations

import contextlib
import datetime
import gzip
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditpolicy.problems import Refusal
from creditpolicy.tables import read_table

TEXT = '客户编号,名称,累计租赁额\nC001,甲公司,"1,234.5"\nC002,乙公司,5\n'


def values(reading, name):
    return reading.table.column(name).to_pylist()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_encodings_of_chinese_offices_are_recognised(text_file, columns, encoding, ends):
    reading = read_table(text_file(TEXT.replace("\n", ends), encoding=encoding), columns)
    assert values(reading, "name") == ["甲公司", "乙公司"]
    assert values(reading, "rent") == [Decimal("1234.50"), Decimal("5.00")]


def test_big5_is_recognised_by_its_headings(text_file, columns):
    reading = read_table(text_file("客戶編號,公司名稱\nC001,臺灣機械\n", encoding="big5"), columns)
    assert values(reading, "name") == ["臺灣機械"]


def test_a_csv_named_xls_is_read_as_what_it_is(text_file, columns):
    reading = read_table(text_file(TEXT, "导出.xls", "gbk"), columns)
    assert values(reading, "name") == ["甲公司", "乙公司"]
    assert [problem.code for problem in reading.problems if problem.code == "misnamed"]


@pytest.mark.parametrize(("encoding", "word"), [("utf-8", "中文"), ("gbk", "联通")])
def test_a_few_characters_are_asked_about_and_not_guessed(text_file, columns, refused, encoding, word):
    path = text_file(f"customer_id,x\nC1,{word}\n", encoding=encoding)
    assert refused(path, columns).code == "which-encoding"
    reading = read_table(path, [*columns, column_of("x")], encoding=encoding)
    assert values(reading, "x") == [word]


def column_of(name):
    from creditpolicy.model import Kind
    from creditpolicy.tables import Column

    return Column(name, (), Kind.TEXT)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_headings_are_evidence_enough(text_file, columns, encoding):
    assert values(read_table(text_file("客户编号,名称\nC1,联通\n", encoding=encoding), columns), "name") == ["联通"]


def test_an_encoding_that_is_told_must_be_true(text_file, columns, refused):
    path = text_file(TEXT, encoding="gbk")
    assert refused(path, columns, encoding="utf-8").code == "not-this-encoding"
    assert refused(path, columns, encoding="klingon").code == "unknown-encoding"
    assert refused(path, columns, encoding="base64").code in ("not-this-encoding", "unknown-encoding")


def test_bytes_of_no_encoding_are_refused_with_the_line(text_file, columns, refused):
    problem = refused(text_file("客户编号\nC1\n".encode() + b"\xff\xff\xff\n"), columns)
    assert problem.code == "no-encoding"
    assert "第 3 行" in problem.what


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(text_file, columns, delimiter):
    reading = read_table(text_file(TEXT.replace('"1,234.5"', "1234.5").replace(",", delimiter)), columns)
    assert values(reading, "rent") == [Decimal("1234.50"), Decimal("5.00")]


def test_semicolons_with_decimal_commas(text_file, columns):
    reading = read_table(text_file("customer_id;rent;debt\nC1;1.234,50;65%\nC2;2.345.678,00;7%\n"), columns)
    assert values(reading, "rent") == [Decimal("1234.50"), Decimal("2345678.00")]


def test_the_hint_of_excel_is_heeded(text_file, columns):
    reading = read_table(text_file("sep=;\r\ncustomer_id;rent\r\nC1;5\r\n"), columns)
    assert values(reading, "rent") == [Decimal("5.00")]
    assert reading.rows == [2]


def test_quotes_line_ends_and_delimiters_inside_a_field(text_file, columns):
    content = '客户编号,名称,累计租赁额\nC1,"甲,""北""\n分公司",5\n\nC2,5" 管业,6\n'
    reading = read_table(text_file(content), columns)
    assert values(reading, "name") == ['甲,"北"\n分公司', '5" 管业']
    assert reading.rows == [2, 4]
    assert reading.blank_rows == 1


def test_ragged_lines_are_bad_and_the_rest_is_read(text_file, columns):
    reading = read_table(text_file("客户编号,名称,累计租赁额\nC1,甲,1\nC2,乙,丙,2\nC3,丁\nC4,戊,3,,\n"), columns)
    assert {row: found[0].code for row, found in reading.bad.items()} == {3: "ragged-row", 4: "ragged-row"}
    assert reading.bad[3][0].facts == ("customer_id", "name", "rent")
    assert len(reading.bad[3]) == 1
    assert values(reading, "rent") == [Decimal("1.00"), None, None, Decimal("3.00")]


def test_totals_below_a_csv_may_be_short(text_file, columns):
    reading = read_table(text_file("客户编号,名称,累计租赁额\nC1,甲,1\n合计,1\n"), columns)
    assert reading.bad == {}
    assert reading.skipped[3] == "total"


def test_gzip_of_one_or_more_members_is_read(text_file, columns):
    half = TEXT.encode()
    path = text_file(gzip.compress(half[:40]) + gzip.compress(half[40:]), "a.csv.gz")
    assert values(read_table(path, columns), "name") == ["甲公司", "乙公司"]


def test_spoilt_identifiers_of_a_csv_are_bad(text_file, columns):
    reading = read_table(text_file('客户编号\n9.13E+17\n00123\n"=""00456"""\n'), columns)
    assert values(reading, "customer_id") == [None, "00123", "00456"]
    assert reading.bad[2][0].where.cell == "A2"


def test_months_first_with_windows_line_ends(text_file, columns):
    reading = read_table(text_file("customer_id,合作日期\r\nC1,1/2/2013\r\nC2,2/25/2013\r\n"), columns)
    assert values(reading, "since") == [datetime.date(2013, 1, 2), datetime.date(2013, 2, 25)]


@given(st.binary(max_size=400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_reading_fail_but_in_words(text_file, columns, data):
    for content in (data, "客户编号,名称\n".encode() + data, "客户编号,名称\n".encode("gbk") + data):
        with contextlib.suppress(Refusal):
            reading = read_table(text_file(content), columns)
            assert len(reading.rows) == reading.table.num_rows
