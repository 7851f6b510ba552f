"""The template: a column for each fact with its rules, two examples, and the way back: filled in, it is rated as it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

import creditpolicy
from creditpolicy.customers import read_customers
from creditpolicy.language import use_language
from creditpolicy.prepared import Prepared, prepare
from creditpolicy.reader import read_policy, shipped
from creditpolicy.workbooks import write_template
from creditpolicy.workbooks.examples import example_rows
from read_back import DAY, exact
from small_policy import POLICY

KINDS = """
policy: kinds
version: "1.0"
title: 各类事实
document: {name: T-02}
effective_from: 2026-01-01
roles:
  - {role: finance, label: 财务部}
facts:
  customer_id: {label: 客户编号, type: id, example: "0001", clause: "1"}
  name: {label: 名称, type: text, clause: "1"}
  assets: {label: 净资产, type: amount, unit: 万元, clause: "1"}
  debt: {label: 资产负债率, type: ratio, range: [0, 1], example: 55%, guidance: 看最近一期报表。, judged_by: finance, clause: "2.1"}
  share: {label: 占比, type: percent, range: [0, 100], example: "65", clause: "1"}
  staff: {label: 员工人数, type: count, range: [1, null], clause: "1"}
  rent: {label: 累计租赁额, type: amount, unit: 元, derived: invoiced_total, range: [0, null], example: "1,200,000", clause: "1"}
  listed: {label: 上市公司, type: flag, clause: "1"}
  since: {label: 成立日期, type: date, example: 2009-06-18, clause: "1"}
  odd: {label: 担保, type: choice, choices: ["保函, 银行", "抵押 \\"房产\\"", 无], clause: "1"}
  long: {label: 行业, type: choice, choices: [CHOICES], clause: "1"}
  remark: {label: 备注, type: text, clause: "1"}
scorecard:
  base:
    - {item: debt, max: 60, bands: [{to: 0.7, points: 60}, {above: 0.7, points: 0}], clause: "1"}
    - {item: rent, max: 20, points: "least(20, rent / 100000)", clause: "1"}
    - item: odd
      max: 20
      choices: [{is: "保函, 银行", points: 20}, {is: "抵押 \\"房产\\"", points: 10}, {is: 无, points: 0}]
      missing: worst
      clause: "1"
grades:
  - {grade: A, from: 60, clause: "1"}
  - {grade: B, clause: "1"}
""".replace("CHOICES", ", ".join(f"第{number}类行业的全称" for number in range(60)))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """A policy with a fact of every kind."""
    return prepare(read_policy(KINDS))


@pytest.fixture(scope="module")
def path(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its template."""
    file = tmp_path_factory.mktemp("template") / "模板.xlsx"
    write_template(prepared, file)
    return file


@pytest.fixture
def workbook(path: Path) -> Workbook:
    """Its template, read back."""
    return openpyxl.load_workbook(path)


def test_each_input_has_a_column_with_label_unit_and_star(workbook: Workbook) -> None:
    assert [cell.value for cell in workbook["客户"][1]] == [
        "客户编号 *", "名称", "净资产 (万元)", "资产负债率 *", "占比 (%)", "员工人数", "累计租赁额 (元)", "上市公司", "成立日期",
        "担保", "行业", "备注",
    ]  # fmt: skip


def test_the_kinds_of_columns_differ_in_colour(workbook: Workbook) -> None:
    fills = {cell.value: cell.fill.fgColor.rgb for cell in workbook["客户"][1]}
    required, derived, used, kept = (fills[name] for name in ("资产负债率 *", "累计租赁额 (元)", "担保", "备注"))
    assert len({required, derived, used, kept}) == 4
    assert fills["客户编号 *"] == required


def test_a_comment_says_what_to_fill_in_what_is_allowed_who_and_which_clause(workbook: Workbook) -> None:
    assert workbook["客户"]["D1"].comment.text == (
        "资产负债率\n填不填: 必填\n怎样填: 看最近一期报表。\n允许: 0% 至 100%\n缺失时: 不评\n由谁填写: 财务部判断\n条款: 2.1"
    )
    assert "填不填: 可由往来推算" in workbook["客户"]["G1"].comment.text


def test_columns_hold_people_to_types_ranges_and_choices(workbook: Workbook) -> None:
    rules = {str(rule.sqref).split(":")[0][0]: rule for rule in workbook["客户"].data_validations.dataValidation}
    assert set(rules) == set("CDEFGHIJK")
    ratio = rules["D"]
    assert (ratio.type, ratio.formula1, ratio.formula2) == ("decimal", "0", "1")
    assert ratio.error == "请填百分数, 如 65%。允许: 0% 至 100%。不知道就留空。"
    assert ratio.errorTitle == "资产负债率"
    assert (rules["F"].type, rules["F"].formula1) == ("whole", "1")
    assert rules["H"].formula1 == '"是,否"'
    assert rules["I"].type == "date"
    assert all(rule.showErrorMessage and str(rule.sqref).endswith("1048576") for rule in rules.values())


def test_choices_with_commas_or_too_many_come_from_a_hidden_sheet(workbook: Workbook) -> None:
    rules = {str(rule.sqref).split(":")[0][0]: rule for rule in workbook["客户"].data_validations.dataValidation}
    assert (rules["J"].formula1, rules["K"].formula1) == ("'选项'!$A$1:$A$3", "'选项'!$B$1:$B$60")
    assert workbook["选项"].sheet_state == "hidden"
    assert [cell.value for cell in workbook["选项"]["A"]][:3] == ["保函, 银行", '抵押 "房产"', "无"]


def test_two_examples_are_recognisable_and_typed(workbook: Workbook) -> None:
    first, second = ([cell.value for cell in row] for row in workbook["客户"].iter_rows(min_row=2, max_row=3))
    assert (first[0], second[0]) == ("示例-1", "示例-2")
    assert "填写前删去本行" in first[1]
    assert exact(first[3]) == Decimal("0.55")
    assert exact(first[6]) == Decimal(1_200_000)
    assert first[8].date() == datetime.date(2009, 6, 18)
    assert workbook["客户"].max_row == 3


def test_columns_show_numbers_as_their_type_asks_and_keep_ids_as_typed(workbook: Workbook) -> None:
    formats = {cell.value: workbook["客户"].cell(2, cell.column).number_format for cell in workbook["客户"][1]}
    assert formats["客户编号 *"] == "@"
    assert formats["资产负债率 *"] == "0.00##%"
    assert formats["净资产 (万元)"] == "#,##0.00"
    assert formats["占比 (%)"] == '0.00##"%"'
    assert formats["成立日期"] == "yyyy-mm-dd"


def test_the_instructions_name_the_policy_and_explain_each_column(workbook: Workbook) -> None:
    rows = [[cell.value for cell in row] for row in workbook["填写说明"].iter_rows()]
    assert rows[0][0] == "各类事实 客户资料填写说明"
    assert "制度 kinds 第 1.0 版" in rows[1][0]
    assert any("示例-1" in str(value) and "删去" in str(value) for row in rows for value in row)
    debt = next(row for row in rows if row[0] == "资产负债率")
    assert debt[1:] == ["必填", "比例", "0% 至 100%", "看最近一期报表。", "不评", "财务部判断", "2.1", "debt"]


def test_headings_stay_in_view_and_print_on_every_page(workbook: Workbook) -> None:
    sheet = workbook["客户"]
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert workbook.active.title == "客户"


def test_no_cell_is_a_formula(workbook: Workbook) -> None:
    assert not [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("pack", shipped())
def test_a_template_is_read_without_a_mapping_to_the_last_digit(pack: str, tmp_path: Path) -> None:
    prepared = prepare(pack)
    path = tmp_path / "template.xlsx"
    write_template(prepared, path)
    customers = read_customers(prepared.program, path)
    assert customers.refused == {}
    assert customers.present == {rule.id for rule in prepared.program.inputs}
    read = customers.table.drop_columns(["row"]).to_pylist()
    assert read == [_as_kept(prepared, row) for row in example_rows(prepared.program)]


def _as_kept(prepared: Prepared, row: dict[str, object]) -> dict[str, object]:
    return {
        rule.id: value.quantize(Decimal(1).scaleb(-rule.fact.scale))
        if isinstance(value := row[rule.id], Decimal)
        else value
        for rule in prepared.program.inputs
    }


@pytest.mark.parametrize("pack", shipped())
def test_the_examples_of_a_template_get_grades(pack: str, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(prepare(pack), path)
    result = creditpolicy.rate(pack, path, as_of=DAY)
    assert [(customer.customer_id, customer.grade is not None) for customer in result] == [
        ("示例-1", True),
        ("示例-2", True),
    ]


def test_a_template_filled_in_by_hand_is_rated(path: Path, prepared: Prepared, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["客户"]
    sheet.delete_rows(2, 2)
    sheet.append(["0007", "长风公司", 4500, 0.7, None, None, 800_000, "是", datetime.date(2010, 1, 5), "无"])
    sheet.append(["0008", "远帆公司", None, None, None, None, 800_000])
    filled = tmp_path / "filled.xlsx"
    workbook.save(filled)
    good, bad = creditpolicy.rate(prepared, filled, as_of=DAY)
    assert (good.customer_id, good.total, good.grade) == ("0007", Decimal("68.00"), "A")
    assert bad.grade is None
    assert "资产负债率" in bad.problems[0].what


@pytest.fixture(params=["zh-hant", "en"])
def other_language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Another language for one test."""
    use_language(request.param)
    yield request.param
    use_language("zh-hans")


@pytest.mark.parametrize("pack", ["leasing", "auto-dealer"])
def test_a_template_in_another_language_is_read_as_well(other_language: str, pack: str, tmp_path: Path) -> None:
    prepared = prepare(pack)
    path = tmp_path / "template.xlsx"
    write_template(prepared, path)
    customers = read_customers(prepared.program, path)
    assert customers.refused == {}
    assert customers.present == {rule.id for rule in prepared.program.inputs}
    assert other_language


def test_examples_are_within_every_range_and_differ(prepared: Prepared) -> None:
    first, second = example_rows(prepared.program)
    assert first != second
    for row in (first, second):
        for rule in prepared.program.inputs:
            if rule.fact.type.is_number:
                low, high = rule.fact.bounds
                assert low <= row[rule.id] <= high
            if rule.fact.choices:
                assert row[rule.id] in rule.fact.choices


def test_the_same_policy_gives_the_same_bytes(prepared: Prepared, path: Path, tmp_path: Path) -> None:
    write_template(prepared, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_every_policy_can_have_a_template(tmp_path: Path) -> None:
    write_template(prepare(read_policy(POLICY)), tmp_path / "small.xlsx")
    assert openpyxl.load_workbook(tmp_path / "small.xlsx").sheetnames == ["客户", "填写说明"]
