"""Sheet 问题行: the rows that could not be rated, each with what is wrong, why, and what to do; remarks on the files first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from creditpolicy.explain import CustomerRating
from creditpolicy.language import _
from creditpolicy.problems import Place, Problem
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Value
from creditpolicy.workbooks.layout import height_for, rating_page, set_up_page
from creditpolicy.workbooks.looks import (
    CELL,
    CENTERED,
    FONT_SIZE,
    HEAD,
    LABEL,
    QUIET,
    SMALL,
    SMALL_FLAT,
    SMALL_SIZE,
    SUBTITLE,
    WHOLE,
    WRAPPED,
)

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

WIDTHS = [9, 14, 26, 8, 44, 40, 40]
MOST_NOTES = 200


class ProblemsSheet:
    """The sheet 问题行, filled customer by customer."""

    def __init__(self, book: Book, result: Ratings, *, large: bool) -> None:
        self._result, self._large = result, large
        self._sheet = book.sheet(_("问题行"))
        look, small = book.format, SMALL_FLAT if large else SMALL
        self._looks = [look(each) for each in (WHOLE, CELL, CELL, CENTERED, small, small, small)]
        self._row = 0
        self._sheet.text(0, 0, _("{title} 问题行与提醒").format(title=result.policy.title), look(SUBTITLE))
        self._write_notes()
        self._row += 1
        self._sheet.text(self._row, 0, self._count_words(), look(QUIET))
        self._row += 1
        self._top = self._row
        self._sheet.worksheet.set_row(self._top, 24)
        heads = [_("行号"), _("客户编号"), _("名称"), _("结果"), _("问题"), _("原因"), _("办法")]
        for column, head in enumerate(heads):
            self._sheet.text(self._top, column, head, look(HEAD))

    def _count_words(self) -> str:
        refused = sum(line.count for line in self._result.grade_table if line.grade is None)
        if not refused:
            return _("没有未评的客户。")
        place = self._result.customers
        where = " ".join([Path(place.file).name, *([f"[{place.sheet}]"] if place.sheet else [])])
        words = _("未评 {count:,} 户: 照“办法”改好原表再评, 其余客户不受影响。").format(count=refused)
        return words + (_("行号为 {file} 里的行号。").format(file=where) if where else "")

    def _write_notes(self) -> None:
        look = self._sheet.book.format
        for note in self._result.notes[:MOST_NOTES]:
            self._row += 1
            told = "\n".join(
                text
                for text in (note.what, note.why, _("办法: {fix}").format(fix=note.fix) if note.fix else "")
                if text
            )
            self._sheet.worksheet.set_row(self._row, height_for([(told, sum(WIDTHS[3:]), FONT_SIZE)]))
            self._sheet.across(self._row, 0, 2, _place(note.where), look(LABEL))
            self._sheet.across(self._row, 3, len(WIDTHS) - 1, told, look(WRAPPED))

    def add(self, customer: CustomerRating) -> None:
        """Write the problems of a customer, a row each."""
        for problem in customer.problems:
            if self._row < EXCEL_ROWS - 1:
                self._add(customer, problem)

    def _add(self, customer: CustomerRating, problem: Problem) -> None:
        self._row += 1
        result = _("未评") if customer.grade is None else _("提醒")
        what = f"{problem.where.cell}: {problem.what}" if problem.where.cell else problem.what
        values: list[Value] = [
            customer.row or None, customer.customer_id, customer.name, result, what, problem.why, problem.fix,
        ]  # fmt: skip
        if not self._large:
            texts = [
                (text, WIDTHS[column], SMALL_SIZE)
                for column, text in enumerate(values)
                if isinstance(text, str) and column > 2
            ]
            self._sheet.worksheet.set_row(self._row, height_for(texts))
        self._sheet.row(self._row, values, self._looks)

    def finish(self) -> None:
        """Set widths, filter and printing, now that all rows are known."""
        worksheet, last = self._sheet.worksheet, max(self._row, self._top + 1)
        for column, width in enumerate(WIDTHS):
            worksheet.set_column(column, column, width)
        worksheet.autofilter(self._top, 0, last, len(WIDTHS) - 1)
        if self._top < 16:
            worksheet.freeze_panes(self._top + 1, 0)
        set_up_page(
            self._sheet,
            rating_page(
                self._result,
                width=sum(WIDTHS),
                head=(self._top, self._top),
            ),
        )


def _place(where: Place) -> str:
    """Name file, sheet and cell, without the folders of the machine it was rated on."""
    return str(replace(where, file=Path(where.file).name)) or _("全表")
