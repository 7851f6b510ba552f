"""The stages that give points: each item, each veto, and the weight of missing items spread over the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from creditpolicy.compiler.exact import cases, condition, exact, known, rounded, unknown
from creditpolicy.compiler.stage import Stage, band_column, listed, points_column, remark, smallest, veto_column
from creditpolicy.compiler.text import bare, quoted, text
from creditpolicy.compiler.whole import Whole, constant, half_up, times, type_of, width_of
from creditpolicy.expressions import TRUTH, Compare, Constant, Name, Node, literal
from creditpolicy.expressions import types as typing_rules
from creditpolicy.language import _
from creditpolicy.model import Interval
from creditpolicy.program import ItemRule, Program, Step, in_steps

WEIGHT = "weight.present"
"""The column that sums the weights of the base items that are there."""

ROOM_BITS = 4
ROOM = 2**ROOM_BITS
"""Points are multiplied by this where the number of the band is packed below them; so many bands, less one, fit."""


def points_stages(program: Program, source: str, *, bands: bool, pack: bool = False) -> Iterator[Stage]:
    """Give the stage of points and vetoes and, where an item may be reweighed, the two that do it.

    With `pack`, one CASE finds an item's points and band: a stage before gives both in one number; and choices are
    looked up in a MAP, which DuckDB does once for each value in a Parquet file's dictionary, not for each row.
    """
    packed = [item for item in program.items if pack and bands and _is_packed(item)]
    if packed:
        columns = [f"{_note(program, item)} {_packed(program, item)} AS {quoted(_pack(item))}" for item in packed]
        comment = _("各项得分与档次合在一个数里: 得分 × {room} + 第几档").format(room=ROOM)
        yield Stage("packed", comment, f"SELECT {listed(['*', *columns])}\nFROM {source}")
        source = "packed"
    columns = []
    for item in program.items:
        name = quoted(_before(item) if item in program.reweighed else points_column(item.id))
        if item in packed:
            columns.append(f"{quoted(_pack(item))} >> {ROOM_BITS} AS {name}")
            columns.append(f"COALESCE({quoted(_pack(item))} & {ROOM - 1}, 0) AS {quoted(band_column(item.id))}")
            continue
        columns.append(f"{_note(program, item)} {item_points(program, item, lookup=pack)} AS {name}")
        if bands:
            columns.append(f"{item_band(item)} AS {quoted(band_column(item.id))}")
    for veto in program.vetoes:
        note = remark(f"{veto.veto.label} {veto.veto.clause or _('假定')}")
        columns.append(f"/* {note} */ {_veto(veto.when, veto.veto.missing)} AS {quoted(veto_column(veto.id))}")
    comment = _("各项得分 (单位 {step} 分) 与一票否决").format(step=smallest(program.digits))
    yield Stage("points", comment, f"SELECT {listed(['*', *columns])}\nFROM {source}")
    if program.reweighed:
        yield from _reweighed(program.reweighed, program.digits)


def _note(program: Program, item: ItemRule) -> str:
    rule = program.fact.get(item.id)
    label = item.item.label or (rule.fact.label if rule is not None else item.id)
    source = item.item.clause or _("假定")
    return f"/* {remark(f'{label} {source}')} */"


def _veto(when: Node, missing_rule: str) -> str:
    inner = condition(when)
    return inner if missing_rule == "refuse" else f"COALESCE({inner}, {'TRUE' if missing_rule == 'apply' else 'FALSE'})"


# One item ------------------------------------------------------------------------------------------------------------


def is_narrow(program: Program, item: ItemRule) -> bool:
    """Whether the points of an item are fixed numbers, and those of the whole card so few that 16 bits hold any sum."""
    fixed = all(isinstance(step.points, Constant) for step in item.steps) and item not in program.reweighed
    return fixed and sum(max(map(abs, rule.span)) for rule in program.items) < 2**15


def item_points(program: Program, item: ItemRule, *, lookup: bool = False) -> str:
    """Write the points of an item; where facts are missing, those of its rule, or NULL where that is to refuse or reweigh."""
    absent = str(_missing_points(program, item))
    narrow = is_narrow(program, item)
    # The first value gives the CASE its type: a sum of 16-bit columns is twice as fast.
    absent = f"CAST({absent} AS SMALLINT)" if narrow else absent
    if lookup and item.item.choices is not None and isinstance(item.value, Name):
        points = [str(_fixed_points(program.digits, item, step)) for step in item.steps]
        most = max(map(abs, item.span))
        return _looked_up(item.value, item, points, "SMALLINT" if narrow else type_of(width_of(most)), absent)
    return _cased(item, [_step_points(program.digits, item, step, absent) for step in item.steps], absent, "\n    ")


def _missing_points(program: Program, item: ItemRule) -> int | str:
    return in_steps(item.missing.points, program.digits) if item.missing.kind in {"worst", "points"} else "NULL"


def item_band(item: ItemRule) -> str:
    """Write which step of an item applied, from 1; 0 where its facts were missing."""
    bands = []
    for index, step in enumerate(item.steps, start=1):
        there = known(step.points)
        bands.append(str(index) if there is None else f"CASE WHEN {there} THEN {index} ELSE 0 END")
    return _cased(item, bands, "CAST(0 AS SMALLINT)", " ")


def _step_points(digits: int, item: ItemRule, step: Step, absent: str) -> str:
    """Write a step's points, rounded and kept within what the item may give; `absent` where its facts are missing."""
    node = step.points
    low = in_steps(item.low, digits)
    high = in_steps(item.high, digits) if item.high is not None else None
    if isinstance(node, Constant):
        return str(_fixed_points(digits, item, step))
    points = rounded(exact(node), digits, below_zero=low < 0)
    result = kept = points.sql
    bounds = typing_rules.rounded(node.type, digits)
    if bounds.low * 10**digits < low:
        kept = f"GREATEST({kept}, {low})"
    if high is not None and max(bounds.high * 10**digits, low) > high:
        kept = f"LEAST({kept}, {high})"
    if points.width == 128:
        kept = f"CAST({kept} AS BIGINT)"
    missing = unknown(node)
    # An engine's GREATEST and LEAST pass over NULL: without the guard, missing facts would score.
    return (
        kept
        if missing is None or (kept == result and absent == "NULL")
        else (f"CASE WHEN {missing} THEN {absent} ELSE {kept} END")
    )


def _fixed_points(digits: int, item: ItemRule, step: Step) -> int:
    """Give the points of a step that gives a fixed number, kept within what the item may give."""
    value = max(in_steps(step.points.value, digits), in_steps(item.low, digits))  # type: ignore[attr-defined]
    return value if item.high is None else min(value, in_steps(item.high, digits))


def _cased(item: ItemRule, results: Sequence[str], absent: str, between: str) -> str:
    """Write the steps of an item as one CASE: bands that join end to end as a line of upper ends, others one by one.

    `absent` is what it comes to where facts are missing or no step holds. That facts are missing is asked first: what
    follows then has a value for every row, which an engine is quicker with.
    """
    ordered = _joined_bands(item) if item.item.bands is not None else None
    if ordered is not None:
        return _band_line(item, ordered, results, absent, between)
    if item.item.choices is not None and isinstance(item.value, Name):
        options = [
            f"WHEN {text(step.option or '')} THEN {result}" for step, result in zip(item.steps, results, strict=True)
        ]
        return between.join([f"CASE {quoted(item.value.id)}", *options, f"ELSE {absent}", "END"])
    if len(item.steps) == 1 and item.steps[0].when is None:
        return results[0]
    branches = [(step.when, result) for step, result in zip(item.steps, results, strict=True) if step.when is not None]
    otherwise = results[-1] if item.steps[-1].when is None else absent
    return cases(branches, otherwise, between, absent)


# Points and band in one number -----------------------------------------------------------------------------------------


def _is_packed(item: ItemRule) -> bool:
    """Whether points and band go into one number: points are fixed and not below zero, and the bands few."""
    fixed = all(isinstance(step.points, Constant) for step in item.steps)
    return fixed and len(item.steps) < ROOM and item.span[0] >= 0 and (item.span[1] + 1) * ROOM < 2**31


def _packed(program: Program, item: ItemRule) -> str:
    narrow = is_narrow(program, item) and (item.span[1] + 1) * ROOM < 2**15
    points = _missing_points(program, item)
    absent = f"CAST({points if isinstance(points, str) else points * ROOM} AS {'SMALLINT' if narrow else 'INTEGER'})"
    fixed = [_fixed_points(program.digits, item, step) for step in item.steps]
    results = [str(value * ROOM + band) for band, value in enumerate(fixed, start=1)]
    if item.item.choices is not None and isinstance(item.value, Name):
        return _looked_up(item.value, item, results, "SMALLINT" if narrow else "INTEGER", absent)
    return _cased(item, results, absent, "\n    ")


def _looked_up(value: Name, item: ItemRule, results: Sequence[str], type_: str, absent: str) -> str:
    """Write the choices of an item as a MAP from option to result; of an option written twice the first counts."""
    found: dict[str, str] = {}
    for step, result in zip(item.steps, results, strict=True):
        found.setdefault(text(step.option or ""), f"CAST({result} AS {type_})")
    pairs = ", ".join(f"{option}: {result}" for option, result in found.items())
    return f"COALESCE(MAP {{{pairs}}}[{quoted(value.id)}], {absent})"


def _pack(item: ItemRule) -> str:
    return f"packed.{item.id}"


# Bands ---------------------------------------------------------------------------------------------------------------


def _joined_bands(item: ItemRule) -> list[tuple[int, Interval]] | None:
    """Order bands from the lowest where each begins exactly where the one before ends; None where they do not."""
    bands = [(index, step.interval) for index, step in enumerate(item.steps) if step.interval is not None]
    bands.sort(key=lambda band: _low_key(band[1]))
    for (_before, lower), (_after, upper) in pairwise(bands):
        high, low = lower.high, upper.low
        if high is None or low is None or high[0] != low[0] or high[1] == low[1]:
            return None
    return bands


def _low_key(interval: Interval) -> tuple[int, Decimal, int]:
    low = interval.low
    return (0, Decimal(0), 0) if low is None else (1, low[0], 0 if low[1] else 1)


def _band_line(
    item: ItemRule, bands: list[tuple[int, Interval]], results: Sequence[str], absent: str, between: str
) -> str:
    if item.value is None:
        raise TypeError("bands look at a value")
    value, missing = item.value, unknown(item.value)
    parts = [f"WHEN {missing} THEN {absent}"] if missing is not None else []
    lowest, highest = bands[0][1].low, bands[-1][1].high
    if lowest is not None:
        parts.append(f"WHEN {_bound(value, '<' if lowest[1] else '<=', lowest[0])} THEN {absent}")
    for index, interval in bands:
        if interval.high is not None:
            op = "<=" if interval.high[1] else "<"
            parts.append(f"WHEN {_bound(value, op, interval.high[0])} THEN {results[index]}")
    parts.append(f"ELSE {results[bands[-1][0]] if highest is None else absent}")
    return between.join(["CASE", *parts, "END"])


def _bound(value: Node, op: str, bound: Decimal) -> str:
    return bare(condition(Compare(TRUTH, op, value, literal(bound))))  # type: ignore[arg-type]


# Reweighing ----------------------------------------------------------------------------------------------------------


def _before(item: ItemRule) -> str:
    return f"unweighed.{item.id}"


def _reweighed(items: Sequence[ItemRule], digits: int) -> Iterator[Stage]:
    """Sum the weights of the items that are there, then stretch their points to the weight of all."""
    weights = {item.id: in_steps(item.high or Decimal(0), digits) for item in items}
    whole = sum(weights.values())
    there = [
        f"CASE WHEN {quoted(_before(item))} IS NULL THEN 0 ELSE {weights[item.id]} END"
        if item.missing.kind == "reweigh"
        else str(weights[item.id])
        for item in items
    ]
    present = f"CAST({' + '.join(there)} AS BIGINT) AS {quoted(WEIGHT)}"
    yield Stage("weighed", _("有分的基本项的满分合计"), f"SELECT *,\n  {present}\nFROM points")
    columns = [f"{_stretched(item, whole)} AS {quoted(points_column(item.id))}" for item in items]
    yield Stage("reweighed", _("缺失项目的分值按比例分给其他基本项"), f"SELECT {listed(['*', *columns])}\nFROM weighed")


def _stretched(item: ItemRule, whole: int) -> str:
    most = max(map(abs, item.span))
    points = Whole(quoted(_before(item)), most, width_of(most))
    weight = Whole(f"NULLIF({quoted(WEIGHT)}, 0)", whole, 64)
    return f"CAST({half_up(times(points, constant(whole)), weight, may_be_negative=item.span[0] < 0).sql} AS BIGINT)"
