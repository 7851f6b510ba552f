"""From the uploaded file to rows: looked at, read by the matched columns, with the rows that cannot be used and why."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from creditpolicy.model import Kind
from creditpolicy.problems import Problem, Refusal
from creditpolicy.tables import Column, Glance, Limits, TableReading, glance, read_table
from xinheng.intake.models import ColumnMapping, Import
from xinheng.intake.targets import Planned, Reason, Row, Target, columns_of, target_of
from xinheng.org.models import Person

EXAMPLES = ("示例-", "範例-", "Example-")
"""How the example rows of a template begin; such rows are passed over."""


def look(path: Path, target: Target, *, sheet: str | None = None, limits: Limits | None = None) -> Glance:
    """Look at the headings of a file. Raises Refusal, by the file's own name, for what is no table."""
    try:
        return glance(path, columns_of(target), sheet=sheet, limits=limits)
    except Refusal as refused:
        raise plainly(refused, path) from refused


def plainly(refused: Refusal, path: Path) -> Refusal:
    """Leave out of a refusal the folder in which the file lay for a moment."""
    return Refusal(str(refused).replace(f"{path.parent}/", ""), ())


def headings_told(seen: Glance) -> list[dict[str, Any]]:
    """Give the headings as they are stored with the import."""
    return [
        {
            "key": each.key,
            "text": each.text,
            "letters": each.letters,
            "samples": list(each.samples),
            "column": each.column,
        }
        for each in seen.headings
    ]


def signature(headings: Sequence[Mapping[str, Any]]) -> str:
    """Give the mark of a table with these headings, whatever their order."""
    return hashlib.sha256("\n".join(sorted(str(each["key"]) for each in headings)).encode()).hexdigest()


def proposed(target: Target, headings: Sequence[Mapping[str, Any]], person: Person) -> tuple[dict[str, str], bool]:
    """Propose a matching (heading → column), and say whether it is remembered: one's own first, then a colleague's."""
    remembered = ColumnMapping.objects.filter(target=target.key, signature=signature(headings))
    known = {column.id for column in columns_of(target)}
    found = remembered.filter(by=person).first() or remembered.order_by("-used_at").first()
    if found is not None:
        return {key: column for key, column in found.mapping.items() if column in known}, True
    return {each["key"]: each["column"] for each in headings if each["column"]}, False


@dataclass(frozen=True)
class Taken:
    """A table read for an import: its rows by position, those that cannot be used by row number, and remarks."""

    reading: TableReading
    positions: Sequence[int]
    failed: Mapping[int, tuple[Reason, ...]]
    notes: tuple[str, ...]
    anchor: str
    again: Collection[int] = frozenset()
    """The numbers of rows that say in every column what an earlier one says: they are taken once."""

    def __len__(self) -> int:
        return len(self.positions)

    def rows(self, start: int, count: int, *, leave_out: Collection[str] = ()) -> list[Row]:
        """Give some rows, counted from 0 without the examples; columns that were not found are blank, as is what is left out."""
        wanted = self.positions[start : start + count]
        if not wanted:
            return []
        first, last = wanted[0], wanted[-1]
        part, found = self.reading.table.slice(first, last - first + 1), set(self.reading.matched) - set(leave_out)
        names = self.reading.table.column_names
        columns = [part.column(name).to_pylist() if name in found else repeat(None, len(part)) for name in names]
        values = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
        return [Row(self.reading.rows[position], values[position - first]) for position in wanted]

    def label(self, row: Row) -> str:
        """Give the words by which people know a row."""
        return str(row.values.get(self.anchor) or "")


def take(path: Path, of: Import) -> Taken:
    """Read the file of an import by its matched columns. Raises Refusal where the whole cannot be used."""
    target = target_of(of.target)
    wanted = set(of.mapping.values())
    columns = [column for column in columns_of(target) if column.id in wanted]
    anchor = target.anchor([column.id for column in columns])
    from xinheng.intake.filing import LIMITS

    try:
        reading = read_table(path, columns, key=anchor, mapping=of.mapping, sheet=of.sheet or None, limits=LIMITS)
    except Refusal as refused:
        raise plainly(refused, path) from refused
    examples = _examples(reading, columns)
    positions: Sequence[int] = range(len(reading.rows))
    if examples:
        positions = [position for position in positions if position not in examples]
    notes = [problem_text(problem) for problem in reading.problems if problem.code != "absent-columns"]
    if examples:
        notes.append(_("跳过了 {count} 行模板里的示例。").format(count=len(examples)))
    failed = {number: tuple(_reasons(problems)) for number, problems in reading.bad.items()}
    repeated, again = _repeated(Taken(reading, positions, failed, (), anchor), target)
    if again:
        notes.append(_("有 {count} 行与前面的行完全相同, 各只导入一次。").format(count=len(again)))
    return Taken(reading, positions, {**failed, **repeated}, tuple(notes), anchor, again)


def planned(target: Target, taken: Taken, rows: Sequence[Row], asked: Any) -> list[Planned]:
    """Say what each row would do; those that could not be read, or stand twice, fail without being asked about."""
    good = [row for row in rows if row.number not in taken.failed and row.number not in taken.again]
    plans = {plan.row.number: plan for plan in target.plan(good, asked)}
    return [plans.get(row.number) or _not_planned(taken, row) for row in rows]


def _not_planned(taken: Taken, row: Row) -> Planned:
    if row.number in taken.failed:
        return Planned(row, "failed", taken.label(row), reasons=taken.failed[row.number])
    return Planned(row, "unchanged", taken.label(row))


def problem_text(problem: Problem) -> str:
    """Put a problem into one line: what, why, what to do."""
    return " ".join(part for part in (problem.what, problem.why, problem.fix) if part)


def _reasons(problems: Sequence[Problem]) -> list[Reason]:
    return [Reason(problem_text(problem), problem.facts[0] if len(problem.facts) == 1 else "") for problem in problems]


def _examples(reading: TableReading, columns: Sequence[Column]) -> set[int]:
    found: set[int] = set()
    for column in columns:
        if column.kind in ("id", "text"):
            values = reading.table.column(column.id).to_pylist()
            found.update(index for index, value in enumerate(values) if value and value.startswith(EXAMPLES))
    return found


def _repeated(taken: Taken, target: Target) -> tuple[dict[int, tuple[Reason, ...]], frozenset[int]]:
    """Refuse every row that shares a key with another that says otherwise: nobody can say which of them holds.

    Of rows that say the same in every column the first holds; gives the numbers of the others.
    """
    seen: dict[tuple[str, str], list[Row]] = {}
    for place in _suspected(taken, target):
        (row,) = taken.rows(place, 1)
        for key in target.keys(row):
            seen.setdefault(key, []).append(row)
    labels = {column.id: column.label for column in columns_of(target)}
    found: dict[int, tuple[Reason, ...]] = {}
    again: set[int] = set()
    for (field, _key), rows in seen.items():
        numbers = [row.number for row in rows]
        if all(row.values == rows[0].values for row in rows):
            again.update(numbers[1:])
            continue
        listed = "、".join(map(str, numbers[:10])) + ("…" if len(numbers) > 10 else "")
        text = _("“{label}”在第 {rows} 行重复, 看不出以哪一行为准。只留一行。").format(
            label=labels.get(field, field), rows=listed
        )
        for number in numbers:
            found[number] = (*found.get(number, ()), Reason(text, field))
    return found, frozenset(again - set(found))


def _suspected(taken: Taken, target: Target) -> list[int]:
    """Find the rows of which another may have the same key, by a number for each key: a million keys would fill memory."""
    no_keys = {column.id for column in columns_of(target) if column.kind.is_number or column.kind is Kind.DATE}
    marks, places = array("q"), array("q")
    for start in range(0, len(taken), 10_000):
        for place, row in enumerate(taken.rows(start, 10_000, leave_out=no_keys), start):
            if row.number not in taken.failed:
                for key in target.keys(row):
                    marks.append(hash(key))
                    places.append(place)
    _values, which, counts = np.unique(np.asarray(marks), return_inverse=True, return_counts=True)
    return sorted(set(np.asarray(places)[counts[which] > 1].tolist()))
