"""Sheet 制度: the whole policy that rated, on paper, with what it assumes and room to sign."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from creditpolicy.language import _, language_in_use
from creditpolicy.pages import Section, policy_page
from creditpolicy.wording import Assumption
from creditpolicy.workbooks.book import Book, Value
from creditpolicy.workbooks.layout import display_width, height_for, rating_page, set_up_page
from creditpolicy.workbooks.looks import CENTERED, FONT_SIZE, HEAD, LABEL, QUIET, SMALL, SUBTITLE, TITLE, WRAPPED, Look

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

GRID, WIDTH = 24, 4
"""The sheet is a grid of narrow columns; each table spans them as its own columns need."""
NUMBER: Look = {**CENTERED, "num_format": "#,##0.######"}
WHOLE_NUMBER: Look = {**CENTERED, "num_format": "#,##0"}
WIDEST = 60


class PolicySheet:
    """The sheet 制度: tables below one another."""

    def __init__(self, book: Book, result: Ratings) -> None:
        self._result = result
        self._page = policy_page(result.prepared)
        self._sheet = book.sheet(_("制度"))
        self._look = book.format
        self._row = -1

    def write(self) -> None:
        """Write the whole sheet."""
        self._sheet.worksheet.set_column(0, GRID - 1, WIDTH)
        self._title()
        self._control()
        for number, section in enumerate(self._page.sections, 1):
            self._section(number, section)
        if self._page.assumed:
            self._section(len(self._page.sections) + 1, _assumed(self._page.assumed))
        self._signatures()
        set_up_page(self._sheet, rating_page(self._result, width=GRID * WIDTH, landscape=False))

    # The grid ----------------------------------------------------------------------------------------------------

    def _line(self, spans: Sequence[int], values: Sequence[Value], looks: Sequence[Look], *, least: int = 1) -> None:
        """Write a row of cells, each over as many columns as `spans` says, high enough for its text."""
        self._row += 1
        texts = [
            (value, span * WIDTH, look.get("font_size", FONT_SIZE))
            for span, value, look in zip(spans, values, looks, strict=True)
            if isinstance(value, str)
        ]
        self._sheet.worksheet.set_row(self._row, height_for(texts, least=least))
        column = 0
        for span, value, look in zip(spans, values, looks, strict=True):
            self._sheet.across(self._row, column, column + span - 1, value, self._look(look))
            column += span

    # The parts ---------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        self._row += 1
        self._sheet.worksheet.set_row(self._row, 32)
        self._sheet.across(self._row, 0, GRID - 1, self._page.title, self._look(TITLE))
        if self._page.summary:
            self._line([GRID], [self._page.summary], [{**QUIET, "text_wrap": True, "align": "center"}])

    def _control(self) -> None:
        pairs = [
            *self._page.control,
            (_("评级日"), self._result.as_of.isoformat()),
            (_("文件指纹"), f"SHA-256 {self._result.prepared.identity['sha256']}"),
        ]
        for name, value in pairs:
            self._line([4, GRID - 4], [name, value], [LABEL, WRAPPED])

    def _section(self, number: int, section: Section) -> None:
        self._row += 2
        self._sheet.worksheet.set_row(self._row, 22)
        self._sheet.text(self._row, 0, f"{numeral(number)}{section.title}", self._look(SUBTITLE))
        if section.rows:
            spans = spans_for(section)
            self._line(spans, section.heads, [HEAD] * len(spans))
            for row in section.rows:
                self._line(spans, row, [_look_of(value) for value in row])
        for note in section.notes:
            self._line([GRID], [note], [SMALL])

    def _signatures(self) -> None:
        self._row += 1
        document = self._result.policy.document
        signers = [
            (_("编制"), document.prepared_by),
            (_("审核"), document.reviewed_by),
            (_("批准"), document.approved_by),
        ]
        box: Look = {**WRAPPED, "valign": "top"}
        texts = [
            "\n".join(
                [_("{act}: {who}").format(act=act, who=who or ""), "", _("签字:"), _("日期:        年    月    日")]
            )
            for act, who in signers
        ]
        self._line([GRID // 3] * 3, texts, [box] * 3, least=5)


def _look_of(value: Value) -> Look:
    if isinstance(value, str):
        return CENTERED if value == "□" else SMALL
    return NUMBER if isinstance(value, Decimal) and value != value.to_integral_value() else WHOLE_NUMBER


def _assumed(found: Sequence[Assumption]) -> Section:
    rows = tuple(
        (_("{section}: {rule}").format(section=each.section, rule=each.rule), each.content, each.reason, "□")
        for each in found
    )
    heads = (_("规则"), _("假定的内容"), _("理由"), _("确认"))
    return Section(_("假定清单 (文件没有写明, 须由公司确认)"), heads, rows)


def spans_for(section: Section) -> list[int]:
    """Share the grid among a table's columns by what stands in them; a short column is not squeezed for a long one."""
    columns = list(zip(section.heads, *section.rows, strict=True))
    wanted = [max(min(max(map(_cell_width, column)), WIDEST), display_width(column[0]) + 2) for column in columns]
    spans = [max(-(-width // WIDTH), 2) for width in wanted]
    while sum(spans) > GRID:
        spans[spans.index(max(spans))] -= 1
    while sum(spans) < GRID:
        spans[wanted.index(max(wanted))] += 1
    return spans


def _cell_width(value: Value) -> int:
    return max(map(display_width, str(value if value is not None else "").split("\n"))) + 1


def numeral(number: int) -> str:
    """Give a section's number: 十二、 in Chinese, 12. in English."""
    if language_in_use() == "en":
        return f"{number}. "
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    words = ("" if tens == 0 else ("十" if tens == 1 else f"{digits[tens]}十")) + (digits[ones] if ones else "")
    return f"{words}、"
