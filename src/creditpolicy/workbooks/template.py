"""The template of a policy: a workbook with a column for each fact, to be filled in and rated as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.prepared import Prepared
from creditpolicy.program import FactRule
from creditpolicy.wording import (
    clause_words,
    heading,
    missing_words,
    must_fill,
    range_words,
    source_of_fact,
)
from creditpolicy.workbooks.book import Book, Sheet, Value
from creditpolicy.workbooks.entry_rules import Choices, hold_to
from creditpolicy.workbooks.examples import example_rows
from creditpolicy.workbooks.instructions_sheet import column_class, write_instructions
from creditpolicy.workbooks.layout import Page, display_width, lines_needed, set_up_page
from creditpolicy.workbooks.looks import CELL, Look, number_format

EXAMPLE: Look = {"font_color": "#7F6000", "bg_color": "#FFF8E1", "italic": True}
TEXT_FORMAT = "@"
DAY_FORMAT = "yyyy-mm-dd"


def write_template(prepared: Prepared, path: Path) -> None:
    """Write the template: sheet 客户 with headings, rules and two examples, and sheet 填写说明."""
    policy = prepared.policy
    title = _("{title} 客户资料").format(title=policy.title)
    with Book(path, title=title, on=policy.effective_from) as book:
        sheet = book.sheet(_("客户"))
        columns = prepared.program.inputs
        _write_headings(sheet, prepared, columns)
        _write_examples(sheet, prepared, columns)
        write_instructions(book, prepared, sheet.name)
        choices = Choices(book)
        for column, rule in enumerate(columns):
            hold_to(sheet, column, rule, choices)
        sheet.worksheet.activate()


def _write_headings(sheet: Sheet, prepared: Prepared, columns: tuple[FactRule, ...]) -> None:
    look, required = sheet.book.format, must_fill(prepared.program)
    widths = []
    for column, rule in enumerate(columns):
        asked, kind = column_class(prepared, rule)
        text = heading(rule, required=rule.id in required)
        sheet.text(0, column, text, look(kind))
        note = "\n".join(_note_lines(prepared, rule, asked))
        sheet.note(0, column, note, {"height": 22 + 17 * lines_needed(note, 36), "width": 270})
        widths.append(_width(rule, text))
        sheet.worksheet.set_column(column, column, widths[-1], look({"num_format": cell_format(rule)}))
    sheet.worksheet.set_row(0, 38)
    sheet.worksheet.freeze_panes(1, 2)
    policy = prepared.policy
    set_up_page(
        sheet,
        Page(
            title=f"{policy.title} {policy.version}",
            on=policy.effective_from,
            width=sum(widths),
            head=(0, 0),
            columns=2,
            dated=_("生效日期"),
        ),
    )


def cell_format(rule: FactRule) -> str:
    """Give the number format of a column: ids and texts stay as typed, so that no leading 0 is lost."""
    if rule.fact.type.is_number:
        return number_format(rule)
    return DAY_FORMAT if rule.fact.type is Kind.DATE else TEXT_FORMAT


def _width(rule: FactRule, text: str) -> int:
    least = {Kind.ID: 14, Kind.TEXT: 24, Kind.AMOUNT: 16, Kind.DATE: 12}.get(rule.fact.type, 10)
    choices = max(map(display_width, rule.fact.choices or ("",))) + 4
    # A heading may take two lines.
    return max(least, min(max(-(-display_width(text) // 2) + 3, choices), 30))


def _note_lines(prepared: Prepared, rule: FactRule, asked: str) -> list[str]:
    program, fact = prepared.program, rule.fact
    told = [
        (_("填不填"), asked),
        (_("怎样填"), str(fact.guidance or "")),
        (_("允许"), range_words(fact)),
        (_("缺失时"), missing_words(program, rule.id)),
        (_("由谁填写"), source_of_fact(program.policy, fact)),
        (_("条款"), clause_words(fact)),
    ]
    return [str(fact.label), *(f"{name}: {text}" for name, text in told if text)]


def _write_examples(sheet: Sheet, prepared: Prepared, columns: tuple[FactRule, ...]) -> None:
    for row, facts in enumerate(example_rows(prepared.program), 1):
        for column, rule in enumerate(columns):
            placed = "center" if rule.fact.type in {Kind.FLAG, Kind.CHOICE, Kind.DATE} else ""
            look = sheet.book.format(
                {**CELL, **EXAMPLE, "num_format": cell_format(rule), **({"align": placed} if placed else {})}
            )
            sheet.put(row, column, _entered(facts[rule.id]), look)


def _entered(value: Any) -> Value:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    known: Value = value
    return known
