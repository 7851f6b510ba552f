"""What may be entered in a template's column: drop-downs and ranges that Excel itself holds people to."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_range_abs

from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.program import FactRule
from creditpolicy.wording import range_words, value_words
from creditpolicy.workbooks.book import EXCEL_ROWS, Book, Sheet
from creditpolicy.workbooks.looks import PLAIN

MOST_TITLE, MOST_MESSAGE, MOST_LIST = 32, 255, 255
"""Characters that Excel allows in a title, a message and a list written into the rule itself."""
EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


class Choices:
    """A hidden sheet for lists that do not fit into a rule: too long, or with a comma or quote in a choice."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._sheet: Sheet | None = None
        self._column = -1

    def source(self, choices: Sequence[str]) -> list[str] | str:
        """Give what a drop-down takes: the choices themselves, or the range of cells where they stand."""
        plain = all(not set(choice) & set(',"') and choice == choice.strip() for choice in choices)
        if plain and not choices[0].startswith("=") and _units(",".join(choices)) <= MOST_LIST:
            return list(choices)
        if self._sheet is None:
            self._sheet = self._book.sheet(_("选项"))
            self._sheet.worksheet.hide()
        self._column += 1
        for row, choice in enumerate(choices):
            self._sheet.text(row, self._column, choice, self._book.format(PLAIN))
        cells = xl_range_abs(0, self._column, len(choices) - 1, self._column)
        return f"='{self._sheet.name}'!{cells}"


def hold_to(sheet: Sheet, column: int, rule: FactRule, choices: Choices) -> None:
    """Let a column take only what its fact allows; texts and ids are free."""
    found = _entry_rule(rule, choices)
    if found is None:
        return
    options, message = found
    sheet.worksheet.data_validation(
        1, column, EXCEL_ROWS - 1, column,
        {**options, "error_title": _cut(str(rule.fact.label), MOST_TITLE), "error_message": _cut(message, MOST_MESSAGE)},
    )  # fmt: skip


def _entry_rule(rule: FactRule, choices: Choices) -> tuple[dict[str, Any], str] | None:
    fact = rule.fact
    if fact.type is Kind.FLAG:
        return {"validate": "list", "source": [_("是"), _("否")]}, _("请选“是”或“否”; 不知道就留空。")
    if fact.type is Kind.CHOICE and fact.choices:
        message = _("请从下拉里选一项: {choices}。").format(choices=range_words(fact))
        return {"validate": "list", "source": choices.source(fact.choices)}, message
    if fact.type is Kind.DATE:
        span = {"minimum": EARLIEST, "maximum": LATEST}
        return {"validate": "date", "criteria": "between", **span}, _("请填日期, 如 2026-01-01; 不知道就留空。")
    if not fact.type.is_number:
        return None
    low, high = fact.bounds
    kind = "integer" if fact.scale == 0 else "decimal"
    return {"validate": kind, "criteria": "between", "minimum": f"{low:f}", "maximum": f"{high:f}"}, _number_message(
        rule
    )


def _number_message(rule: FactRule) -> str:
    fact = rule.fact
    allowed = range_words(fact) if fact.range is not None else ""
    shown = _("允许: {range}。").format(range=allowed) if allowed else ""
    if fact.type is Kind.RATIO:
        return _("请填百分数, 如 {example}。{shown}不知道就留空。").format(
            example=value_words(fact, Decimal("0.65")), shown=shown
        )
    whole = _("请填整数。") if fact.scale == 0 else _("请填数字, 不写单位。")
    return _("{what}{shown}不知道就留空, 不要填 0。").format(what=whole, shown=shown)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, most: int) -> str:
    """Shorten a text to what Excel allows, counted as it counts."""
    if _units(text) <= most:
        return text
    while _units(text) > most - 1:
        text = text[:-1]
    return text + "…"
