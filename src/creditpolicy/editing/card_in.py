"""Sheet 评分表 as it comes back: items and the steps below them, to changes of the scorecard's lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from creditpolicy.editing.book_in import BookIn, Line
from creditpolicy.editing.columns import Column, same
from creditpolicy.editing.patch import KEPT, Change, Entries, Fields, New
from creditpolicy.editing.rows import Cells, changed_value, identity_changed, new_entry, note
from creditpolicy.editing.sheets import (
    CONDITION,
    KEY,
    KIND,
    PART,
    PARTS,
    STEPS,
    kind_words,
    otherwise,
    part_words,
    scorecard_columns,
)
from creditpolicy.editing.writing import place
from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.reader import Reading
from creditpolicy.reader.tree import Path

_OF_ITEM = ("item", "label", "max", "min", "of", "points", "missing", "guidance", "clause", "assumed")
_OF_STEP = {
    "bands": ("from", "above", "below", "to", "points", "label", "clause", "assumed"),
    "choices": ("points", "label", "clause", "assumed"),
    "points": ("points", "label", "clause", "assumed"),
}
_SIDES = ("from", "above", "below", "to")


@dataclass(slots=True)
class _Item:
    """An item row with the step rows below it."""

    line: Line
    part: str
    old: Path | None
    steps: list[tuple[Line, str, Path | None]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What kind of steps it has; empty where it scores by its own formula."""
        return self.steps[0][1] if self.steps else ""


def card_change(book: BookIn, reading: Reading, policy: Policy, cells: Cells) -> Iterator[tuple[Path, Change]]:
    """Give the changes of the scorecard's lists; faults of rows are noted in `book`."""
    columns = scorecard_columns(policy)
    lines = book.lines(_("评分表"), columns)
    if lines is None:
        return
    sheet = _Sheet(book, reading, columns)
    items = sheet.items(lines)
    for part in PARTS:
        change = sheet.part(part, [item for item in items if item.part == part], cells)
        if change is not None:
            yield ("scorecard", part), change


class _Sheet:
    def __init__(self, book: BookIn, reading: Reading, columns: Sequence[Column]) -> None:
        self.book, self.reading, self.columns = book, reading, columns
        self.known: dict[str, Path] = {}
        card = reading.tree.at(("scorecard",))
        for part in PARTS:
            for index, item in enumerate(card.get(part) or []):
                path: Path = ("scorecard", part, index)
                self.known[place(path)] = path
                for kind in STEPS:
                    if isinstance(item.get(kind), list):
                        self.known |= {
                            place((*path, kind, number)): (*path, kind, number) for number in range(len(item[kind]))
                        }
        self.seen: set[str] = set()

    # Which row is what -----------------------------------------------------------------------------------------------

    def items(self, lines: Sequence[Line]) -> list[_Item]:
        """Gather the rows into items with their steps."""
        items: list[_Item] = []
        for line in lines:
            old = self._old(line)
            kind = self._kind(line, old, items)
            if kind == "item":
                items.append(_Item(line, self._part(line, old, items), old))
            elif not items:
                what = _("这一行上面没有项目。")
                self.book.fault("no-item", what, _("先写项目那一行。"), line.sheet, line.cell(KIND))
            else:
                self._add_step(items[-1], line, kind, old)
        return items

    def _old(self, line: Line) -> Path | None:
        told = line.said.get(KEY) or ""
        if told in self.seen or told not in self.known:
            return None
        self.seen.add(told)
        return self.known[told]

    def _kind(self, line: Line, old: Path | None, items: Sequence[_Item]) -> str:
        told = line.said.get(KIND)
        was = "item" if old is not None and len(old) == 3 else str(old[3]) if old is not None else ""
        if told is None:
            return was or ("item" if line.said.get("item") else (items[-1].kind if items else "") or "bands")
        if was and (was == "item") != (told == "item"):
            what = _("这一行原来是“{old}”, 不能改成“{new}”。").format(old=kind_words()[was], new=kind_words()[told])
            fix = _("改回来; 要换, 删去这一行另加一行。")
            self.book.fault("kind-changed", what, fix, line.sheet, line.cell(KIND))
            return was
        return told

    def _part(self, line: Line, old: Path | None, items: Sequence[_Item]) -> str:
        told = line.said.get(PART)
        if old is not None:
            if told is not None and told != old[1]:
                what = _("项目不能由“{old}”移到“{new}”。").format(old=part_words()[str(old[1])], new=part_words()[told])
                fix = _("删去这个项目, 在那一部分另加一行。")
                self.book.fault("part-changed", what, fix, line.sheet, line.cell(PART))
            return str(old[1])
        return told or (items[-1].part if items else "base")

    def _add_step(self, item: _Item, line: Line, kind: str, old: Path | None) -> None:
        if item.kind and kind != item.kind:
            what = _("同一个项目下既有“{first}”又有“{second}”。").format(
                first=kind_words()[item.kind], second=kind_words()[kind]
            )
            self.book.fault("mixed-steps", what, _("一个项目只用一种。"), line.sheet, line.cell(KIND))
            return
        if old is not None and (item.old is None or old[:3] != item.old or old[3] != kind):
            old = None
        item.steps.append((line, kind, old))

    # What they change ------------------------------------------------------------------------------------------------

    def part(self, part: str, items: Sequence[_Item], cells: Cells) -> Change:
        """Give the change of one of the three lists of items; None where nothing changed."""
        was = self.reading.tree.at(("scorecard", part))
        entries: list[tuple[int | None, Change]] = []
        for number, item in enumerate(items):
            here: Path = ("scorecard", part, number)
            note(cells, here, item.line, [each for each in self.columns if each.key not in _SIDES])
            entries.append(self._item(item, here, cells))
        same_rows = [old for old, _each in entries] == list(range(len(was or [])))
        if same_rows and all(each == KEPT for _old, each in entries):
            return None
        if was is None:
            return New([each.data for _old, each in entries if isinstance(each, New)])
        return Entries(entries)

    def _item(self, item: _Item, here: Path, cells: Cells) -> tuple[int | None, Change]:
        self._idle(item.line, (*_OF_ITEM, KEY, PART, KIND), kind_words()["item"])
        if item.steps and item.line.said.get("points") is not None:
            what = _("项目有分档或条件, 得分写在下面各行, 不写在这里。")
            self.book.fault("two-ways", what, _("这一格留空。"), item.line.sheet, item.line.cell("points"))
        steps = self._steps(item, here, cells)
        if item.old is None:
            made = new_entry([each for each in self.columns if each.key in _OF_ITEM], item.line)
            if item.kind:
                made[item.kind] = [each.data for _old, each in steps if isinstance(each, New)]
            return None, New(made)
        data = self.reading.tree.at(item.old)
        members = self._members(data, item.line, [key for key in _OF_ITEM if key != "points"])
        members |= self._way(item, data, steps)
        return int(item.old[2]), Fields(members)

    def _way(self, item: _Item, data: Mapping[str, Any], steps: list[tuple[int | None, Change]]) -> dict[str, Change]:
        """Give the change of how an item scores: by a formula, or by steps."""
        changes: dict[str, Change] = {
            kind: None for kind in STEPS if kind in data and kind != item.kind and isinstance(data[kind], list)
        }
        own, wanted = data.get("points"), item.line.said.get("points")
        column = self._column("points")
        if not item.kind:
            if isinstance(own, list) or not same(column, own, wanted):
                changes["points"] = wanted
            return changes if any(each is not None or key in data for key, each in changes.items()) else {}
        was = data.get(item.kind)
        if "points" in data and item.kind != "points":
            changes["points"] = None
        if not isinstance(was, list):
            changes[item.kind] = New([each.data for _old, each in steps if isinstance(each, New)])
        elif [old for old, _each in steps] != list(range(len(was))) or any(each != KEPT for _old, each in steps):
            changes[item.kind] = Entries(steps)
        return changes

    def _steps(self, item: _Item, here: Path, cells: Cells) -> list[tuple[int | None, Change]]:
        found: list[tuple[int | None, Change]] = []
        for number, (line, kind, old) in enumerate(item.steps):
            path = (*here, kind, number)
            self._idle(
                line, (*_OF_STEP[kind], KEY, KIND, *(() if kind == "bands" else (CONDITION,))), kind_words()[kind]
            )
            self._note_step(cells, path, line, kind)
            wanted = self._wanted(line, kind)
            if old is None:
                found.append((None, New({key: value for key, value in wanted.items() if value is not None})))
                continue
            data = self.reading.tree.at(old)
            members: dict[str, Change] = {}
            for key, new in wanted.items():
                column = self._column(key)
                if not same(column, data.get(key), new):
                    members[key] = changed_value(column, data.get(key), new)
            found.append((int(old[-1]), Fields(members)))
        return found

    def _wanted(self, line: Line, kind: str) -> dict[str, str | None]:
        """Give the keys of a step as its row says them."""
        said = dict(line.said)
        wanted: dict[str, str | None] = {}
        if kind == "bands":
            wanted = {key: said.get(key) for key in _SIDES}
        condition, points = said.get(CONDITION), said.get("points")
        if kind == "choices":
            wanted["is"] = condition
        if kind == "points":
            last = condition is None or condition == otherwise()
            wanted |= {"when": None if last else condition, "otherwise": points if last else None}
            wanted["points"] = None if last else points
        else:
            wanted["points"] = points
        return wanted | {key: said.get(key) for key in ("label", "clause", "assumed")}

    def _note_step(self, cells: Cells, path: Path, line: Line, kind: str) -> None:
        note(cells, path, line, [each for each in self.columns if each.key in _OF_STEP[kind]])
        cells[path] = (line.sheet, line.cell("points"))
        for key in ("is", "when"):
            cells[*path, key] = (line.sheet, line.cell(CONDITION))
        cells[*path, "otherwise"] = (line.sheet, line.cell("points"))

    def _members(self, data: Mapping[str, Any], line: Line, keys: Sequence[str]) -> dict[str, Change]:
        members: dict[str, Change] = {}
        for key in keys:
            column, new = self._column(key), line.said.get(key)
            if same(column, data.get(key), new):
                continue
            if column.is_identity:
                identity_changed(self.book, self.columns, line, str(data.get(key, "")))
            else:
                members[key] = changed_value(column, data.get(key), new)
        return members

    def _column(self, key: str) -> Column:
        asked = {"is": CONDITION, "when": "of", "otherwise": "points"}.get(key, key)
        return next(each for each in self.columns if each.key == asked)

    def _idle(self, line: Line, used: Sequence[str], kind: str) -> None:
        """Tell of cells that are filled in and mean nothing in a row of this kind."""
        for each in self.columns:
            if each.key not in used and line.said.get(each.key) is not None:
                what = _("“{kind}”这一行用不到“{title}”。").format(kind=kind, title=each.title)
                self.book.fault("idle-cell", what, _("这一格留空, 或改“行”一栏。"), line.sheet, line.cell(each.key))
