"""From the headings found to the columns bound: which heading serves which fact, in what unit, and what is amiss."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from creditpolicy.language import _, listed
from creditpolicy.model import Kind
from creditpolicy.problems import Place, Problem
from creditpolicy.tables.characters import column_letters, folded, shown
from creditpolicy.tables.columns import Column
from creditpolicy.tables.headings import Match, heading, squashed
from creditpolicy.tables.layout import Layout
from creditpolicy.tables.quantities import base_power
from creditpolicy.tables.sheets import Sheet
from creditpolicy.tables.units import money

_LONG_PERIODS = {"月", "个月", "個月", "年", "周", "週", "季", "季度"}


@dataclass(frozen=True, slots=True)
class Binding:
    """A wanted column and the column of the sheet that serves it; `power` is what its heading gives to plain numbers."""

    column: Column
    index: int
    text: str
    power: int | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The bindings by column id, the headings nobody wanted, and the problems (faults forbid reading the sheet)."""

    bindings: dict[str, Binding]
    unmatched: tuple[str, ...]
    problems: tuple[Problem, ...]


def bind(sheet: Sheet, layout: Layout, columns: Sequence[Column], key: str | None, place: Place) -> Bound:
    """Choose the surest heading for each column; two equally sure ones are a fault, and so is a unit that does not fit."""
    problems: list[Problem] = []
    bindings: dict[str, Binding] = {}
    row = sheet.rows[layout.heads[-1]][0] if layout.heads else None
    for column in columns:
        matches = [match for match in layout.found if match.column.id == column.id]
        if not matches:
            continue
        surest = max(match.level for match in matches)
        leaders = [match for match in matches if match.level == surest]
        if len(leaders) > 1:
            problems.append(_two_headings(column, leaders, place))
        power, unfit = _power(column, leaders[0], layout.unit)
        where = _at(place, row, leaders[0].index)
        if unfit:
            problems.append(_unfit(column, leaders[0], unfit, where))
        elif power is not None and power != base_power(column):
            problems.append(_converted(column, leaders[0], power, where))
        bindings[column.id] = Binding(column, leaders[0].index, leaders[0].text, power)
    used = {binding.index for binding in bindings.values()}
    unmatched = tuple(text for index, text in enumerate(layout.texts) if text and index not in used)
    problems += _absent(columns, bindings, unmatched, key, place)
    problems += _unnamed(sheet, layout, place)
    return Bound(bindings, unmatched, tuple(problems))


def _at(place: Place, row: int | None, index: int) -> Place:
    return Place(file=place.file, sheet=place.sheet, row=row, cell=f"{column_letters(index)}{row}" if row else "")


def _power(column: Column, match: Match, stated: str) -> tuple[int | None, str]:
    """Give the power of ten that a heading states, and the unit that cannot be this column's, if it states one."""
    if column.kind in (Kind.RATIO, Kind.PERCENT):
        return next(({"%": -2, "‰": -3}[unit] for unit in match.units if unit in ("%", "‰")), None), ""
    if column.kind is Kind.DAYS:
        return None, next((unit for unit in match.units if unit in _LONG_PERIODS), "")
    if column.kind is not Kind.AMOUNT:
        return None, ""
    for unit in (*match.units, *([stated] if stated else [])):
        if unit in ("%", "‰"):
            return None, unit
        found = money(unit, column.currency)
        if found:
            return (None, unit) if found[1] != column.currency else (found[0], "")
    return None, ""


def _two_headings(column: Column, leaders: Sequence[Match], place: Place) -> Problem:
    named = listed(f"{column_letters(match.index)} “{shown(match.text)}”" for match in leaders)
    return Problem(
        "two-headings",
        _("有 {count} 列都像是“{label}”: {named}。").format(count=len(leaders), label=column.label, named=named),
        _("选错一列, 算出来的就是别的数。"),
        _("改掉多余的表头, 或用对照表指明用哪一列。"),
        place,
        facts=(column.id,),
    )


def _unfit(column: Column, match: Match, unit: str, where: Place) -> Problem:
    return Problem(
        "wrong-unit",
        _("表头“{text}”的单位是{unit}, “{label}”要的是{own}。").format(
            text=shown(match.text), unit=unit, label=column.label, own=column.unit_words or column.currency
        ),
        _("两种单位之间没有固定的换算。"),
        _("换算后改好表头。"),
        where,
        facts=(column.id,),
    )


def _converted(column: Column, match: Match, power: int, where: Place) -> Problem:
    times = power - base_power(column)
    factor = f"× {10**times}" if times > 0 else f"÷ {10**-times}"
    return Problem(
        "converted",
        _("“{text}”按表头或表上方写明的单位换算: 数字一律 {factor}。").format(text=shown(match.text), factor=factor),
        _("“{label}”以{unit}计。").format(label=column.label, unit=column.unit_words or _("本身的单位")),
        _("单位写错了就改表头; 格子里自己写了单位的不受影响。"),
        where,
        "warning",
        (column.id,),
    )


def _absent(
    columns: Sequence[Column],
    bindings: Mapping[str, Binding],
    unmatched: Sequence[str],
    key: str | None,
    place: Place,
) -> Iterator[Problem]:
    missing = [column for column in columns if column.id not in bindings]
    for column in missing:
        if column.required or column.id == key:
            yield Problem(
                "missing-column",
                _("表里没有“{label}”这一列。").format(label=column.label),
                _("没有它, 这张表不能用。"),
                _nearest(column, unmatched),
                place,
                facts=(column.id,),
            )
    optional = [column for column in missing if not column.required and column.id != key]
    if optional:
        yield Problem(
            "absent-columns",
            _("表里没有这些列: {labels}。").format(labels=listed(column.label for column in optional)),
            _("它们按没有填处理。"),
            _("表里有而名称不同的, 用对照表指明。"),
            place,
            "warning",
            tuple(column.id for column in optional),
        )


def _nearest(column: Column, unmatched: Sequence[str]) -> str:
    names = {heading(text).bare: text for text in unmatched[:100]}
    for label in (*column.labels, column.id):
        near = difflib.get_close_matches(squashed(folded(label)), names, 1, 0.5)
        if near:
            return _("是不是“{near}”? 把表头改成“{label}”, 或用对照表指明。").format(
                near=shown(names[near[0]]), label=column.label
            )
    return _("加上表头为“{label}”的一列, 或用对照表指明是哪一列。").format(label=column.label)


def _unnamed(sheet: Sheet, layout: Layout, place: Place) -> Iterator[Problem]:
    """Say which columns hold something below no heading."""
    named = {index for index, text in enumerate(layout.texts) if text}
    widest = max((len(cells) for _number, cells in sheet.rows[layout.start :]), default=0)
    if widest <= len(named) and named == set(range(len(named))):
        return
    filled: set[int] = set()
    for _number, cells in sheet.rows[layout.start :]:
        filled.update(index for index, cell in enumerate(cells) if cell is not None and index not in named)
    if filled:
        letters = listed(column_letters(index) for index in sorted(filled)[:10])
        yield Problem(
            "unnamed-columns",
            _("{letters} 列有内容而没有表头, 没有读。").format(letters=letters),
            "",
            _("需要的话, 给它加上表头。"),
            place,
            "warning",
        )
