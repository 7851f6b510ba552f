"""A policy's scorecard as a workbook that people edit: 评分表, 否决, 等级, 授信, 事实 and the single values of 总则."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from creditpolicy.editing.columns import Column, Form, shown
from creditpolicy.editing.sheets import (
    CONDITION,
    KEY,
    KIND,
    PART,
    PARTS,
    STEPS,
    Table,
    kind_words,
    otherwise,
    part_words,
    scorecard_columns,
    settings,
    tables,
)
from creditpolicy.language import _, language_in_use
from creditpolicy.model import Policy
from creditpolicy.problems import Refusal
from creditpolicy.reader import Reading, read_policy
from creditpolicy.reader.tree import Path as TreePath
from creditpolicy.workbooks import entry_rules
from creditpolicy.workbooks.book import Book, Sheet, is_exact
from creditpolicy.workbooks.layout import Page, set_up_page
from creditpolicy.workbooks.looks import BAND_FILL, CELL, CENTERED, HEAD, LABEL, PLAIN, QUIET, SUBTITLE, WRAPPED, Look

HIDDEN = "_xinheng"
SPARE_ROWS = 200
"""Rows below the last one that take drop-downs too, for rules to be added."""
NUMBER: Look = {**CELL, "num_format": "#,##0.############_ ", "align": "right"}
WHOLE: Look = {**CELL, "num_format": "#,##0_ ", "align": "right"}
FIXED: Look = {"bg_color": BAND_FILL, "font_color": "#404040"}
ITEM_FILL: Look = {"bg_color": "#EAF1FB", "bold": True}
AS_TEXT: Look = {"num_format": "@"}


def scorecard_workbook(policy: str | Reading, path: Path) -> None:
    """Write the workbook in which a policy's rules are edited; raise Refusal for a text that is no policy.

    `policy` is the text of the file, or what reading it gave.
    """
    reading = policy if isinstance(policy, Reading) else read_policy(policy)
    if reading.policy is None:
        raise Refusal(_("制度文件有问题, 先在文本里改好。"), reading.problems)
    title = _("{title} 评分表").format(title=reading.policy.title)
    with Book(path, title=title, on=reading.policy.effective_from) as book:
        choices = entry_rules.Choices(book)
        card = book.sheet(_("评分表"))
        _write(card, scorecard_columns(reading.policy), list(_scorecard_rows(reading)), choices)
        _page(card, reading.policy, scorecard_columns(reading.policy))
        for table in tables(reading.policy):
            if _above(reading, table) is not None:
                sheet = book.sheet(table.name)
                _write(sheet, table.columns, list(_rows(reading, table)), choices)
                _page(sheet, reading.policy, table.columns)
        _write_settings(book, reading, choices)
        _write_help(book, reading.policy)
        _write_identity(book, reading)
        card.worksheet.activate()


def _above(reading: Reading, table: Table) -> Any:
    """Give the section that holds a table's list; a policy without 授信 has no such sheet."""
    return reading.tree.at(table.path[:-1])


def place(path: TreePath) -> str:
    """Write a path into the hidden column that says where a row came from."""
    return ".".join(map(str, path))


Row = Mapping[str, Any]


def _rows(reading: Reading, table: Table) -> Iterator[Row]:
    data = reading.tree.at(table.path) or []
    if isinstance(data, dict):
        for name, fact in data.items():
            yield {KEY: place((*table.path, name)), **_spread(fact), "fact": name}
        return
    for index, entry in enumerate(data):
        yield {KEY: place((*table.path, index)), **entry}


def _spread(fact: Row) -> Row:
    """Give each end of a fact's range a column of its own."""
    low, high = fact.get("range") or (None, None)
    return {**fact, "range.0": low, "range.1": high}


def _scorecard_rows(reading: Reading) -> Iterator[Row]:
    card = reading.tree.at(("scorecard",))
    for part in PARTS:
        for index, item in enumerate(card.get(part) or []):
            path: TreePath = ("scorecard", part, index)
            kind = next((kind for kind in STEPS if isinstance(item.get(kind), list)), "")
            own = {key: value for key, value in item.items() if key != kind}
            yield {KEY: place(path), PART: part, KIND: "item", **own}
            for number, step in enumerate(item[kind] if kind else ()):
                yield {KEY: place((*path, kind, number)), KIND: kind, **_step(kind, step)}


def _step(kind: str, step: Row) -> Row:
    if kind == "choices":
        return {**step, CONDITION: step.get("is")}
    if kind == "points":
        last = "otherwise" in step
        points = step.get("otherwise") if last else step.get("points")
        return {**step, CONDITION: otherwise() if last else step.get("when"), "points": points}
    return step


def _write(sheet: Sheet, columns: Sequence[Column], rows: Sequence[Row], choices: entry_rules.Choices) -> None:
    look, worksheet = sheet.book.format, sheet.worksheet
    for column, each in enumerate(columns):
        sheet.text(0, column, each.title, look(HEAD))
        worksheet.set_column(
            column, column, each.width, look(AS_TEXT if each.form is not Form.NUMBER else PLAIN),
            {"hidden": True} if each.key == KEY else {},
        )  # fmt: skip
    worksheet.set_row(0, 32)
    worksheet.freeze_panes(1, 5 if any(each.key == KIND for each in columns) else 2)
    for number, row in enumerate(rows, 1):
        filled: Look = ITEM_FILL if row.get(KIND) == "item" else {}
        for column, each in enumerate(columns):
            _put(sheet, number, column, each, row.get(each.key), filled)
    last = len(rows) + SPARE_ROWS
    for column, each in enumerate(columns):
        _hold(sheet, column, each, last, choices)
    worksheet.autofilter(0, 1, max(len(rows), 1), len(columns) - 1)


def _put(sheet: Sheet, row: int, column: int, each: Column, value: Any, filled: Look) -> None:
    content = shown(each, value)
    look: Look = {**WRAPPED, **AS_TEXT}
    if isinstance(content, Decimal):
        if is_exact(content):
            whole = content == content.to_integral_value()
            sheet.number(row, column, content, sheet.book.format({**(WHOLE if whole else NUMBER), **filled}))
            return
        content = f"{content:f}"
    elif each.form in (Form.CHOICE, Form.FLAG, Form.MISSING):
        look = CENTERED
    if each.is_identity or each.key == KEY:
        look = {**look, **FIXED}
    sheet.text(row, column, content or "", sheet.book.format({**look, **filled}))


def _hold(sheet: Sheet, column: int, each: Column, last: int, choices: entry_rules.Choices) -> None:
    """Offer what a column may hold, and keep ids that others refer to from being typed over."""
    title = each.title[: entry_rules.MOST_TITLE]
    if each.key == KEY or each.is_identity:
        fresh = f'=${xl_rowcol_to_cell(1, 0)}=""' if each.is_identity else "=FALSE"
        message = _("编号是其他规则引用的名字, 不能改。要换, 删去这一行另加一行。")
        sheet.worksheet.data_validation(
            1, column, last, column,
            {"validate": "custom", "value": fresh, "error_title": title, "error_message": message, "ignore_blank": False},
        )  # fmt: skip
        return
    offered = [_("是"), _("否")] if each.form is Form.FLAG else list((each.words or {}).values())
    if not offered or each.form not in (Form.FLAG, Form.CHOICE, Form.MISSING):
        return
    options: dict[str, Any] = {"validate": "list", "source": choices.source(offered), "error_title": title}
    if each.form is Form.MISSING:
        message = _("选一项, 或写“记 5 分”这样。")
        options |= {"error_type": "warning", "error_message": message}
    else:
        options |= {"error_message": _("请从下拉里选一项。")}
    sheet.worksheet.data_validation(1, column, last, column, options)


def _write_settings(book: Book, reading: Reading, choices: entry_rules.Choices) -> None:
    assert reading.policy is not None
    sheet, look = book.sheet(_("总则")), book.format
    for column, (title, width) in enumerate(((_("原处"), 4), (_("名称"), 26), (_("值"), 24))):
        sheet.text(0, column, title, look(HEAD))
        sheet.worksheet.set_column(column, column, width, None, {"hidden": True} if not column else {})
    for row, (path, each) in enumerate(settings(reading.policy), 1):
        sheet.text(row, 0, place(path), look({**CELL, **FIXED}))
        sheet.text(row, 1, each.title, look(LABEL))
        _put(sheet, row, 2, each, reading.tree.at(path), {})
        if each.form is Form.CHOICE and each.words:
            source = choices.source(list(each.words.values()))
            sheet.worksheet.data_validation(row, 2, row, 2, {"validate": "list", "source": source})


def _write_help(book: Book, policy: Policy) -> None:
    sheet, look = book.sheet(_("怎样改")), book.format
    sheet.worksheet.set_column(0, 0, 110)
    sheet.text(0, 0, f"{policy.title} {policy.version}", look(SUBTITLE))
    lines = (
        _("直接改数字、文字、条款; 改完存盘, 在制度页上“导入评分表”, 先看改了什么, 再决定要不要。"),
        _("加一档: 在那一组的任一行下面插入一行 (或复制一行再改), 填条件和得分; “行”一栏选分档、选项或条件。"),
        _("加一项: 插入一行, “行”选项目, 写编号、名称、满分; 它的各档写在下面的几行。"),
        _("删去: 把整行删去。项目删去时, 把它下面的各档一起删去。"),
        _("顺序: 条件按从上到下第一个成立的算; 行的先后就是规则的先后。等级从最好到最差。"),
        _("编号 (灰底) 是其他规则引用的名字, 不能改。隐藏的第一列说明这一行原来在哪里, 不要动它。"),
        _("这里没有的内容 (流程、复评、预警等) 和文件里的注释原样不动; 只在制度页的文本里改。"),
        _("写“条款”的是文件规定的, 写“假定的理由”的是文件没有写、由编制人定的; 两者至少写一个。"),
    )
    for row, line in enumerate(lines, 2):
        sheet.text(row, 0, line, look({"text_wrap": True}))
    parts, kinds = ", ".join(part_words().values()), ", ".join(kind_words().values())
    sheet.text(len(lines) + 3, 0, _("部分: {parts}。行: {kinds}。").format(parts=parts, kinds=kinds), look(QUIET))


def _write_identity(book: Book, reading: Reading) -> None:
    """Note, out of sight, which text the workbook was made from."""
    sheet = book.sheet(HIDDEN)
    for row, (name, value) in enumerate((("sha256", reading.sha256), ("language", language_in_use()), ("form", "1"))):
        sheet.text(row, 0, name, book.format(PLAIN))
        sheet.text(row, 1, value, book.format(PLAIN))
    sheet.worksheet.very_hidden()


def _page(sheet: Sheet, policy: Policy, columns: Sequence[Column]) -> None:
    width = sum(each.width for each in columns[1:])
    page = Page(f"{policy.title} {policy.version}", _("生效日期"), policy.effective_from, width, head=(0, 0))
    set_up_page(sheet, page)
