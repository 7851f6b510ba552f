"""Makes the files that the tests of tables read: ordinary workbooks by the writers people use, others byte by byte."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from creditpolicy.model import Kind
from creditpolicy.problems import Problem, Refusal
from creditpolicy.tables import Column, read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADINGS = '<row r="1"><c r="A1" t="inlineStr"><is><t>客户编号</t></is></c><c r="B1" t="inlineStr"><is><t>累计租赁额</t></is></c></row>'
ONE_ROW = '<row r="2"><c r="A2" t="inlineStr"><is><t>C001</t></is></c><c r="B2"><v>12.5</v></c></row>'


@pytest.fixture
def columns() -> list[Column]:
    """The columns that most tests look for, one of nearly every kind."""
    return [
        Column("customer_id", ("客户编号", "客戶編號", "Customer ID"), Kind.ID, required=True),
        Column("name", ("名称",), Kind.TEXT),
        Column("rent", ("累计租赁额", "Cumulative rent"), Kind.AMOUNT, 2, unit="元"),
        Column("debt", ("资产负债率",), Kind.RATIO, 6, Decimal(0), Decimal(10)),
        Column("strength", ("实力",), Kind.SCORE, 2, Decimal(0), Decimal(20), unit="分"),
        Column("late", ("逾期天数",), Kind.DAYS, 0, unit="天"),
        Column("is_new", ("新客户",), Kind.FLAG),
        Column("since", ("合作日期",), Kind.DATE),
    ]


@pytest.fixture
def two() -> list[Column]:
    """The two columns of the workbooks made byte by byte."""
    return [Column("customer_id", ("客户编号",), Kind.ID), Column("rent", ("累计租赁额",), Kind.AMOUNT, 2, unit="元")]


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets of rows as an xlsx file: `xlsx(rows)` or `xlsx(first=rows, second=rows)`; `then` may do more."""

    def make(
        rows: Sequence[Sequence[Any]] | None = None,
        then: Callable[[xlsxwriter.Workbook], None] | None = None,
        **sheets: Sequence[Sequence[Any]],
    ) -> Path:
        path = tmp_path / "customers.xlsx"
        with xlsxwriter.Workbook(path) as book:
            date = book.add_format({"num_format": "yyyy-mm-dd"})
            for name, content in ({"客户": rows} if rows is not None else sheets).items():
                sheet = book.add_worksheet(name)
                for row, cells in enumerate(content):
                    for column, cell in enumerate(cells):
                        if hasattr(cell, "isoformat"):
                            sheet.write_datetime(row, column, cell, date)
                        elif cell is not None:
                            sheet.write(row, column, cell)
            if then:
                then(book)
        return path

    return make


def relation(kind: str, target: str) -> str:
    """Give a part with one relation, r1."""
    one = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}/relationships">{one}</Relationships>'


def skeleton(sheet: str | bytes, **more: str | bytes) -> dict[str, str | bytes]:
    """Give the parts of the smallest workbook with one sheet."""
    sheets = '<sheets><sheet name="客户" sheetId="1" r:id="r1"/></sheets>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
        **more,
    }


def sheet_of(rows: str, before: str = "", after: str = "") -> str:
    """Give the XML of a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """Zip parts as a file."""

    def make(parts: Mapping[str, str | bytes], name: str = "odd.xlsx", method: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return path

    return make


@pytest.fixture
def ods(packed: Callable[..., Path]) -> Callable[..., Path]:
    """Write an ods file from the XML of its tables."""

    def make(tables: str, styles: str = "", **more: str) -> Path:
        spaces = " ".join(
            f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for prefix, name in {"office": "office", "table": "table", "text": "text", "style": "style"}.items()
        )
        content = (
            f'<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            f"<office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
        )
        parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, **more}
        return packed(parts, "customers.ods")

    return make


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a text, or bytes, as a file."""

    def make(content: str | bytes, name: str = "customers.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def refused() -> Callable[..., Problem]:
    """Read a file that must be refused within two seconds, in words, and give the first problem."""

    def read(path: Path, columns: Sequence[Column], **options: Any) -> Problem:
        began = sum(os.times()[:4])
        with pytest.raises(Refusal) as caught:
            read_table(path, columns, **options)
        # Processor time, of this process and its child: other work on the machine must not fail a test.
        assert sum(os.times()[:4]) - began < 2
        problem = caught.value.problems[0]
        assert problem.what.endswith("。")
        assert any("\u4e00" <= character <= "\u9fff" for character in problem.what)
        assert problem.fix
        assert "{" not in str(caught.value)
        return problem

    return read
