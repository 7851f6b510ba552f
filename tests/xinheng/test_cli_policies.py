"""`policies`, `show`, `template`, `check`, `test`, `sql` and `schema`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

from calling import PACKS, Call
from creditpolicy.reader import shipped
from xinheng.command.columns import width


def test_every_shipped_policy_is_listed(call: Call):
    called = call("policies")
    assert called.code == 0
    assert shipped() == [line.split()[0] for line in called.out.splitlines()[2 : 2 + len(shipped())]]


@pytest.mark.parametrize("policy", shipped())
def test_a_policy_is_shown_whole_with_a_clause_beside_each_rule(call: Call, policy: str):
    called = call("show", policy)
    assert called.code == 0
    for part in ("收集的事实", "评分表", "等级", "授信条件", "流程", "复评", "假定 (文件没有写明"):
        assert f"\n{part}" in called.out
    assert "条款" in called.out
    assert max(width(line) for line in called.out.splitlines() if "   " in line) <= 100


@pytest.mark.parametrize("policy", shipped())
def test_no_word_of_the_language_itself_is_left_in_a_page(call: Call, policy: str):
    # The facts come first, and keep their ids: they are what a heading or --map names.
    _facts, _heading, rules = call("show", policy).out.partition("\n评分表\n")
    assert rules
    assert not re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:rerate|months|approve|freeze|phone|first)\b", rules)


@pytest.mark.parametrize("policy", shipped())
def test_a_template_that_was_written_can_be_rated_as_it_is(call: Call, policy: str, tmp_path: Path):
    target = tmp_path / "客户.xlsx"
    assert call("template", policy, "-o", target).code == 0
    called = call("rate", target, "-p", policy, "--as-of", "2026-06-30")
    assert "读入 2 个客户, 评出 2 个" in called.out


@pytest.mark.parametrize("policy", shipped())
def test_a_shipped_policy_has_no_faults_and_its_cases_hold(call: Call, policy: str):
    assert call("check", policy).code == 0
    tested = call("test", policy)
    assert tested.code == 0
    assert "0 个不符" in tested.out


def test_faults_come_before_warnings_and_the_counts_last(call: Call, tmp_path: Path):
    text = (PACKS / "leasing" / "policy.yaml").read_text(encoding="utf-8")
    text = text.replace("    from: 80\n", "    from: 92\n").replace("total: 100", "total: 100", 1)
    faulty = tmp_path / "制度.yaml"
    faulty.write_text(text, encoding="utf-8")
    called = call("check", faulty)
    assert called.code == 1
    assert called.err == ""
    said = [line for line in called.out.splitlines() if line.startswith(("  问题", "  提醒"))]
    assert said == sorted(said, key=lambda line: line.startswith("  提醒"))
    faults = sum(line.startswith("  问题") for line in said)
    assert called.out.splitlines()[-1] == f"{faulty}: {faults} 处问题, {len(said) - faults} 处提醒"


def test_a_fault_is_shown_with_its_line_its_reason_and_its_remedy(call: Call, tmp_path: Path):
    faulty = tmp_path / "制度.yaml"
    text = (PACKS / "leasing" / "policy.yaml").read_text(encoding="utf-8")
    faulty.write_text(text.replace("points: strength", "points: strenght"), encoding="utf-8")
    number = next(number for number, line in enumerate(text.splitlines(), 1) if "points: strength" in line)
    printed = call("check", faulty).out
    assert f"{faulty}:{number}\n{number:>6} │ " in printed
    assert "strenght" in printed
    assert "  办法 │ " in printed


def test_a_file_that_is_no_policy_at_all_is_told_fault_by_fault(call: Call, tmp_path: Path):
    faulty = tmp_path / "制度.yaml"
    faulty.write_text("policy: [\n", encoding="utf-8")
    called = call("check", faulty)
    assert called.code == 1
    assert "制度.yaml:" in called.out


def test_a_case_that_comes_out_otherwise_leaves_1_with_both_values(call: Call, tmp_path: Path):
    cases = (PACKS / "leasing" / "cases.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "cases.yaml"
    wrong.write_text(cases.replace("grade: A", "grade: B", 1), encoding="utf-8")
    called = call("test", "leasing", "--cases", wrong)
    assert called.code == 1
    assert "不符: " in called.out
    assert "1 个不符" in called.out


@pytest.mark.parametrize(("dialect", "mark"), [("duckdb", '"row"'), ("spark", "`row`"), ("postgres", '"row"')])
def test_the_query_is_shown_in_the_dialect_asked_for(call: Call, dialect: str, mark: str):
    called = call("sql", "leasing", "--dialect", dialect)
    assert called.code == 0
    assert called.out.startswith("WITH")
    assert mark in called.out


def test_the_same_day_gives_the_same_query(call: Call):
    day = ("--as-of", "2026-06-30")
    assert call("sql", "sales-credit", *day) == call("sql", "sales-credit", *day)


def test_the_schema_is_printed_or_written(call: Call, tmp_path: Path):
    printed = call("schema").out
    target = tmp_path / "schema.json"
    called = call("schema", "-o", target)
    assert called.code == 0
    assert json.loads(printed) == json.loads(target.read_text(encoding="utf-8"))
    assert "grades" in json.loads(printed)["properties"]


def test_a_scorecard_goes_out_as_a_workbook_and_comes_in_again_byte_for_byte(call: Call, tmp_path: Path):
    card, policy = tmp_path / "评分表.xlsx", tmp_path / "新制度.yaml"
    called = call("scorecard", "leasing", "-o", card)
    assert called.code == 0
    assert f"xinheng scorecard leasing --from {card}" in called.out
    called = call("scorecard", "leasing", "--from", card, "-o", policy)
    assert "没有改动" in called.out
    assert policy.read_bytes() == (PACKS / "leasing" / "policy.yaml").read_bytes()


def test_what_is_changed_in_the_workbook_is_changed_in_the_policy_and_nothing_else(call: Call, tmp_path: Path):
    card, policy = tmp_path / "评分表.xlsx", tmp_path / "新制度.yaml"
    assert call("scorecard", "leasing", "-o", card).code == 0
    book = openpyxl.load_workbook(card)
    clause = next(cell for cell in book["评分表"][2] if cell.value == "四.2 表、说明2")
    clause.value = "四.2 表"
    book.save(card)
    assert call("scorecard", "leasing", "--from", card, "-o", policy).code == 0
    before = (PACKS / "leasing" / "policy.yaml").read_text(encoding="utf-8").splitlines()
    after = policy.read_text(encoding="utf-8").splitlines()
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_a_workbook_of_another_policy_or_a_wrong_ending_is_refused(call: Call, tmp_path: Path):
    card = tmp_path / "评分表.xlsx"
    assert call("scorecard", "leasing", "-o", card).code == 0
    assert "又改过了" in call("scorecard", "sales-tiering", "--from", card, "-o", tmp_path / "新.yaml").err
    assert ".xlsx" in call("scorecard", "leasing", "-o", tmp_path / "评分表.yaml").err
    assert not (tmp_path / "新.yaml").exists()
