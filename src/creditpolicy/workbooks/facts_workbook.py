"""The workbook of derived facts: sheet 事实, a row for each customer; 定义, what each fact is; 问题, what was left out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from creditpolicy.facts import CATALOGUE
from creditpolicy.language import _, language_in_use
from creditpolicy.model import Kind
from creditpolicy.problems import Problem, Refusal
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Value
from creditpolicy.workbooks.layout import Page, set_up_page
from creditpolicy.workbooks.looks import CELL, DAY, HEAD, SMALL, Look

KEY = "customer_id"
LARGE = 100_000
COLUMN = 17
DEFINITION_WIDTHS = (22, 22, 60, 60)
PROBLEM_WIDTHS = (30, 45, 45, 45)


def write_facts_workbook(
    table: pa.Table, path: Path, *, as_of: datetime.date, problems: Sequence[Problem] = ()
) -> None:
    """Write facts by customer with their definitions; raise Refusal where a sheet cannot hold all customers."""
    count = table.num_rows
    if count >= EXCEL_ROWS:
        raise Refusal(
            _("Excel 的一张表放不下 {count} 个客户。").format(count=f"{count:,}"),
            [
                Problem(
                    "too-large",
                    _("Excel 最多 {most} 行。").format(most=f"{EXCEL_ROWS:,}"),
                    "",
                    _("改写成 .csv 或 .parquet。"),
                )
            ],
        )
    names = [name for name in table.column_names if name != KEY]
    with Book(path, title=_("往来事实"), on=as_of, large=count > LARGE) as book:
        _write_rows(book, table.select([KEY, *names]), names, as_of)
        _write_words(book, _("定义"), DEFINITION_WIDTHS, _definitions(names), as_of)
        if problems:
            _write_words(book, _("问题"), PROBLEM_WIDTHS, _problem_rows(problems), as_of)


def _write_rows(book: Book, table: pa.Table, names: Sequence[str], as_of: datetime.date) -> None:
    sheet, language = book.sheet(_("事实")), language_in_use()
    heads = [_("客户编号"), *(f"{CATALOGUE[name].label.in_language(language)}\n{name}" for name in names)]
    looks = [book.format(CELL), *(book.format(_look(name)) for name in names)]
    sheet.worksheet.set_column(0, len(heads) - 1, COLUMN)
    sheet.worksheet.set_row(0, 46)
    sheet.worksheet.freeze_panes(1, 1)
    sheet.row(0, heads, [book.format(HEAD)] * len(heads))
    number = 0
    for batch in table.to_batches():
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            sheet.row(number, [_flag(value) for value in values], looks)
    sheet.worksheet.autofilter(0, 0, number, len(heads) - 1)
    set_up_page(sheet, _page(as_of, COLUMN * len(heads), columns=1))


def _page(as_of: datetime.date, width: int, *, columns: int = 0) -> Page:
    return Page(title=_("往来事实"), dated=_("截至"), on=as_of, width=width, head=(0, 0), columns=columns)


def _flag(value: Any) -> Value:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    known: Value = value
    return known


def _look(name: str) -> Look:
    kind = CATALOGUE[name].type
    if kind is Kind.DATE:
        return DAY
    formats = {Kind.AMOUNT: "#,##0.00", Kind.RATIO: "0.00##%", Kind.NUMBER: "#,##0.00####"}
    return {**CELL, "num_format": formats.get(kind, "#,##0")} if kind is not Kind.FLAG else CELL


def _definitions(names: Sequence[str]) -> list[list[str]]:
    language = language_in_use()
    rows = [[_("编号"), _("名称"), _("定义"), _("边界情况")]]
    for name in names:
        fact = CATALOGUE[name]
        rows.append([name, *(words.in_language(language) for words in (fact.label, fact.definition, fact.edges))])
    return rows


def _problem_rows(problems: Sequence[Problem]) -> list[list[str]]:
    rows = [[_("位置"), _("问题"), _("原因"), _("办法")]]
    return rows + [[str(each.where), each.what, each.why, each.fix] for each in problems[: EXCEL_ROWS - 1]]


def _write_words(book: Book, title: str, widths: Sequence[int], rows: list[list[str]], as_of: datetime.date) -> None:
    """Write a sheet of words under a row of heads."""
    sheet = book.sheet(title)
    for column, width in enumerate(widths):
        sheet.worksheet.set_column(column, column, width)
    for number, values in enumerate(rows):
        sheet.row(number, values, [book.format(SMALL if number else HEAD)] * len(values))
    set_up_page(sheet, _page(as_of, sum(widths)))
