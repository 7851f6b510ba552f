"""An edited scorecard workbook put back into the text of its policy: what was not changed there stays byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from creditpolicy.checks import check_policy
from creditpolicy.editing.book_in import BookIn, Line, opened
from creditpolicy.editing.card_in import card_change
from creditpolicy.editing.columns import Column, Form, same
from creditpolicy.editing.patch import KEPT, Change, Entries, Fields, New, patched
from creditpolicy.editing.rows import Cells, changed_value, changes_of, identity_changed, new_entry, note
from creditpolicy.editing.sheets import KEY, Table, settings, tables
from creditpolicy.editing.writing import HIDDEN, place
from creditpolicy.language import _, language_in_use, use_language
from creditpolicy.model import Policy
from creditpolicy.problems import Place, Problem, Refusal, faults
from creditpolicy.reader import Reading, read_policy
from creditpolicy.reader.tree import Path as TreePath


def apply_workbook(text: str, workbook: Path) -> str:
    """Give the policy text with the changes of an edited scorecard workbook; the same text where nothing was changed.

    Raises `Refusal` with everything that is wrong at once, each with sheet and cell, and changes nothing then.
    """
    reading = read_policy(text)
    if reading.policy is None:
        raise Refusal(_("制度文件有问题, 先在文本里改好。"), reading.problems)
    book = opened(workbook)
    language = language_in_use()
    try:
        use_language(_language_of(book, reading))
        change, cells = _change(book, reading, reading.policy)
    finally:
        use_language(language)
    _refuse(book)
    if not change.members:
        return text
    made = patched(text, reading, change)
    book.problems += _new_faults(reading, read_policy(made), cells, book.file)
    _refuse(book)
    return made


def _refuse(book: BookIn) -> None:
    if book.problems:
        message = _("工作簿有 {count} 处问题, 什么也没有改。").format(count=len(book.problems))
        raise Refusal(message, book.problems)


def _language_of(book: BookIn, reading: Reading) -> str:
    """Give the language that the workbook was written in; refuse one of another text, for its rows would not be found."""
    sheet = book.sheets.get(HIDDEN)
    told = {str(cells[0]): str(cells[1]) for _number, cells in sheet.rows if len(cells) > 1} if sheet else {}
    if "sha256" not in told:
        message = _("这不是由制度导出的评分表工作簿。")
        raise Refusal(
            message, [Problem("foreign", message, "", _("先导出评分表, 在导出的文件里改。"), Place(file=book.file))]
        )
    if told["sha256"] != reading.sha256:
        message = _("工作簿导出以后, 制度文件又改过了。")
        why = _("行与规则对不上, 写回去会改错地方。")
        fix = _("重新导出评分表, 把改动再做一遍。")
        raise Refusal(message, [Problem("other-text", message, why, fix, Place(file=book.file))])
    return told.get("language", "zh-hans")


def _change(book: BookIn, reading: Reading, policy: Policy) -> tuple[Fields, Cells]:
    cells: Cells = {}
    changes: list[tuple[TreePath, Change]] = [*card_change(book, reading, policy, cells)]
    for table in tables(policy):
        if reading.tree.at(table.path[:-1]) is not None:
            changes += _table_change(book, reading, table, cells)
    changes += _settings_change(book, reading, policy, cells)
    return _nested(changes), cells


def _nested(changes: Sequence[tuple[TreePath, Change]]) -> Fields:
    """Put changes at paths into one change of the whole."""
    members: dict[str, Any] = {}
    for path, change in changes:
        level = members
        for step in path[:-1]:
            level = level.setdefault(str(step), {})
        level[str(path[-1])] = change
    return _as_fields(members)


def _as_fields(members: Mapping[str, Any]) -> Fields:
    return Fields({key: _as_fields(each) if isinstance(each, dict) else each for key, each in members.items()})


@dataclass(slots=True)
class _Rows:
    """The rows of one sheet: which old entry each is, the first time its hidden place stands there."""

    reading: Reading
    table: Table
    lines: list[Line]
    seen: set[str] = field(default_factory=set)

    def old(self, line: Line) -> TreePath | None:
        """Give the path of the entry that a row was written from; None for an added or copied row."""
        told = line.said.get(KEY)
        known = {place((*self.table.path, step)): (*self.table.path, step) for step in self.steps()}
        if told is None or told in self.seen or told not in known:
            return None
        self.seen.add(told)
        return known[told]

    def steps(self) -> list[str | int]:
        """Give the last steps of the paths of all old entries."""
        data = self.reading.tree.at(self.table.path) or []
        return list(data) if isinstance(data, dict) else list(range(len(data)))


def _table_change(book: BookIn, reading: Reading, table: Table, cells: Cells) -> Iterator[tuple[TreePath, Change]]:
    lines = book.lines(table.name, table.columns)
    if lines is None:
        return
    rows = _Rows(reading, table, lines)
    if isinstance(reading.tree.at(table.path), dict):
        yield from _mapping_change(book, rows, cells)
        return
    entries: list[tuple[int | None, Change]] = []
    for number, line in enumerate(lines):
        old, here = rows.old(line), (*table.path, number)
        note(cells, here, line, table.columns)
        if old is None:
            entries.append((None, New(new_entry(table.columns, line))))
        else:
            data = reading.tree.at(old)
            entries.append((int(old[-1]), changes_of(book, table.columns, data, line)))
    if any(old is None or each != KEPT for old, each in entries) or len(entries) != len(rows.steps()) or [
        old for old, _each in entries
    ] != rows.steps():  # fmt: skip
        absent = reading.tree.at(table.path) is None
        fresh = New([each.data for _old, each in entries if isinstance(each, New)])
        yield table.path, fresh if absent else Entries(entries)


def _mapping_change(book: BookIn, rows: _Rows, cells: Cells) -> Iterator[tuple[TreePath, Change]]:
    """Give the changes of the facts: each under its id, new ones behind the row above them."""
    table, members, after = rows.table, dict[str, Change](), dict[str, str]()
    above, named = "", dict[str, Line]()
    for line in rows.lines:
        old, told = rows.old(line), line.said.get("fact")
        name = str(old[-1]) if old is not None else told
        if old is not None and told != name:
            identity_changed(book, table.columns, line, name or "")
        if not name:
            what = _("新加的事实没有写编号。")
            book.fault("no-id", what, _("写上编号: 汉字、英文字母、数字和下划线。"), table.name, line.cell("fact"))
            continue
        if name in named:
            what = _("编号“{id}”与第 {row} 行相同。").format(id=name, row=named[name].number)
            book.fault("duplicate-key", what, _("换一个编号。"), table.name, line.cell("fact"))
            continue
        named[name] = line
        note(cells, (*table.path, name), line, table.columns)
        if old is None:
            members[name] = New({key: value for key, value in new_entry(table.columns, line).items() if key != "fact"})
            if above:
                after[name] = above
        elif (change := changes_of(book, table.columns, rows.reading.tree.at(old), line)) != KEPT:
            members[name] = change
        above = name
    members |= {str(step): None for step in rows.steps() if step not in named}
    if members:
        yield table.path, Fields(members, after)


def _settings_change(book: BookIn, reading: Reading, policy: Policy, cells: Cells) -> Iterator[tuple[TreePath, Change]]:
    name = _("总则")
    known = {place(path): (path, column) for path, column in settings(policy)}
    lines = book.lines(name, (Column(KEY, _("原处")), Column("title", _("名称")), Column("value", _("值"), Form.DAY)))
    for line in lines or ():
        told = line.said.get(KEY)
        if told not in known:
            what = _("这张表不能加行。")
            book.fault("new-setting", what, _("删去这一行; 在制度页的文本里改。"), name, line.cell("value"))
            continue
        path, column = known.pop(told)
        cells[path] = (name, line.cell("value"))
        old, new = reading.tree.at(path), _setting(column, line.said.get("value"))
        if not same(column, old, new):
            yield path, changed_value(column, old, new)


def _setting(column: Column, text: str | None) -> str | None:
    words = column.words or {}
    return next((key for key, shown in words.items() if shown == text), text)


def _new_faults(before: Reading, after: Reading, cells: Cells, file: str) -> list[Problem]:
    """Give the faults that the changes brought, each at its cell."""
    known = {(problem.code, problem.what) for problem in check_policy(before)}
    found = [problem for problem in faults(check_policy(after)) if (problem.code, problem.what) not in known]
    return [replace(problem, where=_cell_of(problem.where, after, cells, file)) for problem in found]


def _cell_of(where: Place, after: Reading, cells: Cells, file: str) -> Place:
    """Give the cell of the value that stands at a line and column of the new text; its rule's row where it has none."""
    spots = [*after.tree.values.items(), *after.tree.keys.items()]
    at = (where.line or 1, where.column or 1)
    before = [(spot.line, spot.column, len(path), path) for path, spot in spots if (spot.line, spot.column) <= at]
    path = max(before, key=lambda each: each[:3])[3] if before else ()
    while path and path not in cells:
        path = path[:-1]
    if not path:
        return where
    sheet, cell = cells[path]
    row = int("".join(letter for letter in cell if letter.isdigit()))
    return Place(file=file, sheet=sheet, cell=cell, row=row)
