"""Sheet 明细: for each customer the value, points and band of every item, grouped as the scorecard is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from xlsxwriter.format import Format

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.expressions import Name
from creditpolicy.language import _
from creditpolicy.program import ItemRule, Program
from creditpolicy.wording import band_words, clause_words, item_label, short, unit_words
from creditpolicy.workbooks.book import Book, Value
from creditpolicy.workbooks.layout import display_width, rating_page, set_up_page
from creditpolicy.workbooks.looks import CELL, CENTERED, HEAD, MISSING, QUIET, SUBTITLE, fact_look, points_look
from creditpolicy.workbooks.results_sheet import color_grades

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

FIXED = 4
PARTS_ROW, ITEMS_ROW, HEADS_ROW = 2, 3, 4


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one item: the first, the fact shown as its value (or None), and whether bands are shown."""

    rule: ItemRule
    first: int
    fact: str | None
    banded: bool

    @property
    def points(self) -> int:
        return self.first + (self.fact is not None)

    @property
    def last(self) -> int:
        return self.points + self.banded


def part_words(part: str) -> str:
    """Name a part of the scorecard."""
    return {"base": _("基本项"), "bonus": _("加分项"), "deduction": _("减分项")}[part]


def shown_fact(program: Program, rule: ItemRule) -> str | None:
    """Give the fact that an item shows as its value."""
    return rule.value.id if isinstance(rule.value, Name) and rule.value.id in program.fact else None


class DetailsSheet:
    """The sheet 明细, filled customer by customer."""

    def __init__(self, book: Book, result: Ratings) -> None:
        self._result, program = result, result.program
        self._sheet = book.sheet(_("明细"))
        look = book.format
        self._points = look(points_look(program.digits))
        self._fixed = [look(CELL), look(CELL), self._points, look(CENTERED)]
        self._text, self._missing = look(CELL), look(MISSING)
        self._columns = tuple(_laid_out(program))
        self._values: list[Format] = [
            look(fact_look(program.fact[each.fact])) if each.fact is not None else self._text for each in self._columns
        ]
        self._widths = [14, 26]
        self._row = HEADS_ROW
        self._write_heads()

    def _write_heads(self) -> None:
        sheet, program, look = self._sheet, self._result.program, self._sheet.book.format
        sheet.text(0, 0, _("{title} 评分明细").format(title=self._result.policy.title), look(SUBTITLE))
        sheet.text(1, 0, _("评级日 {day}; 分数照制度四舍五入到 {digits} 位小数, 总分为各项之和; 减分项以负数列示。").format(
            day=self._result.as_of.isoformat(), digits=program.digits), look(QUIET))  # fmt: skip
        head = look(HEAD)
        for row, texts in (
            (PARTS_ROW, None),
            (ITEMS_ROW, None),
            (HEADS_ROW, [_("客户编号"), _("名称"), _("总分"), _("等级")]),
        ):
            for column in range(FIXED):
                sheet.text(row, column, texts[column] if texts else "", head)
            if row == PARTS_ROW:
                for part, group in groupby(self._columns, key=lambda each: each.rule.part):
                    members = list(group)
                    sheet.across(row, members[0].first, members[-1].last, part_words(part), head)
            for each in self._columns:
                if row == ITEMS_ROW:
                    sheet.across(row, each.first, each.last, _item_heading(program, each.rule), head)
                elif row == HEADS_ROW:
                    self._write_item_heads(each, head)
            sheet.worksheet.set_row(row, {PARTS_ROW: 18, ITEMS_ROW: 50, HEADS_ROW: 34}[row])

    def _write_item_heads(self, each: _Columns, head: Format) -> None:
        program = self._result.program
        if each.fact is not None:
            unit = unit_words(program.fact[each.fact].fact)
            self._sheet.text(HEADS_ROW, each.first, _("值 ({unit})").format(unit=unit) if unit else _("值"), head)
        self._sheet.text(HEADS_ROW, each.points, _("得分"), head)
        if each.banded:
            self._sheet.text(HEADS_ROW, each.last, _("档次"), head)

    def add(self, customer: CustomerRating) -> None:
        """Write a customer."""
        self._row += 1
        values: list[Value] = [customer.customer_id, customer.name, customer.total, customer.grade or _("未评")]
        looks = [*self._fixed]
        for each, item, look in zip(self._columns, customer.items, self._values, strict=True):
            for value, own in self._cells(each, item, customer, look):
                values.append(value)
                looks.append(own)
        self._sheet.row(self._row, values, looks)
        for column, text in enumerate((customer.customer_id, customer.name or "")):
            if len(text) > 8:
                self._widths[column] = max(self._widths[column], min(display_width(text) + 2, 36))

    def _cells(
        self, each: _Columns, item: ItemResult, customer: CustomerRating, look: Format
    ) -> Iterator[tuple[Value, Format]]:
        if each.fact is not None:
            value = customer.facts.get(each.fact)
            if value is None:
                yield _("缺"), self._missing
            else:
                yield (item.value if isinstance(value, bool) else value), look
        if item.points is not None:
            yield item.points, self._points
        else:
            yield (_("不计") if customer.grade else ""), self._missing
        if each.banded:
            yield item.band or "", self._text

    def finish(self) -> None:
        """Set widths, filter, colours and printing, now that all rows are known."""
        worksheet, last = self._sheet.worksheet, max(self._row, HEADS_ROW + 1)
        widths = [*self._widths, 9, 9]
        for each in self._columns:
            widths += self._item_widths(each)
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width)
        worksheet.autofilter(HEADS_ROW, 0, last, len(widths) - 1)
        worksheet.freeze_panes(HEADS_ROW + 1, 2)
        color_grades(self._sheet.book, worksheet, self._result, HEADS_ROW + 1, last, 3)
        set_up_page(
            self._sheet,
            rating_page(
                self._result,
                width=sum(widths),
                head=(PARTS_ROW, HEADS_ROW),
                columns=FIXED,
            ),
        )

    def _item_widths(self, each: _Columns) -> list[int]:
        program = self._result.program
        widths = []
        if each.fact is not None:
            widths.append(16 if program.fact[each.fact].fact.type.value == "amount" else 11)
        widths.append(9)
        if each.banded:
            bands = [display_width(band_words(program, each.rule, step)) for step in each.rule.steps]
            widths.append(min(max(bands) + 2, 28))
        wanted = display_width(item_label(program, each.rule)) + 2
        if sum(widths) < wanted:
            widths[-1] += min(wanted - sum(widths), 12)
        return widths


def _laid_out(program: Program) -> list[_Columns]:
    laid, first = [], FIXED
    for rule in program.items:
        each = _Columns(rule, first, shown_fact(program, rule), _is_banded(rule))
        laid.append(each)
        first = each.last + 1
    return laid


def _is_banded(rule: ItemRule) -> bool:
    """Whether the step that applied says more than the value and the formula do."""
    only_value = rule.item.choices is not None and all(option.label is None for option in rule.item.choices)
    return len(rule.steps) > 1 and not only_value


def _item_heading(program: Program, rule: ItemRule) -> str:
    parts = [_("满分 {most}").format(most=short(rule.high))] if rule.high is not None and rule.part == "base" else []
    if rule.high is not None and rule.part != "base":
        parts.append(_("最多 {most}").format(most=short(rule.high)))
    parts.append(clause_words(rule.item))
    return "\n".join([item_label(program, rule), " · ".join(part for part in parts if part)]).strip()
