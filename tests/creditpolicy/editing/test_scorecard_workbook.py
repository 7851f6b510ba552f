"""The scorecard goes out as a workbook and comes in again: what is not changed there stays byte for byte."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from creditpolicy.editing import apply_workbook, scorecard_workbook
from creditpolicy.language import use_language
from creditpolicy.problems import Problem, Refusal
from creditpolicy.reader import read_policy, shipped

PACKS = Path(__file__).parents[3] / "src" / "creditpolicy" / "packs"


def pack(name: str) -> str:
    return (PACKS / name / "policy.yaml").read_text("utf-8")


class Edited:
    """A policy's workbook, opened as a finance manager's program opens it."""

    def __init__(self, text: str, folder: Path) -> None:
        self.text, self.path = text, folder / "评分表.xlsx"
        scorecard_workbook(text, self.path)
        self.book = openpyxl.load_workbook(self.path)

    def sheet(self, name: str = "评分表") -> Worksheet:
        found = self.book[name]
        assert isinstance(found, Worksheet)
        return found

    def column(self, sheet: Worksheet, title: str) -> int:
        return next(cell.column for cell in sheet[1] if cell.value == title)

    def row(self, sheet: Worksheet, place: str) -> int:
        return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == place)

    def put(self, name: str, place: str, title: str, value: Any) -> str:
        sheet = self.sheet(name)
        cell = sheet.cell(self.row(sheet, place), self.column(sheet, title))
        cell.value = value
        return str(cell.coordinate)

    def insert(self, name: str, below: str, **values: Any) -> int:
        sheet = self.sheet(name)
        number = self.row(sheet, below) + 1
        sheet.insert_rows(number)
        for title, value in values.items():
            sheet.cell(number, self.column(sheet, title.replace("_", " "))).value = value
        return number

    def fill(self, name: str, number: int, title: str, value: Any) -> None:
        sheet = self.sheet(name)
        sheet.cell(number, self.column(sheet, title)).value = value

    def delete(self, name: str, *places: str) -> None:
        sheet = self.sheet(name)
        for place in places:
            sheet.delete_rows(self.row(sheet, place))

    def applied(self) -> str:
        self.book.save(self.path)
        return apply_workbook(self.text, self.path)

    def refused(self) -> list[Problem]:
        with pytest.raises(Refusal) as caught:
            self.applied()
        return list(caught.value.problems)


@pytest.fixture
def edit(tmp_path: Path) -> Callable[[str], Edited]:
    """Opens the scorecard workbook of a shipped policy."""
    return lambda name: Edited(pack(name), tmp_path)


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Give the lines that went and those that came."""
    told = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in told if line[0] == "-"], [line[2:] for line in told if line[0] == "+"]


@pytest.mark.parametrize("name", shipped())
def test_an_unchanged_workbook_gives_back_the_same_bytes(name: str, tmp_path: Path) -> None:
    text = pack(name)
    scorecard_workbook(text, tmp_path / "a.xlsx")

    assert apply_workbook(text, tmp_path / "a.xlsx") == text


@pytest.mark.parametrize("name", shipped())
def test_a_workbook_saved_by_another_program_gives_back_the_same_bytes(
    name: str, edit: Callable[[str], Edited]
) -> None:
    assert edit(name).applied() == pack(name)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_workbook_is_read_in_the_language_it_was_written_in(language: str, tmp_path: Path) -> None:
    text = pack("auto-dealer")
    try:
        use_language(language)
        scorecard_workbook(text, tmp_path / "a.xlsx")
    finally:
        use_language("zh-hans")

    assert apply_workbook(text, tmp_path / "a.xlsx") == text


def test_a_file_of_windows_lines_keeps_them(tmp_path: Path) -> None:
    text = "\ufeff" + pack("leasing").replace("\n", "\r\n")
    opened = Edited(text, tmp_path)
    opened.put("等级", "grades.0", "分数线 ≥", 88)
    opened.insert("等级", "grades.1", 等级="B2", 名称="中级", 条款="四.2")
    opened.fill("等级", opened.row(opened.sheet("等级"), "grades.1") + 1, "分数线 ≥", 75)

    made = opened.applied()

    assert made.startswith("\ufeff#")
    assert made.count("\n") == made.count("\r\n")
    assert "from: 88\r\n" in made
    assert "  - {grade: B2, label: 中级, from: 75, clause: 四.2}\r\n" in made or "  - grade: B2\r\n" in made


def test_a_changed_number_changes_nothing_but_its_digits(edit: Callable[[str], Edited]) -> None:
    opened = edit("enterprise-rating")
    sheet = opened.sheet()
    row = next(row for row in range(2, sheet.max_row) if sheet.cell(row, opened.column(sheet, "≥")).value == 0.8)
    sheet.cell(row, opened.column(sheet, "≥")).value = 0.85
    sheet.cell(row - 1, opened.column(sheet, "得分")).value = 3.5
    sheet.cell(row + 1, opened.column(sheet, "<")).value = 0.85
    opened.put("总则", "credit.rounding.to", "值", 5000)

    went, came = lines_changed(opened.text, opened.applied())

    swaps = (("points: 2,", "points: 3.5,"), ("from: 0.8,", "from: 0.85,"), ("below: 0.8,", "below: 0.85,"))
    assert came[:3] == [line.replace(*swap) for line, swap in zip(went, swaps, strict=False)]
    assert all(old != new for old, new in zip(went, came, strict=True))
    assert came[3].split() == ["to:", "5000"]


def test_words_change_in_the_language_of_the_sheet_and_comments_stay(edit: Callable[[str], Edited]) -> None:
    opened = edit("auto-dealer")
    opened.put("事实", "facts.asset_liability_ratio", "最大", 8)
    opened.put("事实", "facts.asset_liability_ratio", "名称", "负债率: 企业")
    opened.put("等级", "grades.0", "含义", "第一行\n第二行 # 不是注释")

    went, came = lines_changed(opened.text, opened.applied())

    assert came[0] == ('    label: {zh-hans: "负债率: 企业", zh-hant: 資產負債率, en: Asset-liability ratio}')
    assert came[1] == "    range: [0, 8]        # 漏写百分号的 58 会落在范围外"
    assert came[2].strip().startswith(("zh-hans: ", "meaning: "))
    assert "第一行\\n第二行 # 不是注释" in came[2]
    assert len(went) == 3


def test_a_row_put_in_becomes_a_rule_in_the_style_of_its_neighbours(edit: Callable[[str], Edited]) -> None:
    opened = edit("auto-dealer")
    sheet = opened.sheet()
    last = next(
        str(sheet.cell(row, 1).value)
        for row in range(2, sheet.max_row)
        if sheet.cell(row, opened.column(sheet, "名称")).value == "六次以上"
    )
    opened.put("评分表", last, "≥", 7)
    number = opened.insert("评分表", last[: -len("3")] + "2", 行="分档", 得分=2, 名称="六次")
    opened.fill("评分表", number, "≥", 6)
    opened.fill("评分表", number, "<", 7)

    went, came = lines_changed(opened.text, opened.applied())

    assert went == ["        - {from: 6, points: 0, label: {zh-hans: 六次以上, en: 6 or more}}"]
    assert came == [
        "        - {from: 6, below: 7, points: 2, label: 六次}",
        "        - {from: 7, points: 0, label: {zh-hans: 六次以上, en: 6 or more}}",
    ]


def test_a_copied_row_is_a_new_rule(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    sheet = opened.sheet("否决")
    source = opened.row(sheet, "scorecard.vetoes.1")
    sheet.insert_rows(source + 1)
    for column in range(1, sheet.max_column + 1):
        sheet.cell(source + 1, column).value = sheet.cell(source, column).value
    opened.fill("否决", source + 1, "编号", "very_long_overdue")
    opened.fill("否决", source + 1, "条件", "overdue_days_max > 180")

    made = opened.applied()

    went, came = lines_changed(opened.text, made)
    assert not went
    vetoes = read_policy(made).tree.at(("scorecard", "vetoes"))
    assert [veto["veto"] for veto in vetoes] == ["dishonest", "long_overdue", "very_long_overdue", "items_withheld"]
    assert vetoes[2]["when"] == "overdue_days_max > 180"
    assert any("very_long_overdue" in line for line in came)


def test_rows_taken_out_and_put_in_another_order_keep_their_words(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    sheet = opened.sheet("否决")
    first = [cell.value for cell in sheet[2]]
    sheet.delete_rows(2)
    sheet.insert_rows(4)
    for column, value in enumerate(first, 1):
        sheet.cell(4, column).value = value
    opened.delete("否决", "scorecard.vetoes.1")

    made = opened.applied()

    before = read_policy(opened.text).tree.at(("scorecard", "vetoes"))
    assert read_policy(made).tree.at(("scorecard", "vetoes")) == [before[2], before[0]]
    went, came = lines_changed(opened.text, made)
    assert {*came} <= {*went}


def test_an_item_with_its_bands_can_be_added_and_removed(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    number = opened.insert(
        "评分表", "scorecard.base.5", 行="项目", 部分="加分项", 项目编号="long_standing", 名称="长期客户"
    )
    for title, value in (("满分", 3), ("依据的事实或算式", "annual_rent"), ("缺失时", "记 0 分"), ("条款", "四.4")):
        opened.fill("评分表", number, title, value)
    sheet = opened.sheet()
    sheet.insert_rows(number + 1, 2)
    for row, side, end, points in ((number + 1, "≥", 1000000, 3), (number + 2, "<", 1000000, 0)):
        opened.fill("评分表", row, "行", "分档")
        opened.fill("评分表", row, side, end)
        opened.fill("评分表", row, "得分", points)

    made = opened.applied()

    policy = read_policy(made).policy
    assert policy is not None
    (item,) = policy.scorecard.bonus
    assert (item.item, item.max, item.missing, len(item.bands or ())) == ("long_standing", 3, "points 0", 2)
    went, came = lines_changed(opened.text, made)
    assert not went
    assert len(came) < 12

    again = Edited(made, opened.path.parent)
    again.delete("评分表", "scorecard.bonus.0.bands.1", "scorecard.bonus.0.bands.0", "scorecard.bonus.0")
    assert read_policy(again.applied()).tree.data["scorecard"] == {
        **read_policy(opened.text).tree.data["scorecard"],
        "bonus": [],
    }


def test_facts_are_added_behind_the_row_above_and_taken_out(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    number = opened.insert(
        "事实", "facts.relation", 编号="region", 名称="地区", 类型="选项", 由谁收集="业务员", 条款="一"
    )
    opened.fill("事实", number, "可选值 (每行一个)", "华东\n华南\n其他")
    opened.delete("事实", "facts.phone")

    made = opened.applied()

    facts = list(read_policy(made).tree.at(("facts",)))
    assert facts[facts.index("relation") + 1] == "region"
    assert "phone" not in facts
    assert read_policy(made).tree.at(("facts", "region")) == {
        "label": "地区", "type": "choice", "choices": ["华东", "华南", "其他"], "collected_by": "sales", "clause": "一",
    }  # fmt: skip


def test_a_blank_cell_takes_the_value_away_and_a_filled_one_brings_it(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    opened.put("授信", "credit.by_grade.0", "说明", "年末复核")
    opened.put("事实", "facts.net_assets", "最小", 0)
    opened.put("事实", "facts.net_assets", "哪边好", None)
    opened.put("事实", "facts.cumulative_rent", "最大", None)

    made = read_policy(opened.applied()).tree

    note = made.at(("credit", "by_grade", 0, "note"))
    assert (note if isinstance(note, str) else note["zh-hans"]) == "年末复核"
    assert made.at(("facts", "net_assets", "range")) == ["0", None]
    assert "better" not in made.at(("facts", "net_assets"))
    assert made.at(("facts", "cumulative_rent", "range")) == ["0", None]


def test_percent_cells_and_amounts_mean_what_they_show(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    address = opened.put("授信", "credit.by_grade.1", "押金 (%)", 0.25)
    opened.sheet("授信")[address].number_format = "0%"
    opened.put("总则", "credit.rounding.to", "值", 5000)

    made = read_policy(opened.applied()).policy

    assert made is not None
    assert made.credit is not None
    assert made.credit.by_grade[1].deposit_percent == 25
    assert made.credit.rounding is not None
    assert made.credit.rounding.to == 5000


def test_everything_wrong_is_told_at_once_with_sheet_and_cell(edit: Callable[[str], Edited]) -> None:
    opened = edit("auto-dealer")
    cells = {
        opened.put("评分表", "scorecard.base.0", "项目编号", "steady"): "评分表",
        opened.put("评分表", "scorecard.base.0", "≥", 3): "评分表",
        opened.put("评分表", "scorecard.base.1", "部分", "加分项"): "评分表",
        opened.put("否决", "scorecard.vetoes.0", "缺资料时", "随便"): "否决",
        opened.put("授信", "credit.by_grade.0", "只收现款", "也许"): "授信",
        opened.put("等级", "grades.1", "含义", "看不见\u202e的字"): "等级",
    }

    problems = opened.refused()

    assert {(problem.where.cell, problem.where.sheet) for problem in problems} == set(cells.items())
    assert all(problem.fix for problem in problems)


def test_what_the_policy_itself_refuses_is_told_at_its_cell(edit: Callable[[str], Edited]) -> None:
    opened = edit("auto-dealer")
    expected = {
        ("评分表", opened.put("评分表", "scorecard.base.5.bands.3", "得分", "很多 很多")),
        ("等级", opened.put("等级", "grades.1", "分数线 ≥", "高")),
        ("事实", opened.put("事实", "facts.years_stable", "小数位数", 12)),
    }

    assert {(problem.where.sheet, problem.where.cell) for problem in opened.refused()} >= expected


def test_a_gap_between_bands_is_told_at_the_band(edit: Callable[[str], Edited]) -> None:
    opened = edit("auto-dealer")
    opened.put("评分表", "scorecard.base.5.bands.3", "≥", 7)

    (problem,) = opened.refused()

    assert problem.where.sheet == "评分表"
    assert problem.where.row in {
        opened.row(opened.sheet(), f"scorecard.base.5{end}") for end in ("", ".bands.2", ".bands.3")
    }


def test_a_workbook_of_an_older_text_is_refused(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    opened.book.save(opened.path)

    with pytest.raises(Refusal) as caught:
        apply_workbook(opened.text.replace("from: 90", "from: 91"), opened.path)

    assert caught.value.problems[0].code == "other-text"


def test_another_workbook_and_a_missing_sheet_are_refused(edit: Callable[[str], Edited], tmp_path: Path) -> None:
    other = openpyxl.Workbook()
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(Refusal) as caught:
        apply_workbook(pack("leasing"), tmp_path / "other.xlsx")
    assert caught.value.problems[0].code == "foreign"

    opened = edit("leasing")
    del opened.book["等级"]
    opened.sheet().cell(1, 5).value = "别名"
    assert {problem.code for problem in opened.refused()} == {"no-sheet", "no-heading"}


def test_ids_are_kept_from_being_typed_over_and_choices_drop_down(edit: Callable[[str], Edited]) -> None:
    opened = edit("leasing")
    rules = [*opened.sheet("等级").data_validations.dataValidation, *opened.sheet().data_validations.dataValidation]

    assert {rule.type for rule in rules} == {"custom", "list"}
    assert any('="" ' in f"{rule.formula1} " or '=""' in str(rule.formula1) for rule in rules)
    assert opened.sheet().column_dimensions["A"].hidden
