"""The head of the sheet 结果: what was rated by which policy, the grade table, and its chart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from creditpolicy.language import _
from creditpolicy.wording import line_words, unit_words
from creditpolicy.workbooks.book import Sheet, Value
from creditpolicy.workbooks.layout import height_for
from creditpolicy.workbooks.looks import (
    CELL,
    CENTERED,
    FONT,
    FONT_SIZE,
    HEAD,
    LINE,
    MONEY,
    PERCENT,
    QUIET,
    REFUSED,
    TITLE,
    TOTALS,
    WHOLE,
    grade_colors,
    pale,
)

if TYPE_CHECKING:
    from creditpolicy.ratings import GradeLine, Ratings

TITLE_ROW = 0
FACTS_ROW = 1
TABLE_ROW = 4
WIDTHS = (14, 26, 9, 9, 16, 17, 9)
"""Widths of the columns that the grade table shares with the customers below it."""
TITLE_POINTS, ROW_POINTS = 28, 16.5
FOLDING = {"level": 1}
"""Rows of the head fold away with one click, which gives a small screen back to the list."""
SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the grade table lies: its first and last row of grades, and the row of totals."""

    first: int
    last: int
    totals: int


def write_head(sheet: Sheet, result: Ratings, *, columns: int) -> Head:
    """Write title, facts of the rating and grade table at the top; give where the table lies."""
    look = sheet.book.format
    policy = result.policy
    sheet.worksheet.set_row(TITLE_ROW, TITLE_POINTS)
    sheet.across(TITLE_ROW, 0, columns - 1, _("{title} 评级结果").format(title=policy.title), look(TITLE))
    for row, line in enumerate(facts_of_rating(result), FACTS_ROW):
        sheet.worksheet.set_row(row, ROW_POINTS, None, FOLDING)
        sheet.text(row, 0, line, look(QUIET))
    return _grade_table(sheet, result)


def facts_of_rating(result: Ratings) -> list[str]:
    """Say by what, of whom and as of when was rated: three lines."""
    policy = result.policy
    refused = sum(line.count for line in result.grade_table if line.grade is None)
    counted = _("客户 {count:,} 户, 已评 {rated:,} 户, 未评 {refused:,} 户").format(
        count=len(result), rated=len(result) - refused, refused=refused
    )
    remarks = (
        _("提醒 {count} 条, 见“{sheet}”").format(count=len(result.notes), sheet=_("问题行")) if result.notes else ""
    )
    return [
        _("制度: {id} 第 {version} 版, {day} 起生效; 依据: {document}").format(
            id=policy.policy,
            version=policy.version,
            day=policy.effective_from.isoformat(),
            document=document_words(result),
        ),
        _("评级日: {day}; {counted}").format(day=result.as_of.isoformat(), counted=counted)
        + (f"; {remarks}" if remarks else ""),
        _("数据: {file}").format(file=Path(result.customers.file).name or _("程序传入的表")),
    ]


def document_words(result: Ratings) -> str:
    """Name the source document."""
    document = result.policy.document
    return f"{document.name} {document.title}" if document.title is not None else document.name


def _grade_table(sheet: Sheet, result: Ratings) -> Head:
    look = sheet.book.format
    heads = _heads(result)
    high = height_for((head, WIDTHS[column], FONT_SIZE) for column, head in enumerate(heads))
    sheet.worksheet.set_row(TABLE_ROW, high, None, FOLDING)
    for column, head in enumerate(heads):
        sheet.text(TABLE_ROW, column, head, look(HEAD))
    colors = [*grade_colors(result.policy.grades), REFUSED]
    lines = result.grade_table
    for row, line in enumerate(lines, TABLE_ROW + 1):
        sheet.worksheet.set_row(row, ROW_POINTS, None, FOLDING)
        index = row - TABLE_ROW - 1
        color = colors[index] if line.grade is not None else REFUSED
        marked = look({**CENTERED, "bold": True, "font_color": color, "bg_color": pale(color)})
        reached = line_words(result.policy.grades[index]) if line.grade is not None else ""
        values: list[Value] = [
            line.grade or _("未评"),
            _label(line),
            line.count,
            line.share.quantize(SHARE, "ROUND_HALF_UP"),
            line.limit,
            line.amount,
            reached,
        ]
        looks = [marked, look(CELL), look(WHOLE), look(PERCENT), look(MONEY), look(MONEY), look(CENTERED)]
        sheet.row(row, values, looks)
    last = TABLE_ROW + len(lines)
    _totals(sheet, last + 1, lines)
    return Head(TABLE_ROW + 1, last, last + 1)


def _label(line: GradeLine) -> str:
    return line.label if line.grade is not None else _("资料不全或有误")


def _heads(result: Ratings) -> list[str]:
    amount = ""
    if result.amount_fact is not None:
        fact = result.program.fact[result.amount_fact].fact
        amount = _("{label}合计 ({unit})").format(label=fact.label, unit=unit_words(fact))
    return [_("等级"), _("等级名称"), _("户数"), _("占比"), _("额度合计 (元)"), amount, _("分数线")]


def _totals(sheet: Sheet, row: int, lines: tuple[GradeLine, ...]) -> None:
    look = sheet.book.format
    count = sum(line.count for line in lines)
    values: list[Value] = [
        _("合计"), None, count, Decimal(1) if count else None,
        _sum([line.limit for line in lines]), _sum([line.amount for line in lines]), None,
    ]  # fmt: skip
    looks = [CENTERED, CELL, WHOLE, PERCENT, MONEY, MONEY, CELL]
    sheet.worksheet.set_row(row, ROW_POINTS, None, FOLDING)
    sheet.row(row, values, [look({**each, **TOTALS}) for each in looks])


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def insert_chart(sheet: Sheet, result: Ratings, head: Head, *, column: int, width: int) -> None:
    """Place a column chart of the grades beside the table, in the grades' colours."""
    lines = result.grade_table
    colors = [*grade_colors(result.policy.grades), REFUSED]
    chart = sheet.book.workbook.add_chart({"type": "column"})
    font = {"name": FONT, "size": 9}
    chart.add_series(
        {
            "name": _("户数"),
            "categories": [sheet.name, head.first, 1, head.last, 1],
            "values": [sheet.name, head.first, 2, head.last, 2],
            "categories_data": [_label(line) for line in lines],
            "values_data": [line.count for line in lines],
            "points": [{"fill": {"color": color}} for color in colors[: len(lines)]],
            "data_labels": {"value": True, "font": font, "num_format": "#,##0"},
            "gap": 60,
        }
    )
    chart.set_title({"name": _("各等级户数"), "name_font": {**font, "size": 10}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": font, "line": {"color": LINE}, "major_tick_mark": "none"})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"color": LINE}})
    height = (head.totals - FACTS_ROW + 1) * 22 - 4
    chart.set_size({"width": width, "height": height})
    sheet.worksheet.insert_chart(
        FACTS_ROW, column, chart, {"x_offset": 6, "y_offset": 2, "object_position": 1, "description": _("各等级户数")}
    )
