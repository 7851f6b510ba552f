"""A better value never gets fewer points: in bands, choices, cases and expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from creditpolicy.checks.conditions import Situation, Texts, reached
from creditpolicy.checks.direction import direction_of
from creditpolicy.checks.findings import Finding, Path, title_of
from creditpolicy.checks.spans import Span, plain, span_of, whole_of
from creditpolicy.expressions import Constant, Name, Node
from creditpolicy.language import _
from creditpolicy.model import Item
from creditpolicy.program import ItemRule, Program


def better_scores_higher(program: Program) -> Iterator[Finding]:
    """Find items where a better value gets fewer points (or, in a deduction, loses more)."""
    for rule in program.items:
        name, sense = _judged_fact(program, rule)
        if name is None:
            continue
        if rule.item.choices is not None:
            yield from _choices_inverted(program, rule)
        elif rule.item.bands is not None:
            yield from _bands_inverted(program, rule, sense * rule.sign)
        elif len(rule.steps) == 1:
            found = direction_of(rule.steps[0].points, name)
            if found == -sense * rule.sign:
                yield _inverted(program, rule.item, (*rule.path, "points"), _("算式里这个值越好, 得分反而越低"))


def better_cases_score_higher(program: Program) -> Iterator[Finding]:
    """Find cases of an item in which a better value of one fact, all else the same, gets fewer points."""
    senses = {name: 1 if fact.better == "higher" else -1 for name, fact in program.policy.facts.items() if fact.better}
    for rule in program.items:
        if rule.item.points is None or len(rule.steps) < 2:
            continue
        lists = list(reached(step.when for step in rule.steps))
        cases = [
            (index, step.points.value, situation)
            for index, (step, found) in enumerate(zip(rule.steps, lists, strict=False))
            if isinstance(step.points, Constant) and isinstance(step.points.value, Decimal)
            for situation in found or ()
        ]
        told: set[tuple[int, int]] = set()
        for better, less, one in cases:
            for worse, more, other in cases:
                name = _only_difference(one, other, senses)
                if name is None or (less - more) * rule.sign >= 0 or (better, worse) in told:
                    continue
                told.add((better, worse))
                words = _("第 {better} 条的“{fact}”更好, 得分却是 {less}, 第 {worse} 条是 {more}")
                if rule.sign < 0:
                    words = _("第 {better} 条的“{fact}”更好, 却扣 {less} 分, 第 {worse} 条扣 {more}")
                label = program.policy.facts[name].label
                said = words.format(better=better + 1, worse=worse + 1, fact=label, less=plain(less), more=plain(more))
                yield _inverted(program, rule.item, (*rule.path, "points", better), said)


def _only_difference(one: Situation, other: Situation, senses: Mapping[str, int]) -> str | None:
    """Give the fact that alone sets two situations apart, being better throughout in the first."""
    found = None
    for variable in one.keys() & other.keys():
        mine, theirs = one[variable], other[variable]
        if isinstance(mine, Span) and isinstance(theirs, Span):
            if not mine.meet(theirs).is_empty:
                continue
            sense = senses.get(variable.id, 0) if isinstance(variable, Name) else 0
            if found is not None or not sense or (mine > theirs) != (sense > 0):
                return None
            found = variable.id if isinstance(variable, Name) else None
        elif not (isinstance(mine, Texts) and isinstance(theirs, Texts) and not mine.meet(theirs).is_empty):
            return None
    return found


def _judged_fact(program: Program, rule: ItemRule) -> tuple[str | None, int]:
    """Give the one fact that an item looks at and whether more of it is better (1) or worse (-1)."""
    name = rule.value.id if isinstance(rule.value, Name) else None
    if rule.value is None and len(rule.steps) == 1 and isinstance(rule.steps[0].points, Name):
        name = rule.steps[0].points.id
    fact = program.policy.facts.get(name) if name else None
    if fact is None or fact.better is None:
        return None, 0
    return name, 1 if fact.better == "higher" else -1


def _bands_inverted(program: Program, rule: ItemRule, sense: int) -> Iterator[Finding]:
    bands = rule.item.bands or ()
    whole = whole_of(rule.value.type) if isinstance(rule.value, Node) else None
    if whole is None:
        return
    order = sorted(range(len(bands)), key=lambda index: span_of(bands[index], whole))
    for before, after in pairwise(order):
        if (bands[after].points - bands[before].points) * sense < 0:
            better, worse = (after, before) if sense * rule.sign > 0 else (before, after)
            said = _("第 {better} 档的值更好, 得分却是 {less}, 不如第 {worse} 档的 {more}")
            if rule.sign < 0:
                said = _("第 {better} 档的值更好, 却扣 {less} 分, 多过第 {worse} 档的 {more}")
            words = said.format(
                better=better + 1, less=plain(bands[better].points), worse=worse + 1, more=plain(bands[worse].points)
            )
            yield _inverted(program, rule.item, (*rule.path, "bands", better, "points"), words)


def _choices_inverted(program: Program, rule: ItemRule) -> Iterator[Finding]:
    """Compare options in the order of the fact's choices, which stand best first where the fact says what is better."""
    known = (rule.value.type.choices if rule.value is not None else None) or ()
    points = {option.is_: (index, option.points) for index, option in enumerate(rule.item.choices or ())}
    listed = [choice for choice in dict.fromkeys(known) if choice in points]
    for better, worse in pairwise(listed):
        index, less = points[better]
        more = points[worse][1]
        if (less - more) * rule.sign < 0:
            words = _("“{better}”排在“{worse}”前面, 得分却是 {less} 比 {more}").format(
                better=better, worse=worse, less=plain(less), more=plain(more)
            )
            yield _inverted(program, rule.item, (*rule.path, "choices", index, "points"), words)


def _inverted(program: Program, item: Item, path: Path, words: str) -> Finding:
    return Finding(
        "inverted",
        path,
        _("“{item}”的分数倒挂: {words}。").format(item=title_of(program.policy, item), words=words),
        _("客户变好了分数反而下降, 评级就不可信。"),
        _("改正这里的分数; 若本就如此, 改正事实的 better。"),
    )
