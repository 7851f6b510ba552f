"""From one row of the workbook to the change of one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from creditpolicy.editing.book_in import BookIn, Line
from creditpolicy.editing.columns import Column, Form, same
from creditpolicy.editing.patch import Change, Entries, Fields, New
from creditpolicy.language import _
from creditpolicy.reader.tree import Path

Cells = dict[Path, tuple[str, str]]
"""Where each value of the new policy stands in the workbook: sheet and cell."""

RANGE = ("range.0", "range.1")
NOT_KEYS = {"key", "kind", "part", "condition", "fact"}
"""Columns that say where or what a row is, and hold no value of their own."""


def note(cells: Cells, here: Path, line: Line, columns: Sequence[Column]) -> None:
    """Note where a rule and its values stand in the workbook."""
    identity = next((each.key for each in columns if each.is_identity), columns[1].key)
    cells[here] = (line.sheet, line.cell(identity))
    for each in columns:
        if each.key in RANGE:
            cells[*here, "range", int(each.key[-1])] = (line.sheet, line.cell(each.key))
            cells.setdefault((*here, "range"), (line.sheet, line.cell(each.key)))
        elif each.key not in NOT_KEYS:
            cells[*here, each.key] = (line.sheet, line.cell(each.key))


def changes_of(book: BookIn, columns: Sequence[Column], data: Mapping[str, Any], line: Line) -> Fields:
    """Give what a row changes of the rule that it was written from."""
    members: dict[str, Change] = {}
    for each in columns:
        if each.key in NOT_KEYS or each.key in RANGE:
            continue
        old, new = data.get(each.key), line.said.get(each.key)
        if same(each, old, new):
            continue
        if each.is_identity:
            identity_changed(book, columns, line, str(old or ""))
        else:
            members[each.key] = changed_value(each, old, new)
    if any(each.key == RANGE[0] for each in columns):
        members |= _range_change(columns, data, line)
    return Fields(members)


def changed_value(column: Column, old: Any, new: str | None) -> Change:
    """Give the change of one value."""
    if new is None:
        return None
    if column.form is Form.LINES:
        return New([line for line in new.split("\n") if line])
    if column.form is Form.WORDS and isinstance(old, Mapping):
        return Fields({"zh-hans": new})
    return new


def new_entry(columns: Sequence[Column], line: Line) -> dict[str, Any]:
    """Give a rule that was added, as data."""
    made: dict[str, Any] = {}
    for each in columns:
        new = line.said.get(each.key)
        if new is None or each.key in NOT_KEYS or each.key in RANGE:
            continue
        made[each.key] = [text for text in new.split("\n") if text] if each.form is Form.LINES else new
    low, high = (line.said.get(key) for key in RANGE)
    if low is not None or high is not None:
        made["range"] = [low, high]
    return made


def identity_changed(book: BookIn, columns: Sequence[Column], line: Line, old: str) -> None:
    """Tell that the id of a rule was typed over."""
    each = next(column for column in columns if column.is_identity)
    what = _("“{title}”由“{old}”改成了“{new}”。").format(title=each.title, old=old, new=line.said.get(each.key) or "")
    fix = _("改回“{old}”: 其他规则按它引用。要换, 删去这一行另加一行。").format(old=old)
    book.fault("id-changed", what, fix, line.sheet, line.cell(each.key))


def _range_change(columns: Sequence[Column], data: Mapping[str, Any], line: Line) -> dict[str, Change]:
    old = data.get("range")
    said = [line.said.get(key) for key in RANGE]
    ends = [each for each in columns if each.key in RANGE]
    before = old if isinstance(old, list) else [None, None]
    if all(same(each, end, new) for each, end, new in zip(ends, before, said, strict=True)):
        return {}
    if said == [None, None]:
        return {"range": None}
    if not isinstance(old, list):
        return {"range": New(said)}
    kept: list[tuple[int | None, Change]] = []
    for place, (each, end, new) in enumerate(zip(ends, before, said, strict=True)):
        unchanged = end if end is not None else New(None)
        kept.append((place, unchanged if same(each, end, new) else New(None) if new is None else new))
    return {"range": Entries(kept)}
