"""The result workbook: what stands in it equals the result, it can be filtered and printed, and nothing in it can run."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.workbook import Workbook

import creditpolicy
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy
from creditpolicy.workbooks import result_workbook, write_workbook
from creditpolicy.workbooks.reasons_sheet import customers_that_fit
from read_back import DAY, SHEETS, customers, exact, table_of
from small_policy import POLICY, ROWS

HOSTILE = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠A1", "=cmd|' /C calc'!A0",
    "http://example.org", "<r><t>x</t></r>", "<r>]]></r>", "a&b<c>\"d'", "_x0041_", "x\x07y", "\uffff", " blank ", "两\n行",
]  # fmt: skip


def test_it_has_five_sheets_in_order(workbook: Workbook) -> None:
    assert workbook.sheetnames == SHEETS


def test_each_customer_stands_in_the_results_with_exactly_his_numbers(
    workbook: Workbook, result: creditpolicy.Result
) -> None:
    rows = table_of(workbook["结果"], "客户编号")
    assert [row["客户编号"] for row in rows] == [customer.customer_id for customer in result]
    for row, customer in zip(rows, result, strict=True):
        assert exact(row["总分"]) == customer.total
        assert row["等级"] == (customer.grade or "未评")
        assert row["等级名称"] == customer.grade_label
        assert exact(row["额度 (元)"]) == customer.limit
        assert row["账期 (天)"] == customer.terms_days


def test_the_most_costly_items_are_told_in_words(workbook: Workbook) -> None:
    row = next(row for row in table_of(workbook["结果"], "客户编号") if row["客户编号"] == "002")
    assert row["主要失分"] == "年销售额失 20 分 (满分 40); 合作态度失 10 分 (满分 20); 最长逾期扣 10 分"


def test_a_veto_is_named_with_the_grade_by_points_and_the_terms_that_follow(workbook: Workbook) -> None:
    row = next(row for row in table_of(workbook["结果"], "客户编号") if row["客户编号"] == "003")
    assert row["一票否决"] == "弄虚作假"
    assert row["说明与问题"] == "得分等级 A, 因一票否决下调; 只收现款"


def test_the_grade_table_counts_shares_limits_and_amounts(workbook: Workbook, result: creditpolicy.Result) -> None:
    sheet = workbook["结果"]
    top = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "等级")
    for row, line in enumerate(result.grade_table, top + 1):
        values = [sheet.cell(row, column).value for column in range(1, 8)]
        assert values[0] == (line.grade or "未评")
        assert values[2] == line.count
        assert exact(values[3]) == line.share.quantize(Decimal("0.0001"))
        assert (exact(values[4]), exact(values[5])) == (line.limit, line.amount)
    totals = [sheet.cell(top + 1 + len(result.grade_table), column).value for column in (1, 3, 4)]
    assert totals == ["合计", 5, 1]


def test_details_hold_value_points_and_band_of_every_item(workbook: Workbook, result: creditpolicy.Result) -> None:
    sheet = workbook["明细"]
    customer = result.explain("002")
    row = next(row for row in sheet.iter_rows(min_row=6) if row[0].value == "002")
    cells = [cell.value for cell in row]
    assert [exact(value) for value in cells[4:8]] == [
        Decimal("5000000.55"), customer.items[0].points, Decimal("0.4"), customer.items[1].points,
    ]  # fmt: skip
    assert cells[8] == customer.items[1].band == "≥ 40% 且 < 70%"
    assert exact(cells[-2]) == customer.items[-1].points == Decimal("-10.00")


def test_details_are_grouped_as_the_scorecard_is(workbook: Workbook) -> None:
    sheet = workbook["明细"]
    parts = [cell.value for cell in sheet[3] if cell.value]
    assert parts == ["基本项", "加分项", "减分项"]
    assert sheet["E4"].value == "年销售额\n满分 40 · 3.1"
    assert [cell.value for cell in sheet[5]][:9] == [
        "客户编号", "名称", "总分", "等级", "值 (元)", "得分", "值", "得分", "档次",
    ]  # fmt: skip


def test_the_points_of_a_row_add_up_to_its_total(workbook: Workbook) -> None:
    sheet = workbook["明细"]
    points = [column for column in range(5, sheet.max_column + 1) if sheet.cell(5, column).value == "得分"]
    for row in range(6, sheet.max_row + 1):
        total = exact(sheet.cell(row, 3).value)
        if total is not None:
            assert total == sum(exact(sheet.cell(row, column).value) or Decimal(0) for column in points)


def test_reasons_give_each_item_of_each_customer_what_cost_most_first(
    workbook: Workbook, result: creditpolicy.Result
) -> None:
    rows = [row for row in table_of(workbook["理由"], "客户编号") if row["部分"] != "否决"]
    expected = [
        (customer.customer_id, item.label, item.reason, item.clause)
        for customer in result
        for item in sorted(customer.items, key=lambda each: -each.lost)
    ]
    assert [(row["客户编号"], row["项目"], row["理由"], row["依据"]) for row in rows] == expected


def test_a_held_veto_stands_among_the_reasons(workbook: Workbook, result: creditpolicy.Result) -> None:
    vetoes = [row["理由"] for row in table_of(workbook["理由"], "客户编号") if row["部分"] == "否决"]
    assert vetoes == list(result.explain("003").veto_reasons)


def test_refused_rows_say_row_customer_what_why_and_what_to_do(workbook: Workbook, result: creditpolicy.Result) -> None:
    rows = table_of(workbook["问题行"], "行号")
    (refused,) = result.refused
    told = [(row["行号"], row["客户编号"], row["结果"], row["问题"], row["原因"], row["办法"]) for row in rows]
    assert told == [
        (refused.row, "005", "未评", problem.what, problem.why or None, problem.fix or None)
        for problem in refused.problems
    ]


def test_the_policy_sheet_says_what_rated_and_what_was_assumed(workbook: Workbook, result: creditpolicy.Result) -> None:
    texts = [str(cell.value) for row in workbook["制度"].iter_rows() for cell in row if cell.value is not None]
    for expected in (f"SHA-256 {result.prepared.identity['sha256']}", "2026-01-01", "五、授信条件", "年销售额 × 0.1"):
        assert expected in texts
    assert "六、假定清单 (文件没有写明, 须由公司确认)" in texts
    assert "文件没有写 60 分以下" in texts
    assert [text.split(":")[0] for text in texts[-3:]] == ["编制", "审核", "批准"]


def test_numbers_are_numbers_and_the_right_digits_show(workbook: Workbook) -> None:
    sheet = workbook["结果"]
    top = max(row for row in range(1, 30) if sheet.cell(row, 1).value == "客户编号")
    first = [sheet.cell(top + 1, column) for column in range(1, 8)]
    assert [cell.data_type for cell in first] == ["s", "s", "n", "s", "s", "n", "n"]
    assert first[2].number_format.startswith("0.00_")
    assert first[5].number_format.startswith("#,##0.00_")
    debt = workbook["明细"]["G6"]
    assert (exact(debt.value), debt.number_format) == (Decimal("0.3"), "0.00##%_ ")


def test_every_list_can_be_filtered_scrolled_and_printed_on_a4(workbook: Workbook) -> None:
    for name in SHEETS:
        sheet = workbook[name]
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert (sheet.page_setup.fitToWidth or 1) == (2 if name == "明细" else 1)
        assert "&P" in sheet.oddFooter.center.text
        assert sheet.page_setup.orientation == ("portrait" if name == "制度" else "landscape")
    for name in SHEETS[:-1]:
        sheet = workbook[name]
        head = int(re.match(r"[A-Z]+(\d+)", sheet.auto_filter.ref)[1])
        assert sheet.print_title_rows.endswith(f"${head}")
        assert sheet.freeze_panes.endswith(str(head + 1))


def test_a_chart_of_the_grades_stands_beside_their_table(
    workbook: Workbook, written: Path, result: creditpolicy.Result
) -> None:
    assert len(workbook["结果"]._charts) == 1
    with zipfile.ZipFile(written) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert "<c:barChart>" in chart
    counts = [str(line.count) for line in result.grade_table]
    assert re.findall(r"<c:v>([^<]*)</c:v>", chart) == ["户数", "优", "中", "差", "资料不全或有误", *counts]


def test_grades_are_coloured_by_rules_that_follow_the_cell(workbook: Workbook) -> None:
    rules = [rule for each in workbook["结果"].conditional_formatting for rule in each.rules]
    assert [rule.formula for rule in rules] == [['"A"'], ['"B"'], ['"C"'], ['"未评"']]


def test_no_cell_is_a_formula(workbook: Workbook) -> None:
    kinds = {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}


@pytest.mark.parametrize("large", [False, True])
def test_hostile_names_stay_the_text_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    monkeypatch.setattr(result_workbook, "LARGE", 1 if large else 10_000)
    rows = tuple((f"={number}", name, *ROWS[0][2:]) for number, name in enumerate(HOSTILE))
    result = creditpolicy.rate(read_policy(POLICY), customers(rows), as_of=DAY)
    path = tmp_path / "hostile.xlsx"
    write_workbook(result, path)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["结果"]
    found = [row[:2] for row in sheet.iter_rows() if str(row[0].value).startswith("=")]
    assert len(found) == len(HOSTILE)
    for (key, name), customer in zip(found, result, strict=True):
        assert (key.data_type, name.data_type) == ("s", "s")
        assert key.value == customer.customer_id
        assert customer.name in {name.value, _unescaped(name.value)}
    assert not any(sheet.hyperlinks if hasattr(sheet, "hyperlinks") else sheet._hyperlinks for sheet in workbook)


def _unescaped(text: str) -> str:
    """Undo `_x0007_`, which openpyxl leaves as it stands in the cells of a large book."""
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)


def test_a_number_with_more_digits_than_excel_keeps_is_written_as_text_with_a_note(
    rated: Callable[..., Workbook],
) -> None:
    policy = POLICY.replace("range: [0, 1亿]", "digits: 9, range: [0, 1亿]")
    long = Decimal("98765432.123456789")
    workbook = rated((("001", "甲", str(long), *ROWS[0][3:]),), policy)
    cell = workbook["明细"]["E6"]
    assert (cell.data_type, cell.value) == ("s", "98,765,432.123456789")
    assert "15 位" in cell.comment.text


def test_numbers_of_up_to_fifteen_digits_are_kept_to_the_last(rated: Callable[..., Workbook]) -> None:
    policy = POLICY.replace("range: [0, 1亿]", "range: [0, null]")
    workbook = rated((("001", "甲", "1234567890123.45", *ROWS[0][3:]),), policy)
    assert exact(workbook["明细"]["E6"].value) == Decimal("1234567890123.45")


def test_a_large_result_is_written_row_by_row_with_the_same_cells(
    result: creditpolicy.Result, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_workbook, "LARGE", 1)
    path = tmp_path / "large.xlsx"
    write_workbook(result, path)
    small, large = openpyxl.load_workbook(written), openpyxl.load_workbook(path)
    for one, other in zip(small, large, strict=True):
        assert _cells(one) == _cells(other)
        assert one.auto_filter.ref == other.auto_filter.ref


def _cells(sheet: object) -> list[tuple[object, ...]]:
    return [
        (cell.coordinate, cell.value, cell.data_type, cell.number_format)
        for row in sheet.iter_rows()  # type: ignore[attr-defined]
        for cell in row
        if cell.value is not None
    ]


def test_the_same_result_gives_the_same_bytes(result: creditpolicy.Result, written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(result, again)
    assert again.read_bytes() == written.read_bytes()


def test_more_customers_than_excel_has_rows_are_refused_with_the_way_out(
    result: creditpolicy.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_workbook, "EXCEL_ROWS", 44)
    with pytest.raises(Refusal, match=r"Excel 一张表放不下") as caught:
        write_workbook(result, tmp_path / "x.xlsx")
    assert ".parquet" in caught.value.problems[0].fix
    assert not (tmp_path / "x.xlsx").exists()


def test_reasons_are_capped_at_what_excel_holds_and_say_so(result: creditpolicy.Result) -> None:
    every = 5 * 6 + 1
    assert customers_that_fit(result, rows=every) == 5
    assert customers_that_fit(result, rows=every - 1) == 4
    assert customers_that_fit(result, rows=13) == 1


def test_rows_that_are_capped_are_left_out_of_the_reasons_only(
    result: creditpolicy.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditpolicy.workbooks.reasons_sheet.customers_that_fit", lambda _result: 2)
    path = tmp_path / "capped.xlsx"
    write_workbook(result, path)
    workbook = openpyxl.load_workbook(path)
    assert {row["客户编号"] for row in table_of(workbook["理由"], "客户编号")} == {"001", "002"}
    assert "只有文件里前 2 户" in workbook["理由"]["A2"].value
    assert len(table_of(workbook["结果"], "客户编号")) == 5


def test_an_empty_file_gives_a_workbook_too(rated: Callable[..., Workbook]) -> None:
    empty = customers(ROWS[:1]).slice(0, 0)
    result = creditpolicy.rate(read_policy(POLICY), pa.table(empty), as_of=DAY)
    assert len(result) == 0
    assert rated(ROWS[:1]).sheetnames == SHEETS


def test_a_file_that_cannot_be_written_says_so_and_leaves_nothing(result: creditpolicy.Result, tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(Refusal, match="写不了"):
        result.write(tmp_path / "folder.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]


@pytest.mark.parametrize("pack", ["leasing", "credit-standing", "auto-dealer", "sales-credit", "sales-tiering"])
@pytest.mark.parametrize("sample", ["sample.csv", "sample_problems.csv"])
def test_the_samples_of_the_packs_come_out_whole(repo: Path, tmp_path: Path, pack: str, sample: str) -> None:
    source = repo / "src/creditpolicy/packs" / pack / sample
    if not source.exists():
        pytest.skip(f"{pack} has no {sample}")
    result = creditpolicy.rate(pack, source, as_of=datetime.date(2026, 11, 20))
    workbook = openpyxl.load_workbook(result.write(tmp_path / f"{pack}.xlsx"))
    rows = table_of(workbook["结果"], "客户编号")
    assert [(exact(row["总分"]), row["等级"]) for row in rows] == [
        (customer.total, customer.grade or "未评") for customer in result
    ]
    problems = table_of(workbook["问题行"], "行号")
    assert len(problems) == sum(len(customer.problems) for customer in result)
