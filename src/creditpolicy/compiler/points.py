"""The stages that give points: each item, each veto, and the weight of missing items spread over the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from creditpolicy.compiler.exact import bare, cases, condition, exact, known, quoted, rounded, text
from creditpolicy.compiler.stage import Stage, band_column, listed, points_column, remark, smallest, veto_column
from creditpolicy.compiler.whole import Whole, constant, half_up, times, width_of
from creditpolicy.expressions import TRUTH, Compare, Constant, Name, Node, literal
from creditpolicy.expressions import types as typing_rules
from creditpolicy.language import _
from creditpolicy.model import Interval
from creditpolicy.program import ItemRule, Program, Step, in_steps

WEIGHT = "weight.present"
"""The column that sums the weights of the base items that are there."""


def points_stages(program: Program, source: str, *, bands: bool) -> Iterator[Stage]:
    """Give the stage of points and vetoes and, where an item may be reweighed, the two that do it."""
    reweighed = program.reweighed
    columns = []
    for item in program.items:
        note = remark(f"{item.item.label or _label(program, item)} {item.item.clause or _('假定')}")
        name = _before(item) if item in reweighed else points_column(item.id)
        columns.append(f"/* {note} */ {item_points(program, item)} AS {quoted(name)}")
        if bands:
            columns.append(f"{item_band(item)} AS {quoted(band_column(item.id))}")
    for veto in program.vetoes:
        note = remark(f"{veto.veto.label} {veto.veto.clause or _('假定')}")
        columns.append(f"/* {note} */ {_veto(veto.when, veto.veto.missing)} AS {quoted(veto_column(veto.id))}")
    comment = _("各项得分 (单位 {step} 分) 与一票否决").format(step=smallest(program.digits))
    yield Stage("points", comment, f"SELECT {listed(['*', *columns])}\nFROM {source}")
    if reweighed:
        yield from _reweighed(reweighed, program.digits)


def _label(program: Program, item: ItemRule) -> str:
    rule = program.fact.get(item.id)
    return str(rule.fact.label) if rule is not None else item.id


def _veto(when: Node, missing_rule: str) -> str:
    inner = condition(when)
    return inner if missing_rule == "refuse" else f"COALESCE({inner}, {'TRUE' if missing_rule == 'apply' else 'FALSE'})"


# One item ------------------------------------------------------------------------------------------------------------


def item_points(program: Program, item: ItemRule) -> str:
    """Write the points of an item, missing facts handled by its rule (NULL where that is to refuse or reweigh)."""
    value = _cased(item, [_step_points(program.digits, item, step) for step in item.steps], "\n    ")
    if item.missing.kind in {"worst", "points"}:
        return f"COALESCE({value}, {in_steps(item.missing.points, program.digits)})"
    return value


def item_band(item: ItemRule) -> str:
    """Write which step of an item applied, from 0."""
    bands = []
    for index, step in enumerate(item.steps):
        there = known(step.points)
        bands.append(str(index) if there is None else f"CASE WHEN {there} THEN {index} END")
    return f"CAST({_cased(item, bands, ' ')} AS {'TINYINT' if len(bands) <= 128 else 'SMALLINT'})"


def _step_points(digits: int, item: ItemRule, step: Step) -> str:
    """Write a step's points, rounded and kept within what the item may give."""
    node = step.points
    low = in_steps(item.low, digits)
    high = in_steps(item.high, digits) if item.high is not None else None
    if isinstance(node, Constant):
        value = max(in_steps(node.value, digits), low)  # type: ignore[arg-type]
        return str(value if high is None else min(value, high))
    points = rounded(exact(node), digits, below_zero=low < 0)
    result = kept = points.sql
    bounds = typing_rules.rounded(node.type, digits)
    if bounds.low * 10**digits < low:
        kept = f"GREATEST({kept}, {low})"
    if high is not None and max(bounds.high * 10**digits, low) > high:
        kept = f"LEAST({kept}, {high})"
    there = known(node)
    if kept != result and there is not None:
        # An engine's GREATEST and LEAST pass over NULL: without the guard, missing facts would score.
        kept = f"CASE WHEN {there} THEN {kept} END"
    return f"CAST({kept} AS BIGINT)" if points.width == 128 else kept


def _cased(item: ItemRule, results: Sequence[str], between: str) -> str:
    """Write the steps of an item as one CASE: bands that join end to end as a line of upper ends, others one by one."""
    ordered = _joined_bands(item) if item.item.bands is not None else None
    if ordered is not None:
        return _band_line(item, ordered, results, between)
    if item.item.choices is not None and isinstance(item.value, Name):
        options = [
            f"WHEN {text(step.option or '')} THEN {result}" for step, result in zip(item.steps, results, strict=True)
        ]
        return between.join([f"CASE {quoted(item.value.id)}", *options, "END"])
    if len(item.steps) == 1 and item.steps[0].when is None:
        return results[0]
    branches = [(step.when, result) for step, result in zip(item.steps, results, strict=True) if step.when is not None]
    otherwise = results[-1] if item.steps[-1].when is None else None
    return cases(branches, otherwise, between)


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


def _band_line(item: ItemRule, bands: list[tuple[int, Interval]], results: Sequence[str], between: str) -> str:
    if item.value is None:
        raise TypeError("bands look at a value")
    value = item.value
    parts = []
    lowest = bands[0][1].low
    if lowest is not None:
        parts.append(f"WHEN {_bound(value, '<' if lowest[1] else '<=', lowest[0])} THEN NULL")
    for index, interval in bands:
        if interval.high is not None:
            op = "<=" if interval.high[1] else "<"
            parts.append(f"WHEN {_bound(value, op, interval.high[0])} THEN {results[index]}")
            continue
        there = known(value)
        parts.append(f"WHEN {there} THEN {results[index]}" if there else f"ELSE {results[index]}")
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
