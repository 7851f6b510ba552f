"""A first look at a table: headings, samples, and which column each seems to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from creditpolicy.tables import Column, glance, read_table, whole_sheet

COLUMNS = [
    Column("number", ("客户编号",), Kind.ID),
    Column("name", ("名称", "客户名称"), Kind.TEXT, required=True),
    Column("phone", ("电话",), Kind.ID),
]


def test_a_look_shows_each_heading_with_what_stands_below_it_and_what_it_seems_to_be(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text("客户名称,手机号码,客户编号\n甬江机械有限公司,13800000000,C1\n,13900000000,C2\n", encoding="utf-8")
    seen = glance(file, COLUMNS)
    assert [(each.letters, each.text, each.column) for each in seen.headings] == [
        ("A", "客户名称", "name"),
        ("B", "手机号码", ""),
        ("C", "客户编号", "number"),
    ]
    assert seen.headings[1].samples == ("13800000000", "13900000000")


def test_what_a_look_names_can_be_mapped_and_then_read(tmp_path: Path):
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("客户表")
        sheet.write_row(0, 0, ["甲", "乙方"])
        sheet.write_row(1, 0, ["甬江机械", "C1"])
    seen = glance(file, COLUMNS)
    assert [each.column for each in seen.headings] == ["", ""]
    mapping = {seen.headings[0].key: "name", seen.headings[1].key: "number"}
    reading = read_table(file, COLUMNS, key="name", mapping=mapping)
    assert reading.table.column("name").to_pylist() == ["甬江机械"]
    assert reading.at == {"name": 0, "number": 1}


def test_two_rows_of_headings_can_be_mapped_by_what_a_look_calls_them(tmp_path: Path):
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "客户")
        sheet.write_row(1, 0, ["编号", "名称"])
        sheet.merge_range(0, 2, 0, 3, "联系")
        sheet.write_row(1, 2, ["人", "手机"])
        sheet.write_row(2, 0, ["C1", "甬江机械", "张三", "13800000000"])
    seen = glance(file, COLUMNS)
    assert [each.text for each in seen.headings] == ["客户 / 编号", "客户 / 名称", "联系 / 人", "联系 / 手机"]
    mapping = {
        each.key: name for each, name in zip(seen.headings, ["number", "name", "", "phone"], strict=True) if name
    }
    reading = read_table(file, COLUMNS, key="name", mapping=mapping)
    assert reading.table.column("phone").to_pylist() == ["13800000000"]


def test_a_sheet_of_its_own_choice_is_looked_at_and_given_whole(tmp_path: Path):
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("说明").write(0, 0, "请看第二页")
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["客户编号", "名称"])
        sheet.write_row(1, 0, ["C1", "=甬江"])
    seen = glance(file, COLUMNS)
    assert (seen.sheet, seen.sheets) == ("名单", ("说明", "名单"))
    whole = whole_sheet(file, COLUMNS, sheet="名单")
    assert whole.rows[1][1][0] == "C1"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 ...", b"<html><table></table></html>", b"\x00\x01\x02" * 50])
def test_what_is_no_table_is_refused_with_words(tmp_path: Path, content: bytes):
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    with pytest.raises(Refusal, match="这个文件不能用"):
        glance(file, COLUMNS)
