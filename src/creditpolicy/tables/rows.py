"""Which rows of a sheet are data, and which are titles, headings, totals or signatures: each is read or said to be skipped."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.tables.bindings import Binding
from creditpolicy.tables.cells import Cell, Covered
from creditpolicy.tables.characters import column_letters, folded
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.layout import Layout
from creditpolicy.tables.literals import says_nothing
from creditpolicy.tables.sheets import Row, Sheet

Skip = Literal["title", "heading", "total", "remark"]

_TOTAL = re.compile(
    r".{0,8}?(?:合计|总计|小计|共计|总和|合計|總計|小計|共計|汇总|彙總|累计|(?:sub|grand)?total|sum)(?:[:(].{0,8})?"
)
_REMARK = re.compile(
    r"[*※]*(?:制表|编制|填表|填报|经办|审核|复核|审批|批准|主管|财务负责人|负责人|備註|备注|附注|注[:1-9一]|说明|資料來源|资料来源|数据来源|打印|导出|note|source|prepared)"
)
_FILLED_BY_MERGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The data rows, the rows skipped with their reason, and the last row of the sheet with anything in it."""

    data: list[Row]
    skipped: dict[int, Skip]
    last: int


def data_rows(sheet: Sheet, layout: Layout, bindings: Mapping[str, Binding], key: str | None) -> Rows:
    """Part the rows of a sheet into data and those to skip. Raises `Refused` for merges beyond all measure."""
    heads = set(layout.heads)
    skipped: dict[int, Skip] = {
        number: "heading" if position in heads else "title"
        for position, (number, _cells) in enumerate(sheet.rows[: layout.start])
    }
    candidates = sheet.rows[layout.start :]
    _fill_merges(sheet, candidates, bindings)
    anchor = bindings.get(key) if key else next(iter(bindings.values()), None)
    titles = {anchor.text, anchor.column.id, *anchor.column.labels} if anchor else set()
    data: list[Row] = []
    for row in candidates:
        reason = _reason(row, anchor, titles, bindings, key is not None)
        if reason is None:
            data.append(row)
        else:
            skipped[row[0]] = reason
    return Rows(data, skipped, sheet.rows[-1][0] if sheet.rows else 0)


def _reason(
    row: Row, anchor: Binding | None, titles: set[str], bindings: Mapping[str, Binding], keyed: bool
) -> Skip | None:
    """Tell why a row is no data; None where it is."""
    cells = row[1]
    cell = cells[anchor.index] if anchor and anchor.index < len(cells) else None
    if isinstance(cell, str) and cell:
        if cell in titles and _repeats(cells, bindings):
            return "heading"
        if len(cell) < 14 and (not cell[0].isascii() or cell[0] in "tTsSgG") and _TOTAL.fullmatch(folded(cell)):
            return "total"
        if cells.count(None) == len(cells) - 1 and _REMARK.match(folded(cell)):
            return "remark"
    if not keyed or not _nothing(cell):
        return None
    texts = [text for text in cells if isinstance(text, str) and not says_nothing(text)]
    if any(_TOTAL.fullmatch(folded(text)) for text in texts if len(text) < 20):
        return "total"
    if texts and _REMARK.match(folded(texts[0])) and not _figures(cells, bindings):
        return "remark"
    return None


def _nothing(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and says_nothing(cell))


def _repeats(cells: Sequence[Cell], bindings: Mapping[str, Binding]) -> bool:
    """Whether half of the bound columns hold their own headings: headings printed again, or doubled in another language."""
    hits = sum(
        binding.index < len(cells) and cells[binding.index] in (binding.text, binding.column.id, *binding.column.labels)
        for binding in bindings.values()
    )
    return hits * 2 >= len(bindings)


def _figures(cells: Sequence[Cell], bindings: Mapping[str, Binding]) -> bool:
    """Whether anything but text stands in the bound columns, so that the row may be a customer without a number."""
    return any(
        binding.index < len(cells) and not isinstance(cells[binding.index], str | None)
        for binding in bindings.values()
        if binding.column.kind not in (Kind.TEXT, Kind.ID)
    )


def _fill_merges(sheet: Sheet, rows: Sequence[Row], bindings: Mapping[str, Binding]) -> None:
    """Put into each cell below a merged one what is seen there; a number so shared is a fault later, not a guess."""
    if not sheet.merges or not rows:
        return
    if sheet.merge_count > len(sheet.merges):
        raise Refused("too-many-merges", limit=len(sheet.merges))
    by_number, numbers = dict(rows), [number for number, _cells in rows]
    wanted = sorted(binding.index for binding in bindings.values())
    filled = 0
    for first, left, last, right in sheet.merges:
        columns = [index for index in wanted if left <= index <= right]
        if first not in by_number or not columns or (first == last and left == right):
            continue
        origin = by_number[first]
        value = origin[left] if left < len(origin) else None
        under = numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
        for number, index in itertools.product(under, columns):
            if (number, index) == (first, left):
                continue
            cells = by_number[number]
            filled += 1
            if filled > _FILLED_BY_MERGES:
                raise Refused("too-many-merges", limit=_FILLED_BY_MERGES)
            cells.extend([None] * (index + 1 - len(cells)))
            if cells[index] is None:
                cells[index] = Covered(value, f"{column_letters(left)}{first}")


def skip_reason(reason: Skip) -> str:
    """Give the reason of a skipped row in words."""
    return {
        "title": _("表头以上的标题"),
        "heading": _("表头"),
        "total": _("合计行"),
        "remark": _("表尾的签字或说明"),
    }[reason]
