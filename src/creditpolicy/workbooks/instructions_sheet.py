"""Sheet 填写说明 of a template: how to fill it in, and what each column means, may hold, and costs when it is missing."""

from __future__ import annotations

from creditpolicy.language import _
from creditpolicy.prepared import Prepared
from creditpolicy.program import FactRule
from creditpolicy.wording import (
    clause_words,
    heading,
    kind_words,
    missing_words,
    must_fill,
    range_words,
    source_of_fact,
)
from creditpolicy.workbooks.book import Book, Sheet
from creditpolicy.workbooks.examples import example_id
from creditpolicy.workbooks.layout import Page, height_for, set_up_page
from creditpolicy.workbooks.looks import (
    CENTERED,
    FONT_SIZE,
    HEAD,
    LABEL,
    QUIET,
    SMALL,
    SMALL_SIZE,
    TITLE,
    WRAPPED,
    Look,
)

WIDTHS = [26, 14, 9, 26, 56, 26, 16, 14, 24]
REQUIRED: Look = {**HEAD, "bg_color": "#1F4E79", "font_color": "#FFFFFF"}
DERIVED: Look = {**HEAD, "bg_color": "#D5E8C8"}
USED: Look = HEAD
KEPT: Look = {**HEAD, "bg_color": "#EDEDED"}


def column_class(prepared: Prepared, rule: FactRule) -> tuple[str, Look]:
    """Say which of four kinds of column a fact is, and how its heading looks."""
    program = prepared.program
    if rule.id in must_fill(program):
        return _("必填"), REQUIRED
    if rule.fact.derived is not None:
        return _("可由往来推算"), DERIVED
    return (_("可不填"), USED) if rule.id in program.used | {program.name} else (_("只存档"), KEPT)


def write_instructions(book: Book, prepared: Prepared, customers: str) -> None:
    """Write the sheet; `customers` is the name of the sheet to be filled in."""
    sheet, policy = book.sheet(_("填写说明")), prepared.policy
    for column, width in enumerate(WIDTHS):
        sheet.worksheet.set_column(column, column, width)
    sheet.worksheet.set_row(0, 32)
    title = _("{title} 客户资料填写说明").format(title=policy.title)
    sheet.across(0, 0, len(WIDTHS) - 1, title, book.format(TITLE))
    row = _write_policy(sheet, prepared)
    row = _write_steps(sheet, prepared, customers, row + 1)
    top = _write_table(sheet, prepared, row + 1)
    sheet.worksheet.freeze_panes(0, 1)
    set_up_page(
        sheet,
        Page(
            title=str(policy.title), on=policy.effective_from, width=sum(WIDTHS), head=(top, top), dated=_("生效日期")
        ),
    )


def _write_policy(sheet: Sheet, prepared: Prepared) -> int:
    policy, document = prepared.policy, prepared.policy.document
    source = f"{document.name} {document.title}" if document.title is not None else document.name
    text = _("制度 {id} 第 {version} 版, {day} 起生效; 依据: {source}; 文件指纹 SHA-256 {sha256}").format(
        id=policy.policy, version=policy.version, day=policy.effective_from.isoformat(), source=source,
        sha256=prepared.identity["sha256"],
    )  # fmt: skip
    sheet.text(1, 0, text, sheet.book.format(QUIET))
    return 1


def _write_steps(sheet: Sheet, prepared: Prepared, customers: str, row: int) -> int:
    steps = [
        _("每个客户一行, 填在“{sheet}”表里。列的先后可以换, 用不到的列可以删; 表头的文字不要改。").format(
            sheet=customers
        ),
        _("深蓝色带 * 的列必填。没有填的客户, 照下表“缺失时”一栏办; 不会悄悄当作 0 分。"),
        _("绿色的列可由往来推算: 评级时用 --invoices 给出发票表, 就不必填; 两处都有而不同时, 以往来为准。"),
        _("不知道的留空, 不要填 0: 0 是一个真实的数。比例列填 65% 或 0.65; 金额照表头的单位填。"),
        _("开头两行 ({first}、{second}) 是示例, 填写前整行删去; 留着就会和真客户一样被评级。").format(
            first=example_id(1), second=example_id(2)
        ),
        _("填好后运行: xinheng rate 客户.xlsx --policy {policy} -o 结果.xlsx").format(policy=prepared.policy.policy),
    ]
    look = sheet.book.format
    for number, step in enumerate(steps, 1):
        row += 1
        sheet.worksheet.set_row(row, height_for([(step, sum(WIDTHS[1:]), FONT_SIZE)]))
        sheet.text(row, 0, _("第 {number} 条").format(number=number), look(LABEL))
        sheet.across(row, 1, len(WIDTHS) - 1, step, look(WRAPPED))
    return row


def _write_table(sheet: Sheet, prepared: Prepared, row: int) -> int:
    look, program = sheet.book.format, prepared.program
    row += 1
    top = row
    heads = [
        _("列名"), _("填不填"), _("类型"), _("允许范围或可选值"), _("怎样填"), _("缺失时"), _("由谁填写"), _("条款"),
        _("事实编号"),
    ]  # fmt: skip
    sheet.worksheet.set_row(row, 22)
    for column, head in enumerate(heads):
        sheet.text(row, column, head, look(HEAD))
    small, centered = look(SMALL), look(CENTERED)
    for rule in program.inputs:
        row += 1
        asked, kind = column_class(prepared, rule)
        fact = rule.fact
        values = [
            heading(rule), asked, kind_words(fact), range_words(fact), str(fact.guidance or ""),
            missing_words(program, rule.id), source_of_fact(program.policy, fact), clause_words(fact), rule.id,
        ]  # fmt: skip
        texts = [(text, width, SMALL_SIZE) for text, width in zip(values, WIDTHS, strict=True)]
        sheet.worksheet.set_row(row, height_for(texts))
        named = look({**kind, "align": "left"})
        sheet.row(row, values, [named, centered, centered, *[small] * 6])
    return top
