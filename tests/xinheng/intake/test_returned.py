"""The failed rows handed back in the sender's own workbook: only they, bad cells red, the reason in front."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt
from imports_of_tests import HEADINGS, book, confirm, handed_back, match, upload
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from xinheng.intake import returned
from xinheng.intake.models import Import, State
from xinheng.org.models import Department

RED = "FFFFC7CE"


def styled() -> bytes:
    """A workbook as a person keeps it: title, merged heading, widths, colours, drop-down, formula, other sheets."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "部门表"
    sheet.append(["2026 年部门表"])
    sheet.merge_cells("A1:D1")
    sheet.append(HEADINGS)
    for row in (["D1", "甲", "否", 1], ["D2", "坏一", "也许", 2], ["D3", "乙", "", 3], ["D4", "", "", 4], ["D5", "丙"]):
        sheet.append(row)
    sheet["B4"].font = Font(bold=True, color="FF0000FF")
    sheet["A4"].comment = Comment("我的批注", "我")
    sheet.column_dimensions["B"].width = 33
    rule = DataValidation(type="list", formula1='"是,否"', sqref="C3:C100")
    sheet.add_data_validation(rule)
    workbook.create_sheet("说明").append(["别动"])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def dry(data: bytes, company, name: str = "部门.xlsx") -> Import:
    of = match(upload(data, by=company.archivist, name=name), by=company.archivist)
    assert of.state == State.CHECKED, of.problem
    return of


def test_only_failed_rows_stay_with_their_looks_and_the_reason_in_front(company, target, tmp_path: Path):
    of = dry(styled(), company)
    book_back = openpyxl.load_workbook(handed_back(of, tmp_path))
    sheet = book_back["部门表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][1] == "2026 年部门表"
    assert rows[1] == ["失败原因", *HEADINGS]
    assert [row[1] for row in rows[2:]] == ["D2", "D4"]
    assert "也许" in rows[2][0]
    assert "部门名称没有填" in rows[3][0]
    assert sheet["C3"].font.b
    assert sheet["C3"].font.color.rgb == "FF0000FF"
    assert sheet.column_dimensions["C"].width == 33
    assert {str(each) for each in sheet.merged_cells.ranges} == {"B1:E1"}
    assert [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation] == [
        ("D3:D100", '"是,否"')
    ]
    assert sheet["B3"].comment.text == "我的批注"
    assert book_back.sheetnames == ["部门表", "说明"]


def test_the_bad_cell_is_red_with_the_reason_as_its_comment_and_no_other_is(company, target, tmp_path: Path):
    sheet = openpyxl.load_workbook(handed_back(dry(styled(), company), tmp_path))["部门表"]
    red = {cell.coordinate for row in sheet.iter_rows(min_row=3) for cell in row if cell.fill.start_color.rgb == RED}
    assert red == {"D3", "C4"}
    assert "也许" in sheet["D3"].comment.text
    assert "没有填" in sheet["C4"].comment.text


def test_the_workbook_handed_back_is_imported_once_it_is_put_right(company, target, tmp_path: Path):
    first = confirm(dry(styled(), company), by=company.archivist)
    assert (first.done["new"], first.done["failed"]) == (3, 2)
    path = handed_back(first, tmp_path)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["部门表"]
    sheet["D3"], sheet["C3"], sheet["C4"], sheet["E4"] = "是", "好一", "丁", 4
    workbook.save(path)
    second = confirm(dry(path.read_bytes(), company), by=company.archivist)
    assert second.done == {"new": 2, "changed": 0, "unchanged": 0, "failed": 0}
    assert Department.objects.filter(code__startswith="D").count() == 5


def test_nothing_in_it_runs_when_it_is_opened(company, target, tmp_path: Path):
    texts = ["=1+1", "＝1+1", "@SUM(1)", "+1", "-1+1", "\t=1", "\r=1"]
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append([*HEADINGS, "随便写"])
    for number, text in enumerate(texts):
        sheet.append([f"D{number}", "坏", "", ""])
        cell = sheet.cell(number + 2, 5)
        cell.value, cell.data_type = text, "s"
    stream = io.BytesIO()
    workbook.save(stream)
    back = openpyxl.load_workbook(handed_back(dry(stream.getvalue(), company), tmp_path)).active
    cells = [back.cell(number + 2, 6) for number in range(len(texts))]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value.strip() for cell in cells[:5]] == texts[:5]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_text_file_comes_back_as_one_with_every_text_safe(company, target, tmp_path: Path, encoding):
    lines = [HEADINGS, ["D1", "甲", "否", "1"], ["D2", "坏部门的名称要长一些", "=cmd|x", "2"], ["D3", "", "", "3"]]
    stream = io.StringIO()
    csv.writer(stream).writerows(lines)
    of = dry(stream.getvalue().encode(encoding), company, "部门.csv")
    path = handed_back(of, tmp_path)
    assert path.suffix == ".csv"
    with path.open(encoding="utf-8-sig", newline="") as back:
        rows = list(csv.reader(back))
    assert rows[0] == ["失败原因", *HEADINGS]
    assert [row[1] for row in rows[1:]] == ["D2", "D3"]
    assert rows[1][3] == "'=cmd|x"


def test_an_old_workbook_comes_back_as_a_new_one(company, target, tmp_path: Path):
    old = xlwt.Workbook(encoding="utf-8")
    sheet = old.add_sheet("部门表")
    for row, cells in enumerate([HEADINGS, ["D1", "甲", "否", 1], ["D2", "坏一", "也许", 2]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = io.BytesIO()
    old.save(stream)
    path = handed_back(dry(stream.getvalue(), company, "部门.xls"), tmp_path)
    assert path.suffix == ".xlsx"
    back = openpyxl.load_workbook(path).active
    assert [cell.value for cell in back[2]][1:] == ["D2", "坏一", "也许", 2]
    assert back["D2"].fill.start_color.rgb == RED
    assert "也许" in back["D2"].comment.text


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change one part of a workbook, as another program might have written it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return stream.getvalue()


def test_a_workbook_that_openpyxl_cannot_take_is_copied_out(company, target, tmp_path: Path):
    strange = with_part(styled(), "xl/styles.xml", lambda text: text.replace(b'<family val="2"', b'<family val="99"'))
    with pytest.raises(ValueError, match="stylesheet"):
        openpyxl.load_workbook(io.BytesIO(strange))
    back = openpyxl.load_workbook(handed_back(dry(strange, company), tmp_path)).active
    assert [row[1].value for row in back.iter_rows(min_row=3)] == ["D2", "D4"]
    assert back["D3"].fill.start_color.rgb == RED


def test_a_sign_that_no_workbook_may_hold_does_not_cost_the_looks(company, target, tmp_path: Path):
    strange = with_part(styled(), "xl/sharedStrings.xml", lambda text: text.replace("也许".encode(), b"_x0007_?"))
    back = openpyxl.load_workbook(handed_back(dry(strange, company), tmp_path))
    assert back["部门表"].column_dimensions["C"].width == 33
    assert back["部门表"]["D3"].fill.start_color.rgb == RED


def test_a_fault_of_our_own_is_not_taken_for_a_strange_workbook(company, target, monkeypatch):
    def broken(*_given: object) -> None:
        raise KeyError("a fault in moving rows")

    monkeypatch.setattr(returned, "_move", broken)
    of = match(upload(styled(), by=company.archivist), by=company.archivist)
    assert of.state == State.FAILED
    assert not of.returned


def test_without_a_failed_row_there_is_nothing_to_hand_back(company, target):
    of = dry(book([["D1", "甲"]]), company)
    assert of.returned == ""
