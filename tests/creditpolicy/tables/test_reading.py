"""Tables as people really keep them: titles, merged and doubled headings, units, totals, hidden things, several sheets."""

from __future__ import annotations

import datetime
from decimal import Decimal

import openpyxl
import pytest
import xlwt

from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from creditpolicy.tables import Column, duplicates, read_table

from .conftest import HEADINGS, MAIN, OFFICE, sheet_of, skeleton

DAY = datetime.date(2024, 1, 5)


def codes(reading):
    return {problem.code for problem in reading.problems}


def values(reading, name):
    return reading.table.column(name).to_pylist()


def accounted(reading, last):
    """Whether every row up to the last is read, skipped with a reason, or blank."""
    return len(reading.rows) + len(reading.skipped) + reading.blank_rows == last


def test_an_ordinary_sheet_becomes_exact_typed_columns(xlsx, columns):
    reading = read_table(
        xlsx(
            [
                ["客户编号", "名称", "累计租赁额", "资产负债率", "实力", "逾期天数", "新客户", "合作日期"],
                ["C001", "甲公司", 1234.5, 0.65, 18.5, 0, "否", DAY],
                ["C002", "乙公司", "1.2万", "70%", 9, "3天", "是", "2024年1月5日"],
            ]
        ),
        columns,
    )
    assert reading.table.schema.field("rent").type == columns[2].arrow_type
    assert values(reading, "rent") == [Decimal("1234.50"), Decimal("12000.00")]
    assert values(reading, "debt") == [Decimal("0.650000"), Decimal("0.700000")]
    assert values(reading, "strength") == [Decimal("18.50"), Decimal("9.00")]
    assert values(reading, "late") == [0, 3]
    assert values(reading, "is_new") == [False, True]
    assert values(reading, "since") == [DAY, DAY]
    assert reading.rows == [2, 3]
    assert reading.bad == {}
    assert reading.problems == ()
    assert reading.sheet == "客户"
    assert accounted(reading, 3)


@pytest.mark.parametrize(
    "heading",
    [
        "累计租赁额",
        "rent",
        " 累计 租赁额 ",
        "累计租赁额*",
        "*累计租赁额",
        "＊累计租赁额（必填）",
        "累计\n租赁额",
        "累计租赁额(元)",
        "累计租赁额（元）",
        "累计租赁额【元】",
        "累计租赁额/元",
        "累计租赁额：",
        "ＲＥＮＴ",
        "Rent",
        "CUMULATIVE RENT",
        "cumulative_rent",
        "累计租赁额（单位：元）",
    ],
)
def test_a_heading_is_known_in_all_its_dress(xlsx, columns, heading):
    reading = read_table(xlsx([["Customer ID", heading], ["C1", 5]]), columns)
    assert values(reading, "rent") == [Decimal("5.00")]
    assert reading.matched["rent"] == heading


@pytest.mark.parametrize(
    "heading", ["客户编号", "客户代码", "企业代号", "编号", "customer_id", "Customer No.", "客戶編號", "客户ID"]
)
def test_the_key_is_known_by_its_many_names(xlsx, columns, heading):
    assert values(read_table(xlsx([[heading, "名称"], ["C1", "甲"]]), columns), "customer_id") == ["C1"]


def test_a_general_word_serves_only_where_no_better_heading_stands(xlsx, columns):
    reading = read_table(xlsx([["编号", "客户编号", "公司名称"], ["1", "C1", "甲"]]), columns)
    assert values(reading, "customer_id") == ["C1"]
    assert reading.unmatched == ("编号",)
    assert values(reading, "name") == ["甲"]


def test_a_flag_is_known_by_its_question_and_a_score_by_its_tail(xlsx, columns):
    reading = read_table(xlsx([["客户编号", "是否新客户", "实力得分"], ["C1", "是", 5]]), columns)
    assert values(reading, "is_new") == [True]
    assert values(reading, "strength") == [Decimal("5.00")]


def test_titles_above_the_headings_are_skipped(xlsx, columns):
    reading = read_table(
        xlsx(
            [
                ["某公司客户信用评级表"],
                [],
                ["填报部门: 信用管理部", None, "2024年"],
                ["客户编号", "累计租赁额"],
                ["C1", 5],
            ]
        ),
        columns,
    )
    assert reading.rows == [5]
    assert reading.skipped == {1: "title", 3: "title", 4: "heading"}
    assert reading.blank_rows == 1
    assert accounted(reading, 5)


def test_the_unit_in_a_heading_scales_and_is_said(xlsx, columns):
    reading = read_table(
        xlsx([["客户编号", "累计租赁额（万元）", "资产负债率(%)"], ["C1", 1.2, 65], ["C2", "3亿", "70%"]]), columns
    )
    assert values(reading, "rent") == [Decimal("12000.00"), Decimal("300000000.00")]
    assert values(reading, "debt") == [Decimal("0.650000"), Decimal("0.700000")]
    notes = [problem.what for problem in reading.problems if problem.code == "converted"]
    assert len(notes) == 2
    assert "× 10000" in notes[0]
    assert "÷ 100" in notes[1]


def test_the_unit_above_the_headings_scales_all_amounts(xlsx, columns):
    rows = [["客户表"], [None, "单位：万元 日期：2024-01-05"], ["客户编号", "累计租赁额", "逾期天数"], ["C1", 1.2, 3]]
    reading = read_table(xlsx(rows), columns)
    assert values(reading, "rent") == [Decimal("12000.00")]
    assert values(reading, "late") == [3]
    assert "converted" in codes(reading)


def test_a_row_of_units_below_the_headings_is_heeded(xlsx, columns):
    reading = read_table(
        xlsx([["客户编号", "累计租赁额", "资产负债率"], [None, "万元", "%"], ["C1", 1.2, 65]]), columns
    )
    assert values(reading, "rent") == [Decimal("12000.00")]
    assert values(reading, "debt") == [Decimal("0.650000")]
    assert reading.rows == [3]


@pytest.mark.parametrize("heading", ["累计租赁额(美元)", "累计租赁额（USD）", "累计租赁额(%)"])
def test_a_unit_that_cannot_be_converted_is_refused(xlsx, columns, heading):
    with pytest.raises(Refusal) as caught:
        read_table(xlsx([["客户编号", heading], ["C1", 1]]), columns)
    assert caught.value.problems[0].code == "wrong-unit"


def test_months_are_no_days(xlsx, columns):
    with pytest.raises(Refusal, match="单位是月"):
        read_table(xlsx([["客户编号", "逾期天数(月)"], ["C1", 1]]), columns)


def test_merged_headings_in_two_rows_are_read_together(xlsx, columns):
    def merge(book):
        sheet = book.get_worksheet_by_name("客户")
        sheet.merge_range("A1:A2", "客户编号")
        sheet.merge_range("B1:C1", "评分")

    rows = [[None, None, None, "财务"], [None, "实力", "潜力", "资产负债率"], ["C1", 5, 6, 0.5]]
    reading = read_table(xlsx(rows, merge), columns)
    assert values(reading, "strength") == [Decimal("5.00")]
    assert values(reading, "debt") == [Decimal("0.500000")]
    assert reading.rows == [3]
    assert reading.skipped == {1: "heading", 2: "heading"}
    assert "评分 / 潜力" in reading.unmatched


def test_a_heading_made_of_two_rows_is_one_name(xlsx):
    wanted = [
        Column("customer_id", ("客户编号",), Kind.ID),
        Column("a", ("本年销售额",), Kind.AMOUNT, 2),
        Column("b", ("上年销售额",), Kind.AMOUNT, 2),
    ]
    reading = read_table(xlsx([["客户编号", "本年", "上年"], [None, "销售额", "销售额"], ["C1", 1, 2]]), wanted)
    assert (values(reading, "a"), values(reading, "b")) == ([Decimal("1.00")], [Decimal("2.00")])


def test_headings_doubled_in_two_languages_are_skipped_twice(xlsx, columns):
    reading = read_table(xlsx([["客户编号", "累计租赁额"], ["customer_id", "rent"], ["C1", 5]]), columns)
    assert reading.rows == [3]
    assert reading.skipped == {1: "heading", 2: "heading"}


def test_headings_printed_again_on_each_page_are_skipped(xlsx, columns):
    head = ["客户编号", "累计租赁额"]
    reading = read_table(xlsx([head, ["C1", 5], head, ["C2", 6]]), columns)
    assert reading.rows == [2, 4]
    assert "headings-again" in codes(reading)


def test_blank_rows_totals_and_signatures_are_skipped_and_said(xlsx, columns):
    reading = read_table(
        xlsx(
            [
                ["客户编号", "名称", "累计租赁额"],
                ["C1", "甲", 5],
                [],
                ["  ", None, None],
                ["C2", "乙", 6],
                [None, "华东小计", 11],
                ["合  计", None, 11],
                ["制表人: 张三", None, None],
                [None, "注: 本表由财务部提供", None],
            ]
        ),
        columns,
    )
    assert reading.rows == [2, 5]
    assert {number: reason for number, reason in reading.skipped.items() if number > 1} == {
        6: "total",
        7: "total",
        8: "remark",
        9: "remark",
    }
    assert {"total-rows", "remark-rows"} <= codes(reading)


def test_a_customer_called_total_is_not_a_total(xlsx, columns):
    reading = read_table(
        xlsx([["客户编号", "名称", "累计租赁额"], ["C1", "合计商贸有限公司", 5], [None, "合计商贸有限公司", 5]]),
        columns,
    )
    assert reading.rows == [2, 3]
    assert reading.bad[3][0].code == "missing-key"


def test_a_bad_cell_is_told_with_its_address_and_never_becomes_blank(xlsx, columns):
    reading = read_table(xlsx([["客户编号", "名称", "累计租赁额"], ["C1", "甲", "约五百"], ["C2", "乙", 5]]), columns)
    (problem,) = reading.bad[2]
    assert problem.code == "not-one-number"
    assert problem.where.cell == "C2"
    assert problem.where.sheet == "客户"
    assert problem.facts == ("rent",)
    assert "约五百" in problem.what
    assert values(reading, "rent") == [None, Decimal("5.00")]
    assert list(reading.bad) == [2]


def test_error_cells_and_formulas_without_result_are_bad(tmp_path, columns):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["客户编号", "累计租赁额", "资产负债率", "实力"])
    sheet.append(["C1", "#N/A", "=1/2", 5])
    sheet["B2"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    reading = read_table(tmp_path / "a.xlsx", columns)
    assert [problem.code for problem in reading.bad[2]] == ["error-cell", "uncalculated"]


def test_what_the_format_shows_is_what_is_read(xlsx, columns):
    def more(book):
        sheet = book.get_worksheet_by_name("客户")
        sheet.write(1, 0, 123, book.add_format({"num_format": "000000"}))
        sheet.write(1, 1, 120, book.add_format({"num_format": '0.00"万元"'}))
        sheet.write(1, 2, 0.65, book.add_format({"num_format": "0%"}))
        sheet.write(2, 0, 7, book.add_format({"num_format": '"C"0000'}))
        sheet.write(2, 1, 12000, book.add_format({"num_format": '0!.0,"万"'}))
        sheet.write(2, 2, 0.7, book.add_format({"num_format": "0.00_ "}))
        sheet.write(3, 0, "C9")
        sheet.write(3, 1, 1200, book.add_format({"num_format": "[$$-409]#,##0.00"}))
        sheet.write(3, 2, 0.5)

    reading = read_table(xlsx([["客户编号", "累计租赁额", "资产负债率"]], more), columns)
    assert values(reading, "customer_id") == ["000123", "C0007", "C9"]
    assert values(reading, "rent") == [Decimal("1200000.00"), Decimal("12000.00"), None]
    assert values(reading, "debt") == [Decimal("0.650000"), Decimal("0.700000"), Decimal("0.500000")]
    assert reading.bad[4][0].code == "foreign-currency"


@pytest.mark.parametrize(("date_1904", "serial"), [(False, 45296), (True, 45296 - 1462)])
def test_both_calendars_of_excel_are_read(packed, columns, date_1904, serial):
    rows = HEADINGS.replace("累计租赁额", "合作日期") + (
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>C1</t></is></c><c r="B2" s="1"><v>{serial}</v></c></row>'
    )
    parts = skeleton(sheet_of(rows))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "<sheets>", f'<workbookPr date1904="{int(date_1904)}"/><sheets>'
    )
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>'
    )
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>", f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )
    assert values(read_table(packed(parts), columns), "since") == [DAY]


def test_identifiers_spoilt_by_excel_are_bad_and_whole_ones_kept(xlsx, columns):
    rows = [["客户编号"], [913100001234567890.0], ["9.13E+17"], [100001.0], ["00123"], ["91310000MA1FL0XX1X"]]
    reading = read_table(xlsx(rows), columns)
    assert values(reading, "customer_id") == [None, None, "100001", "00123", "91310000MA1FL0XX1X"]
    assert [problem.code for found in reading.bad.values() for problem in found] == ["spoilt-id", "spoilt-id"]


def test_a_number_shared_by_merged_rows_is_bad_and_a_name_is_shared(xlsx, columns):
    def merge(book):
        sheet = book.get_worksheet_by_name("客户")
        sheet.merge_range("B2:B3", "甲集团")
        sheet.merge_range("C2:C3", 100)

    reading = read_table(xlsx([["客户编号", "名称", "累计租赁额"], ["C1"], ["C2"]], merge), columns)
    assert values(reading, "name") == ["甲集团", "甲集团"]
    assert values(reading, "rent") == [Decimal("100.00"), None]
    assert reading.bad[3][0].code == "merged-cell"
    assert "C2" in reading.bad[3][0].what


def test_hidden_rows_are_read_and_said(xlsx, columns):
    path = xlsx(
        [["客户编号"], ["C1"], ["C2"]],
        lambda book: book.get_worksheet_by_name("客户").set_row(2, None, None, {"hidden": True}),
    )
    reading = read_table(path, columns)
    assert reading.rows == [2, 3]
    assert "hidden-rows" in codes(reading)


def test_the_sheet_that_answers_best_is_read_and_the_others_named(xlsx, columns):
    path = xlsx(
        说明=[["填表说明"], ["客户编号必填"]],
        明细=[["客户编号", "累计租赁额", "新客户"], ["C1", 5, "是"]],
        汇总=[["客户编号", "名称"], ["C9", "乙"]],
    )
    reading = read_table(path, columns)
    assert reading.sheet == "明细"
    (note,) = [problem for problem in reading.problems if problem.code == "other-sheets"]
    assert "说明" in note.what
    assert "汇总" in note.why
    assert read_table(path, columns, sheet="汇总").table.column("customer_id").to_pylist() == ["C9"]


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(xlsx, columns, refused):
    path = xlsx(甲=[["客户编号"], ["C1"]], 乙=[["客户编号"], ["C1"]])
    problem = refused(path, columns, sheet="丙")
    assert "“甲”、“乙”" in problem.fix


def test_hidden_sheets_come_last(xlsx, columns):
    head = ["客户编号", "累计租赁额", "新客户"]
    path = xlsx(
        lambda_=[["客户编号"], ["C1"]],
        旧数据=[head, ["C2", 5, "是"]],
        then=lambda book: book.get_worksheet_by_name("旧数据").hide(),
    )
    assert read_table(path, columns).sheet == "lambda_"


def test_only_the_hidden_sheet_has_headings(xlsx, columns):
    path = xlsx(
        封面=[["你好"]], 数据=[["客户编号"], ["C2"]], then=lambda book: book.get_worksheet_by_name("数据").hide()
    )
    reading = read_table(path, columns)
    assert reading.sheet == "数据"
    assert "hidden-sheet" in codes(reading)


def test_large_sheets_among_several_are_read_whole(xlsx, columns):
    path = xlsx(封面=[["说明"]], 数据=[["客户编号"], *[[f"C{n}"] for n in range(500)]])
    assert read_table(path, columns).table.num_rows == 500


def test_two_headings_for_one_column_are_asked_about(xlsx, columns):
    with pytest.raises(Refusal) as caught:
        read_table(xlsx([["客户编号", "累计租赁额(元)", "累计租赁额(万元)"], ["C1", 1, 2]]), columns)
    (problem,) = caught.value.problems
    assert problem.code == "two-headings"
    assert "B “累计租赁额(元)”" in problem.what


def test_a_missing_key_column_is_refused_with_a_guess(xlsx, columns):
    with pytest.raises(Refusal) as caught:
        read_table(xlsx([["客户的编号", "累计租赁额"], ["C1", 1]]), columns)
    (problem,) = caught.value.problems
    assert problem.code == "missing-column"
    assert "客户的编号" in problem.fix


def test_a_sheet_without_headings_says_what_was_wanted_and_seen(xlsx, columns, refused):
    problem = refused(xlsx([["C1", "甲", 5], ["C2", "乙", 6]]), columns)
    assert problem.code == "no-headings"
    assert "客户编号" in problem.what
    assert "甲" in problem.why
    assert refused(xlsx([[]]), columns).code == "no-headings"


def test_absent_columns_are_null_and_named(xlsx, columns):
    reading = read_table(xlsx([["客户编号"], ["C1"]]), columns)
    assert reading.table.column_names == [column.id for column in columns]
    assert values(reading, "rent") == [None]
    (note,) = reading.problems
    assert note.severity == "warning"
    assert "rent" in note.facts


def test_headings_without_rows_make_an_empty_table(xlsx, columns):
    reading = read_table(xlsx([["客户编号", "累计租赁额"]]), columns)
    assert reading.table.num_rows == 0
    assert "no-rows" in codes(reading)


def test_columns_without_a_heading_are_said(xlsx, columns):
    reading = read_table(xlsx([["客户编号", None, "累计租赁额"], ["C1", "?", 5, "x"]]), columns)
    (note,) = [problem for problem in reading.problems if problem.code == "unnamed-columns"]
    assert "B、D" in note.what


def test_rounded_cells_are_counted(xlsx, columns):
    reading = read_table(xlsx([["客户编号", "累计租赁额"], ["C1", 1.005], ["C2", 1 / 3], ["C3", 1.5]]), columns)
    assert values(reading, "rent") == [Decimal("1.01"), Decimal("0.33"), Decimal("1.50")]
    (note,) = [problem for problem in reading.problems if problem.code == "rounded"]
    assert "有 2 格" in note.what


def test_dates_are_settled_by_the_column(xlsx, columns):
    head = ["客户编号", "合作日期"]
    american = read_table(xlsx([head, ["C1", "1/5/2024"], ["C2", "1/31/2024"]]), columns)
    assert values(american, "since") == [DAY, datetime.date(2024, 1, 31)]
    european = read_table(xlsx([head, ["C1", "5/1/2024"], ["C2", "31/1/2024"]]), columns)
    assert values(european, "since") == [DAY, datetime.date(2024, 1, 31)]
    unsettled = read_table(xlsx([head, ["C1", "1/5/2024"], ["C2", "2/2/2024"]]), columns)
    assert list(unsettled.bad) == [2]
    contradictory = read_table(xlsx([head, ["C1", "1/5/2024"], ["C2", "31/1/2024"], ["C3", "1/31/2024"]]), columns)
    assert list(contradictory.bad) == [2]
    assert values(read_table(xlsx([head, ["C1", "1/5/2024"]]), columns, day_first=False), "since") == [DAY]


def test_separators_are_settled_by_the_column(xlsx, columns):
    head = ["客户编号", "累计租赁额"]
    chinese = read_table(xlsx([head, ["C1", "1,234"], ["C2", "1.234"], ["C3", "1,234.5"]]), columns)
    assert values(chinese, "rent") == [Decimal("1234.00"), Decimal("1.23"), Decimal("1234.50")]
    european = read_table(xlsx([head, ["C1", "1.234,5"], ["C2", "1.234"], ["C3", "1,234"], ["C4", "12.5"]]), columns)
    assert values(european, "rent") == [Decimal("1234.50"), None, None, Decimal("12.50")]
    assert list(european.bad) == [3, 4]


def test_duplicated_customers_are_told_with_their_rows(xlsx, columns):
    reading = read_table(xlsx([["客户编号"], ["C1"], ["C2"], ["Ｃ1"], ["c2"], [1], ["1"]]), columns)
    found = duplicates(reading)
    assert [(problem.code, problem.severity) for problem in found] == [
        ("duplicate", "fault"),
        ("duplicate", "fault"),
        ("alike", "warning"),
    ]
    assert "第 2、4 行" in found[0].what
    assert "第 6、7 行" in found[1].what


def test_a_table_without_key_keeps_all_rows(xlsx, columns):
    reading = read_table(xlsx([["累计租赁额"], [1], [2]]), columns[2:], key=None)
    assert values(reading, "rent") == [Decimal("1.00"), Decimal("2.00")]


def test_every_row_of_a_messy_sheet_is_accounted_for(xlsx, columns):
    rows = [
        ["表"],
        [],
        ["客户编号", "累计租赁额"],
        ["C1", 1],
        [],
        [None, "?"],
        ["合计", 1],
        ["C2", "x"],
        ["审核:", None],
    ]
    reading = read_table(xlsx(rows), columns)
    assert accounted(reading, 9)
    assert set(reading.rows) | set(reading.skipped) == {1, 3, 4, 6, 7, 8, 9}


@pytest.fixture
def xls(tmp_path):
    """Write an xls file."""
    path = tmp_path / "customers.xls"
    book = xlwt.Workbook()
    cover = book.add_sheet("封面")
    cover.visibility = 1
    sheet = book.add_sheet("客户")
    percent, day, padded = (
        xlwt.easyxf(num_format_str="0%"),
        xlwt.easyxf(num_format_str="yyyy-mm-dd"),
        xlwt.easyxf(num_format_str="00000"),
    )
    for column, text in enumerate(["客户编号", "累计租赁额", "资产负债率", "合作日期", "新客户", "实力"]):
        sheet.write(0, column, text)
    sheet.write(1, 0, 42, padded)
    sheet.write(1, 1, 1234.5)
    sheet.write(1, 2, 0.65, percent)
    sheet.write(1, 3, DAY, day)
    sheet.write(1, 4, True)
    sheet.row(1).set_cell_error(5, 42)
    sheet.write_merge(2, 3, 0, 0, "C9")
    sheet.write(2, 1, 1)
    sheet.write(3, 1, 2)
    book.save(path)
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_xls_is_read_with_its_formats_errors_and_merges(xls, columns):
    reading = read_table(xls, columns)
    assert values(reading, "customer_id") == ["00042", "C9", "C9"]
    assert values(reading, "rent") == [Decimal("1234.50"), Decimal("1.00"), Decimal("2.00")]
    assert values(reading, "debt")[0] == Decimal("0.650000")
    assert values(reading, "since")[0] == DAY
    assert values(reading, "is_new")[0] is True
    assert reading.bad[2][0].code == "error-cell"
    assert duplicates(reading)[0].code == "duplicate"


def test_ods_is_read_with_shares_dates_errors_and_repeats(ods, columns):
    def cell(kind, value, text="", attributes=""):
        told = {"float": "value", "percentage": "value", "date": "date-value", "boolean": "boolean-value"}.get(kind)
        state = f'office:{told}="{value}"' if told else ""
        return f'<table:table-cell office:value-type="{kind}" {state} {attributes}><text:p>{text or value}</text:p></table:table-cell>'

    heads = "".join(
        cell("string", text) for text in ["客户编号", "累计租赁额", "资产负债率", "合作日期", "新客户", "实力"]
    )
    first = (
        cell("string", "C1")
        + cell("float", "1234.5", "1,234.50")
        + cell("percentage", "0.65", "65%")
        + cell("date", "2024-01-05")
        + cell("boolean", "true")
        + cell("string", "", "#DIV/0!", 'calcext:value-type="error"')
    )
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    note = "<office:annotation><text:p>批注</text:p></office:annotation></table:table-cell>"
    second = cell("string", "C2").replace("</table:table-cell>", note)
    rows = [heads + blank, first, blank, second + blank]
    xml = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    tail = f'<table:table-row table:number-rows-repeated="1048572">{blank}</table:table-row>'
    styles = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
    hidden = (
        '<table:table table:name="旧" table:style-name="off"><table:table-row>'
        + heads
        + "</table:table-row></table:table>"
    )
    reading = read_table(ods(f'{hidden}<table:table table:name="客户">{xml}{tail}</table:table>', styles), columns)
    assert reading.sheet == "客户"
    assert reading.rows == [2, 4]
    assert values(reading, "customer_id") == ["C1", "C2"]
    assert values(reading, "rent")[0] == Decimal("1234.50")
    assert values(reading, "debt")[0] == Decimal("0.650000")
    assert values(reading, "since")[0] == DAY
    assert values(reading, "is_new")[0] is True
    assert reading.bad[2][0].code == "error-cell"


def test_namespaces_with_prefixes_and_the_strict_edition_are_read(packed, two):
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>客户编号</x:t></x:is></x:c>'
        '<x:c t="str"><x:f>A</x:f><x:v>累计租赁额</x:v></x:c></x:row>'
        '<x:row><x:c t="inlineStr"><x:is><x:r><x:t>C0</x:t></x:r><x:r><x:t>01</x:t></x:r>'
        '<x:rPh sb="0" eb="1"><x:t>读音</x:t></x:rPh></x:is></x:c><x:c><x:v>5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    reading = read_table(packed(skeleton(sheet)), two)
    assert values(reading, "customer_id") == ["C001"]
    assert values(reading, "rent") == [Decimal("5.00")]


def test_a_formula_that_gives_an_empty_text_is_blank(packed, two):
    rows = HEADINGS + '<row r="2"><c r="A2" t="str"><v>C1</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    reading = read_table(packed(skeleton(sheet_of(rows))), two)
    assert values(reading, "rent") == [None]
    assert reading.bad == {}


def test_long_numbers_written_in_full_keep_all_digits(packed, two):
    rows = HEADINGS + '<row r="2"><c r="A2"><v>913100001234567891</v></c></row>'
    assert values(read_table(packed(skeleton(sheet_of(rows))), two), "customer_id") == ["913100001234567891"]
