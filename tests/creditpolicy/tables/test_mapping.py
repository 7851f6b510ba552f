"""The mapping file: YAML, JSON or CSV, and every fault in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from creditpolicy.problems import Refusal
from creditpolicy.tables import read_table

SHEET = "代号,全部租金,其他列\nC1,5,x\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.yaml", "代号: customer_id\n全部租金: 累计租赁额\n"),
        ("map.yml", "# 对照\n'代号': customer_id\n全部租金: rent\n"),
        ("map.json", '{"代号": "customer_id", "全部租金": "rent"}'),
        ("map.csv", "表头,事实\n代号,customer_id\n全部租金,rent\n".replace("表头,事实\n", "")),
        ("map.txt", "代号\tcustomer_id\n全部租金\trent\n"),
    ],
)
def test_headings_are_told_by_a_file(text_file, columns, name, content):
    reading = read_table(text_file(SHEET), columns, mapping=text_file(content, name))
    assert reading.table.column("rent").to_pylist() == [Decimal("5.00")]
    assert reading.matched == {"customer_id": "代号", "rent": "全部租金"}
    assert reading.unmatched == ("其他列",)


def test_headings_are_told_by_a_dict_and_beat_all_others(text_file, columns):
    path = text_file("客户编号,内部号,rent\nC1,N1,5\n")
    reading = read_table(path, columns, mapping={"内部号": "customer_id"})
    assert reading.table.column("customer_id").to_pylist() == ["N1"]


def test_a_mapping_in_gbk_is_read(text_file, columns):
    mapping = text_file("代号,customer_id\n全部租金,rent\n", "map.csv", "gbk")
    assert read_table(text_file(SHEET, "a.csv"), columns, mapping=mapping).matched["rent"] == "全部租金"


def test_every_fault_of_a_mapping_is_told_at_once_with_its_line(text_file, columns):
    content = "代号: customer_id\n编码: customer_id\n租金: rend\n租金: rent\n"
    with pytest.raises(Refusal) as caught:
        read_table(text_file(SHEET), columns, mapping=text_file(content, "map.yaml"))
    assert [(problem.code, problem.where.line) for problem in caught.value.problems] == [
        ("two-headings", 2),
        ("unknown-fact", 3),
        ("doubled-heading", 4),
    ]
    assert "rent" in caught.value.problems[1].fix


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.yaml", "- 代号\n"),
        ("map.yaml", "代号: [customer_id]\n"),
        ("map.yaml", "a: b: c\n"),
        ("map.yaml", "&a [*a]\n"),
        ("map.yaml", "[" * 5000),
        ("map.json", "[1, 2]"),
        ("map.json", '{"a": 1}'),
        ("map.json", "{"),
        ("map.yaml", b"\xff\xfe\xff\x00"),
        ("map.yaml", "# " + "x" * (1 << 20)),
        ("map.yaml", ""),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused(text_file, columns, name, content):
    with pytest.raises(Refusal) as caught:
        read_table(text_file(SHEET), columns, mapping=text_file(content, name))
    assert caught.value.problems[0].fix


def test_an_absent_mapping_is_refused(tmp_path, text_file, columns):
    with pytest.raises(Refusal):
        read_table(text_file(SHEET), columns, mapping=tmp_path / "none.yaml")
