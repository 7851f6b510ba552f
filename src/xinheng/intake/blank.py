"""The template of a target: a workbook with its headings, what each wants, drop-downs, and two examples."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.model import Kind
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Sheet
from creditpolicy.workbooks.entry_rules import Choices
from creditpolicy.workbooks.layout import display_width
from creditpolicy.workbooks.looks import CELL, CENTERED, HEAD, QUIET, SUBTITLE, WRAPPED
from xinheng.intake.targets import Field, Target

EXAMPLE = {**CELL, "font_color": "#7F6000", "bg_color": "#FFF8E1", "italic": True, "num_format": "@"}
REQUIRED = {**HEAD, "bg_color": "#F8CBAD"}
_NOTE = {"width": 280}


def write_template(target: Target, path: Path, *, on: datetime.date) -> None:
    """Write the template: a sheet to fill in and a sheet that explains it."""
    fields = target.fields()
    with Book(path, title=_("{label}导入模板").format(label=target.label), on=on) as book:
        sheet = book.sheet(str(target.label)[:31])
        choices = Choices(book)
        _explain(book, target, fields)
        for column, field in enumerate(fields):
            _column(sheet, column, field, choices)
        for row in range(max(len(field.examples) for field in fields)):
            for column, field in enumerate(fields):
                text = field.examples[row] if row < len(field.examples) else ""
                sheet.text(row + 1, column, text, book.format(EXAMPLE))
        sheet.worksheet.set_row(0, 30)
        sheet.worksheet.freeze_panes(1, 1)
        sheet.worksheet.activate()


def _column(sheet: Sheet, column: int, field: Field, choices: Choices) -> None:
    book, wanted = sheet.book, field.column
    heading = f"{wanted.label} *" if field.is_marked else wanted.label
    sheet.text(0, column, heading, book.format(REQUIRED if field.is_marked else HEAD))
    sheet.note(0, column, "\n".join(filter(None, [wanted.label, needed(field), field.help, allowed(field)])), _NOTE)
    width = max([display_width(text) for text in (heading, *field.examples)])
    # As text, so that no number loses its leading 0 or its last digits; figures and days are read from text as well.
    kept = "General" if wanted.kind.is_number else "yyyy-mm-dd" if wanted.kind is Kind.DATE else "@"
    sheet.worksheet.set_column(column, column, min(max(width + 3, 11), 34), book.format({"num_format": kept}))
    source: Any = None
    if wanted.choices:
        source = choices.source(wanted.choices)
    elif wanted.kind is Kind.FLAG:
        source = [_("是"), _("否")]
    if source is not None:
        message = _("请从下拉里选一项; 不知道就留空。")
        rule = {"validate": "list", "source": source, "error_title": wanted.label[:32], "error_message": message}
        sheet.worksheet.data_validation(1, column, EXCEL_ROWS - 1, column, rule)


def needed(field: Field) -> str:
    """Say whether a column must be filled in."""
    if field.column.required:
        return _("必填")
    return _("新增时必填") if field.must else _("选填, 不知道就留空")


def allowed(field: Field) -> str:
    """Say what may stand in a column."""
    column = field.column
    if column.choices:
        return _("可以填: {choices}").format(choices=listed(column.choices))
    words = {
        Kind.DATE: _("日期, 如 2026-01-05"),
        Kind.FLAG: _("是 或 否"),
        Kind.COUNT: _("整数"),
        Kind.AMOUNT: _("金额, 以{unit}计; 也可写 1.2万").format(unit=column.unit_words or _("元")),
        Kind.PERCENT: _("百分数, 如 12.5%"),
        Kind.RATIO: _("百分数, 如 12.5%"),
    }
    return words.get(column.kind, "")


def _explain(book: Book, target: Target, fields: Any) -> None:
    sheet = book.sheet(_("填写说明"))
    sheet.text(0, 0, _("{label}导入模板").format(label=target.label), book.format(SUBTITLE))
    lines = [
        _("橙色表头的列必须填, 其余的知道多少填多少; 列的先后可以改, 不要的列可以删。"),
        _("黄色斜体的行是示例, 导入时自动跳过, 也可以删去。"),
        _("导入前会先预演, 逐行说明新增、变更和失败, 您确认之后才写入。"),
    ]
    for row, line in enumerate(lines, 1):
        sheet.text(row, 0, line, book.format(QUIET))
    heads = [_("列"), _("填不填"), _("怎样填"), _("允许"), _("示例")]
    for column, (head, width) in enumerate(zip(heads, (18, 20, 48, 48, 24), strict=True)):
        sheet.text(5, column, head, book.format(HEAD))
        sheet.worksheet.set_column(column, column, width)
    for row, field in enumerate(fields, 6):
        texts = [field.column.label, needed(field), field.help, allowed(field), next(iter(field.examples), "")]
        looks = [CELL, CENTERED, WRAPPED, WRAPPED, CELL]
        for column, (text, look) in enumerate(zip(texts, looks, strict=True)):
            sheet.text(row, column, text, book.format(look))
    sheet.worksheet.freeze_panes(6, 0)
