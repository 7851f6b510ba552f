"""A call that cannot be carried out leaves 2, says why on stderr in plain words, and writes nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from calling import Call, Called


def assert_refused(called: Called, *words: str) -> None:
    assert called.code == 2
    assert called.out == ""
    assert "Traceback" not in called.err
    for word in words:
        assert word in called.err


def test_an_unknown_verb_is_named_with_the_nearest_one(call: Call):
    assert_refused(call("ratee"), "没有命令“ratee”", "rate", "xinheng --help")


def test_an_unknown_option_is_named_with_the_nearest_one(call: Call, leasing: Path):
    assert_refused(call("rate", leasing, "--polcy", "leasing"), "没有选项 --polcy", "--policy")


def test_a_missing_option_is_named(call: Call, leasing: Path):
    assert_refused(call("rate", leasing), "缺少 -p, --policy 制度", "xinheng rate --help")


def test_a_missing_file_name_is_named(call: Call):
    assert_refused(call("rate", "--policy", "leasing"), "缺少 客户表")


def test_an_option_without_its_value_is_named(call: Call, leasing: Path):
    assert_refused(call("rate", leasing, "-p"), "-p", "要跟一个值")


def test_a_name_with_blanks_that_was_not_quoted_is_explained(call: Call):
    assert_refused(call("rate", "我的", "客户.xlsx", "-p", "leasing"), "客户.xlsx", "空格", "引号")


def test_an_unknown_policy_is_named_with_the_nearest_one(call: Call, leasing: Path):
    assert_refused(call("rate", leasing, "-p", "leasin"), "leasin", "是否要用“leasing”")


@pytest.mark.parametrize("verb", ["show", "check", "test", "sql"])
def test_every_verb_suggests_the_nearest_policy(call: Call, verb: str):
    assert_refused(call(verb, "sales-tier"), "sales-tiering")


def test_a_file_that_is_not_there_is_named(call: Call):
    assert_refused(call("rate", "没有这个.xlsx", "-p", "leasing"), "找不到文件 没有这个.xlsx")


def test_a_folder_is_not_taken_for_a_file(call: Call, tmp_path: Path):
    assert_refused(call("rate", tmp_path, "-p", "leasing"), "是文件夹")


def test_a_file_that_is_no_table_is_refused_with_the_reason(call: Call, tmp_path: Path):
    wrong = tmp_path / "客户.xlsx"
    wrong.write_bytes(b"%PDF-1.7 no workbook")
    assert_refused(call("rate", wrong, "-p", "leasing"), "客户.xlsx")


def test_a_table_of_something_else_is_refused_with_the_reason(call: Call, tmp_path: Path):
    wrong = tmp_path / "库存.csv"
    wrong.write_text("货号,品名,数量\nA1,螺栓,5\n", encoding="utf-8-sig")
    assert_refused(call("rate", wrong, "-p", "leasing"), "客户编号")


def test_an_output_with_another_ending_is_refused_before_any_work(call: Call, leasing: Path, tmp_path: Path):
    assert_refused(call("rate", leasing, "-p", "leasing", "-o", tmp_path / "结果.pdf"), ".xlsx .csv .json .parquet")


def test_an_output_that_is_a_folder_is_refused(call: Call, leasing: Path, tmp_path: Path):
    folder = tmp_path / "结果.xlsx"
    folder.mkdir()
    assert_refused(call("rate", leasing, "-p", "leasing", "-o", folder), "是文件夹")


def test_an_output_never_takes_the_place_of_an_input(call: Call, leasing: Path, tmp_path: Path):
    own = tmp_path / "客户.csv"
    shutil.copy(leasing, own)
    linked = tmp_path / "结果.csv"
    linked.symlink_to(own)
    for target in (own, linked):
        assert_refused(call("rate", own, "-p", "leasing", "-o", target), "盖掉输入文件")
    assert own.read_bytes() == leasing.read_bytes()


def test_an_output_under_a_file_is_refused_before_any_work(call: Call, leasing: Path, tmp_path: Path):
    (tmp_path / "文件").touch()
    assert_refused(call("rate", leasing, "-p", "leasing", "-o", tmp_path / "文件" / "结果.xlsx"), "不能写到文件夹")


def test_a_folder_that_may_not_be_written_is_refused_before_any_work(
    call: Call, leasing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # To an administrator the system grants everything, so its answer is given here instead.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert_refused(call("rate", leasing, "-p", "leasing", "-o", tmp_path / "结果.xlsx"), "不能写到文件夹")


@pytest.mark.parametrize("day", ["2026-02-30", "昨天", "2026/6/30", "20260630"])
def test_a_day_that_is_none_is_refused(call: Call, leasing: Path, day: str):
    assert_refused(call("rate", leasing, "-p", "leasing", "--as-of", day), f"“{day}”不是日期", "2026-11-21")


@pytest.mark.parametrize("words", [["客户=", "名=name"], ["=name"], ["a=b", "没有等号"]])
def test_a_mapping_that_cannot_be_read_is_refused(call: Call, leasing: Path, words: list[str]):
    options = [word for pair in words for word in ("--map", pair)]
    assert_refused(call("rate", leasing, "-p", "leasing", *options), "--map 要写成 表头=事实")


def test_a_customer_who_is_not_there_is_named(call: Call, leasing: Path):
    assert_refused(call("explain", leasing, "-p", "leasing", "-c", "ZL9999"), "没有客户“ZL9999”")


def test_an_amount_that_no_policy_has_is_named(call: Call, leasing: Path):
    assert_refused(call("compare", "leasing", "leasing", leasing, "--amount", "x"), "没有“x”这个金额")


def test_a_dialect_that_is_not_known_is_named_with_those_that_are(call: Call):
    assert_refused(call("sql", "leasing", "--dialect", "oracle"), "oracle", "duckdb、spark、postgres")


def test_a_policy_with_faults_rates_nobody(call: Call, leasing: Path, tmp_path: Path):
    faulty = tmp_path / "制度.yaml"
    faulty.write_text("policy: mine\nversion: 1.0\n", encoding="utf-8")
    target = tmp_path / "结果.xlsx"
    assert_refused(call("rate", leasing, "-p", faulty, "-o", target), "制度.yaml")
    assert not target.exists()
