"""Sheet 理由: one row per customer and item, with the sentence that says why, what cost most first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.language import _
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Value
from creditpolicy.workbooks.details_sheet import part_words, shown_fact
from creditpolicy.workbooks.layout import height_for, rating_page, set_up_page
from creditpolicy.workbooks.looks import (
    CELL,
    CENTERED,
    HEAD,
    MISSING,
    QUIET,
    SMALL,
    SMALL_FLAT,
    SMALL_SIZE,
    SUBTITLE,
    fact_look,
    points_look,
)

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

WIDTHS = [14, 24, 8, 20, 15, 20, 9, 9, 9, 18, 60]
HEADS_ROW = 2


class ReasonsSheet:
    """The sheet 理由, filled customer by customer as far as Excel has rows."""

    def __init__(self, book: Book, result: Ratings, *, large: bool) -> None:
        self._result, self._large, program = result, large, result.program
        self._sheet = book.sheet(_("理由"))
        self._left = customers_that_fit(result)
        look = book.format
        self._text, self._small, self._centered, self._missing = map(
            look, (CELL, SMALL_FLAT if large else SMALL, CENTERED, MISSING)
        )
        self._points = look(points_look(program.digits))
        self._facts = {rule.id: shown_fact(program, rule) for rule in program.items}
        self._values = {
            item: look(fact_look(program.fact[fact])) for item, fact in self._facts.items() if fact is not None
        }
        self._row = HEADS_ROW
        self._sheet.text(0, 0, _("{title} 评分理由").format(title=result.policy.title), look(SUBTITLE))
        self._sheet.text(1, 0, self._remark(), look(QUIET))
        self._sheet.worksheet.set_row(HEADS_ROW, 24)
        for column, head in enumerate(_heads()):
            self._sheet.text(HEADS_ROW, column, head, look(HEAD))

    def _remark(self) -> str:
        remark = _("评级日 {day}; 每个客户失分最多的项目在前; 依据写的是文件与条款。").format(
            day=self._result.as_of.isoformat()
        )
        if self._left >= len(self._result):
            return remark
        capped = _(
            "Excel 一张表放不下全部 {count:,} 户的理由, 这里只有文件里前 {shown:,} 户; 其余用 xinheng explain, 或把结果写成 .json。"
        )
        return remark + " " + capped.format(count=len(self._result), shown=self._left)

    def add(self, customer: CustomerRating) -> None:
        """Write the reasons of a customer."""
        if self._left <= 0:
            return
        self._left -= 1
        if customer.grade is not None:
            for reason in customer.veto_reasons:
                self._write([customer.customer_id, customer.name, _("否决"), *[None] * 7, reason])
        for item in sorted(customer.items, key=lambda each: -each.lost):
            self._add_item(customer, item)

    def _add_item(self, customer: CustomerRating, item: ItemResult) -> None:
        fact = self._facts[item.id]
        value = customer.facts.get(fact) if fact is not None else None
        if isinstance(value, bool):
            value = item.value
        self._write(
            [
                customer.customer_id, customer.name, part_words(item.part), item.label, value, item.band, item.points,
                item.max, item.lost if item.points is not None else None, item.clause, item.reason,
            ],
            item.id,
        )  # fmt: skip

    def _write(self, values: list[Value], item: str = "") -> None:
        self._row += 1
        points = self._points
        if not self._large:
            texts = [
                (text, WIDTHS[column], SMALL_SIZE)
                for column, text in enumerate(values)
                if isinstance(text, str) and column > 4
            ]
            self._sheet.worksheet.set_row(self._row, height_for(texts))
        self._sheet.row(self._row, values, (
            self._text, self._text, self._centered, self._text, self._values.get(item, self._text), self._small,
            points, points, points, self._small, self._small,
        ))  # fmt: skip

    def finish(self) -> None:
        """Set widths, filter and printing, now that all rows are known."""
        worksheet, last = self._sheet.worksheet, max(self._row, HEADS_ROW + 1)
        for column, width in enumerate(WIDTHS):
            worksheet.set_column(column, column, width)
        worksheet.autofilter(HEADS_ROW, 0, last, len(WIDTHS) - 1)
        worksheet.freeze_panes(HEADS_ROW + 1, 2)
        set_up_page(
            self._sheet,
            rating_page(
                self._result,
                width=sum(WIDTHS),
                head=(HEADS_ROW, HEADS_ROW),
                columns=2,
            ),
        )


def customers_that_fit(result: Ratings, rows: int = EXCEL_ROWS - HEADS_ROW - 1) -> int:
    """Count the customers whose reasons fit into `rows`: all of them, or as many as surely do."""
    count, items = len(result), len(result.program.items)
    if count * items + sum(result.veto_counts.values()) <= rows:
        return count
    return min(count, rows // (items + len(result.program.vetoes)))


def _heads() -> list[str]:
    return [
        _("客户编号"), _("名称"), _("部分"), _("项目"), _("值"), _("档次"), _("得分"), _("满分"), _("失分"),
        _("依据"), _("理由"),
    ]  # fmt: skip
