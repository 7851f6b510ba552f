"""Points: within the maximum of their item, maximums that can be reached and add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from creditpolicy.checks.findings import Finding, Path, title_of
from creditpolicy.checks.spans import plain
from creditpolicy.expressions import Constant, Name
from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.program import ItemRule, Program


def something_scores(policy: Policy) -> Iterator[Finding]:
    """Find scorecards without a single item that gives points."""
    if not policy.scorecard.base and not policy.scorecard.bonus:
        yield Finding(
            "no-items",
            ("scorecard",),
            _("评分表里没有一个给分的项目。"),
            _("人人零分, 等级就分不出来。"),
            _("在 base 里写上评分项目。"),
        )


def points_within_maximum(program: Program) -> Iterator[Finding]:
    """Find points above an item's maximum or below its minimum: they would be cut without a word."""
    for rule in program.items:
        title = title_of(program.policy, rule.item)
        for path, points in _written_points(rule):
            if rule.high is not None and points > rule.high:
                yield Finding(
                    "over-maximum",
                    path,
                    _("“{item}”这里给 {points} 分, 高过满分 {high}。").format(
                        item=title, points=plain(points), high=plain(rule.high)
                    ),
                    _("计分时会削到满分, 与写的不同。"),
                    _("改正分数, 或改正 max。"),
                )
            elif points < rule.low:
                yield Finding(
                    "under-minimum",
                    path,
                    _("“{item}”这里给 {points} 分, 低于最低分 {low}。").format(
                        item=title, points=plain(points), low=plain(rule.low)
                    ),
                    _("计分时会抬到最低分, 与写的不同。"),
                    _("改正分数; 本要给负分的, 写 min 或改作减分项。"),
                )
        yield from _judged_over_maximum(program, rule, title)


def _written_points(rule: ItemRule) -> Iterator[tuple[Path, Decimal]]:
    for index, step in enumerate(rule.steps):
        if not isinstance(step.points, Constant) or not isinstance(step.points.value, Decimal):
            continue
        if rule.item.bands is not None:
            yield (*rule.path, "bands", index, "points"), step.points.value
        elif rule.item.choices is not None:
            yield (*rule.path, "choices", index, "points"), step.points.value
        elif isinstance(rule.item.points, tuple):
            key = "otherwise" if step.when is None else "points"
            yield (*rule.path, "points", index, key), step.points.value
        else:
            yield (*rule.path, "points"), step.points.value


def _judged_over_maximum(program: Program, rule: ItemRule, title: str) -> Iterator[Finding]:
    """Find judged points that may be entered above the maximum: the sheet would accept them, the rating cut them."""
    for step in rule.steps:
        if not isinstance(step.points, Name) or rule.high is None:
            continue
        fact = program.policy.facts.get(step.points.id)
        if fact is None or not fact.is_entered or step.points.type.high <= rule.high:
            continue
        yield Finding(
            "over-maximum",
            ("facts", step.points.id, "range") if fact.range else ("facts", step.points.id),
            _("“{fact}”可以填到 {most}, 而“{item}”满分只有 {high}。").format(
                fact=fact.label, most=plain(step.points.type.high), item=title, high=plain(rule.high)
            ),
            _("填得再高也只按满分算, 打分的人并不知道。"),
            _("把事实的 range 写成 [{low}, {high}]。").format(low=plain(rule.low), high=plain(rule.high)),
            facts=(step.points.id,),
        )


def maximums_reached(program: Program) -> Iterator[Finding]:
    """Find items whose maximum no customer can get."""
    for rule in program.items:
        if rule.high is None:
            continue
        most = reachable_points(program, rule)[1]
        if most < Fraction(rule.high):
            yield Finding(
                "maximum-unreachable",
                (*rule.path, "max"),
                _("“{item}”满分写 {high}, 实际最多只能得 {most} 分。").format(
                    item=title_of(program.policy, rule.item), high=plain(rule.high), most=plain(most)
                ),
                _("总分因此到不了应有的最高分, 好客户被压低。"),
                _("改正 max, 或改正最高一档的分数。"),
            )


def maximums_add_up(program: Program) -> Iterator[Finding]:
    """Find a declared total that the maximums of the base items do not make, and items without a maximum.

    A card of a single item needs none: its total is the item's own figure, as where grades follow yearly sales.
    """
    card = program.policy.scorecard
    for rule in program.items:
        bounded = rule.high is not None or len(program.items) == 1
        if not bounded and (rule.part == "base" or not all(isinstance(step.points, Constant) for step in rule.steps)):
            yield Finding(
                "no-maximum",
                rule.path,
                _("“{item}”没有写满分 max。").format(item=title_of(program.policy, rule.item)),
                _("没有上限, 一项就能左右总分; 满分合计也无从核对。"),
                _("写上 max。"),
                "warning" if card.total is None or rule.part != "base" else "fault",
            )
    highs = [item.max for item in card.base if item.max is not None]
    if card.total is not None and len(highs) == len(card.base) and sum(highs) != card.total:
        yield Finding(
            "total-differs",
            ("scorecard", "total"),
            _("基本项满分合计是 {sum}, 不是 {total}: {parts}。").format(
                sum=plain(sum(highs, Decimal(0))), total=plain(card.total), parts=" + ".join(map(plain, highs))
            ),
            _("等级线是按满分 {total} 定的, 合计不符, 等级就偏了。").format(total=plain(card.total)),
            _("改正某项的 max, 或改正 total。"),
        )


def reachable_points(program: Program, rule: ItemRule) -> tuple[Fraction, Fraction]:
    """Bound the rounded points that an item can give, before its sign.

    Steps that are never reached count too: they are told of where they stand, not once more in every total.
    """
    low, high = Fraction(rule.low), None if rule.high is None else Fraction(rule.high)
    found = [end for step in rule.steps for end in (step.points.type.low, step.points.type.high)]
    if rule.missing.kind in {"points", "worst"}:
        found.append(Fraction(rule.missing.points))
    grain = Fraction(1, 10**program.digits)
    least, most = min(found, default=low) // grain * grain, -(-max(found, default=low) // grain) * grain
    return max(low, least if high is None else min(least, high)), max(low, most if high is None else min(most, high))
