"""The workbook of derived facts: sheet 事实 with a row for each customer, and sheet 定义 that says what each fact is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditpolicy.facts import CATALOGUE
from creditpolicy.language import _, language_in_use
from creditpolicy.model import Kind
from creditpolicy.problems import Problem, Refusal
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Value
from creditpolicy.workbooks.layout import Page, set_up_page
from creditpolicy.workbooks.looks import CELL, DAY, HEAD, SMALL, WRAPPED, Look

if TYPE_CHECKING:
    from creditpolicy.fact_tables import FactTable

LARGE = 100_000


def write_facts_workbook(facts: FactTable, path: Path) -> None:
    """Write the facts and their definitions; raise Refusal where a sheet cannot hold all customers."""
    count = facts.table.num_rows
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
    with Book(path, title=_("往来事实"), on=facts.as_of, large=count > LARGE) as book:
        _write_rows(book, facts)
        _write_definitions(book, facts)


def _write_rows(book: Book, facts: FactTable) -> None:
    sheet = book.sheet(_("事实"))
    language = language_in_use()
    heads = [_("客户编号"), *(f"{CATALOGUE[name].label.in_language(language)}\n{name}" for name in facts.names)]
    looks = [book.format(CELL), *(book.format(_look(name)) for name in facts.names)]
    sheet.worksheet.set_column(0, len(heads) - 1, 17)
    sheet.worksheet.set_row(0, 46)
    sheet.worksheet.freeze_panes(1, 1)
    sheet.row(0, heads, [book.format(HEAD)] * len(heads))
    number = 0
    for batch in facts.table.to_batches():
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            sheet.row(number, [_flag(value) for value in values], looks)
    sheet.worksheet.autofilter(0, 0, number, len(heads) - 1)
    set_up_page(
        sheet, Page(title=_("往来事实"), dated=_("截至"), on=facts.as_of, width=17 * len(heads), head=(0, 0), columns=1)
    )


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


def _write_definitions(book: Book, facts: FactTable) -> None:
    sheet, language = book.sheet(_("定义")), language_in_use()
    for column, width in enumerate((22, 22, 60, 60)):
        sheet.worksheet.set_column(column, column, width)
    sheet.row(0, [_("编号"), _("名称"), _("定义"), _("边界情况")], [book.format(HEAD)] * 4)
    for row, name in enumerate(facts.names, 1):
        fact = CATALOGUE[name]
        values = [name, *(each.in_language(language) for each in (fact.label, fact.definition, fact.edges))]
        sheet.row(row, values, [book.format(WRAPPED), book.format(WRAPPED), book.format(SMALL), book.format(SMALL)])
    set_up_page(sheet, Page(title=_("往来事实"), dated=_("截至"), on=facts.as_of, width=164, head=(0, 0)))
