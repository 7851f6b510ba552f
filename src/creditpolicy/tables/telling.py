"""What a reading says besides its values: rows passed over, rows hidden, digits dropped. Nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem
from creditpolicy.tables.columns import Column
from creditpolicy.tables.rows import Rows
from creditpolicy.tables.sheets import Sheet


def notes_on_rows(rows: Rows, sheet: Sheet, place: Place) -> Iterator[Problem]:
    """Tell which rows below the headings were passed over, which were hidden, and that there are none."""
    said = {
        "total": (_("第 {rows} 行是合计, 没有当作客户。"), "total-rows"),
        "remark": (_("第 {rows} 行是签字或说明, 没有当作客户。"), "remark-rows"),
    }
    for reason, (sentence, code) in said.items():
        numbers = [number for number, found in rows.skipped.items() if found == reason]
        if numbers:
            yield Problem(code, sentence.format(rows=_numbers(numbers)), where=place, severity="warning")
    first = rows.data[0][0] if rows.data else rows.last
    again = [number for number, found in rows.skipped.items() if found == "heading" and number > first]
    if again:
        what = _("第 {rows} 行是重复的表头, 没有当作客户。").format(rows=_numbers(again))
        yield Problem("headings-again", what, where=place, severity="warning")
    if sheet.hidden_rows:
        what = _("有 {count} 行被隐藏或筛选掉, 也读了。").format(count=sheet.hidden_rows)
        yield Problem("hidden-rows", what, fix=_("不要的行请删去。"), where=place, severity="warning")
    if not rows.data:
        yield Problem("no-rows", _("表头下面没有数据。"), where=place, severity="warning")


def rounded_note(columns: Sequence[Column], rounded: Mapping[str, int], place: Place) -> Iterator[Problem]:
    """Tell in which columns, and how often, a cell had more digits than are kept."""
    for column in columns:
        count = rounded.get(column.id, 0)
        if count:
            yield Problem(
                "rounded",
                _("“{label}”有 {count} 格的小数多于 {scale} 位, 已四舍五入。").format(
                    label=column.label, count=count, scale=column.scale
                ),
                where=place,
                severity="warning",
                facts=(column.id,),
            )


def _numbers(numbers: Sequence[int]) -> str:
    return listed(map(str, numbers[:10])) + ("…" if len(numbers) > 10 else "")
