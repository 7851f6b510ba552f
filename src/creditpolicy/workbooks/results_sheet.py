"""Sheet 结果: one row per customer with total, grade, limit and terms, what cost most, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.language import _, listed
from creditpolicy.wording import other_terms, short
from creditpolicy.workbooks.book import Book, Value
from creditpolicy.workbooks.layout import display_width, height_for, rating_page, set_up_page
from creditpolicy.workbooks.looks import (
    CELL,
    CENTERED,
    HEAD,
    MISSING,
    MONEY,
    REFUSED,
    SMALL,
    SMALL_FLAT,
    SMALL_SIZE,
    WHOLE,
    grade_colors,
    pale,
    points_look,
)
from creditpolicy.workbooks.summary import WIDTHS as TABLE_WIDTHS
from creditpolicy.workbooks.summary import insert_chart, write_head

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

WIDTHS = [*TABLE_WIDTHS, 18, 44, 36]
MOST_FROZEN = 16
"""Rows that may stay in view above the list; with more, a small screen would show little else."""


class ResultsSheet:
    """The sheet 结果, filled customer by customer."""

    def __init__(self, book: Book, result: Ratings, *, large: bool) -> None:
        self._result, self._large = result, large
        self._sheet = book.sheet(_("结果"))
        self._labels = {veto.id: str(veto.veto.label) for veto in result.program.vetoes}
        self._names = {grade.grade: index for index, grade in enumerate(result.policy.grades)}
        self._terms = ["; ".join(other_terms(rule.terms)) if rule is not None else "" for rule in result.program.terms]
        look, small = book.format, SMALL_FLAT if large else SMALL
        self._looks = [look(each) for each in (
            CELL, CELL, points_look(result.program.digits), CENTERED, CELL, MONEY, WHOLE, small, small, small,
        )]  # fmt: skip
        self._refused = [*self._looks[:3], look(MISSING), *self._looks[4:]]
        self._widths = WIDTHS[:2]
        self._head = write_head(self._sheet, result, columns=len(WIDTHS))
        self._top = self._head.totals + 2
        self._sheet.worksheet.set_row(self._top - 1, 6)
        self._sheet.worksheet.set_row(self._top, 24)
        for column, head in enumerate(_heads()):
            self._sheet.text(self._top, column, head, look(HEAD))
        self._row = self._top

    def add(self, customer: CustomerRating) -> None:
        """Write a customer."""
        self._row += 1
        values: list[Value] = [
            customer.customer_id,
            customer.name,
            customer.total,
            customer.grade or _("未评"),
            customer.grade_label,
            customer.limit,
            customer.terms_days,
            listed(self._labels[veto] for veto in customer.vetoes) if customer.grade else None,
            "; ".join(map(loss_words, customer.most_costly[:3])) if customer.grade else None,
            self._remarks(customer),
        ]
        looks = self._looks if customer.grade is not None else self._refused
        self._sheet.row(self._row, values, looks)
        if not self._large:
            texts = [
                (text, WIDTHS[column], SMALL_SIZE)
                for column, text in enumerate(values)
                if isinstance(text, str) and column >= 7
            ]
            self._sheet.worksheet.set_row(self._row, height_for(texts))
        for column, text in enumerate((customer.customer_id, customer.name or "")):
            if len(text) > 8:
                self._widths[column] = max(self._widths[column], min(display_width(text) + 2, 44))

    def _remarks(self, customer: CustomerRating) -> str:
        if customer.grade is None:
            return "; ".join(problem.what.rstrip("。.") for problem in customer.problems)
        said = []
        if customer.grade_by_points not in {customer.grade, None}:
            said.append(_("得分等级 {grade}, 因一票否决下调").format(grade=customer.grade_by_points))
        said += [problem.what.rstrip("。.") for problem in customer.problems]
        terms = self._terms[self._names[customer.grade]]
        return "; ".join([*said, terms] if terms else said)

    def finish(self) -> None:
        """Set widths, filter, colours, chart and printing, now that all rows are known."""
        worksheet, last = self._sheet.worksheet, max(self._row, self._top + 1)
        widths = [*self._widths, *WIDTHS[2:]]
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width)
        worksheet.autofilter(self._top, 0, last, len(WIDTHS) - 1)
        worksheet.freeze_panes(*((self._top + 1, 2) if self._top < MOST_FROZEN else (0, 2)))
        color_grades(self._sheet.book, self._sheet.worksheet, self._result, self._top + 1, last, 3)
        insert_chart(
            self._sheet,
            self._result,
            self._head,
            column=len(TABLE_WIDTHS),
            width=sum(WIDTHS[len(TABLE_WIDTHS) :]) * 7 - 20,
        )
        set_up_page(
            self._sheet,
            rating_page(
                self._result,
                width=sum(widths),
                head=(self._top, self._top),
                columns=2,
                signed=True,
            ),
        )


def _heads() -> list[str]:
    return [
        _("客户编号"), _("名称"), _("总分"), _("等级"), _("等级名称"), _("额度 (元)"), _("账期 (天)"),
        _("一票否决"), _("主要失分"), _("说明与问题"),
    ]  # fmt: skip


def loss_words(item: ItemResult) -> str:
    """Say what an item cost."""
    if item.part == "deduction":
        return _("{label}扣 {lost} 分").format(label=item.label, lost=short(item.lost))
    return _("{label}失 {lost} 分 (满分 {most})").format(
        label=item.label, lost=short(item.lost), most=short(item.max) if item.max is not None else "-"
    )


def color_grades(book: Book, worksheet: Worksheet, result: Ratings, first: int, last: int, column: int) -> None:
    """Colour the cells of a column of grades by their grade."""
    known = zip((grade.grade for grade in result.policy.grades), grade_colors(result.policy.grades), strict=True)
    for grade, color in [*known, (_("未评"), REFUSED)]:
        look = book.workbook.add_format({"font_color": color, "bg_color": pale(color), "bold": True})
        rule = {"type": "cell", "criteria": "==", "value": f'"{grade}"', "format": look}
        worksheet.conditional_format(first, column, last, column, rule)
