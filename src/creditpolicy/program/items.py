"""Items: bands, choices, conditions and expressions, all brought to steps of which the first that holds gives the points."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from creditpolicy.expressions import TEXT, TRUTH, Compare, Constant, IsMissing, Logic, Name, Node, Not, literal
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.faults import too_large
from creditpolicy.expressions.size import size
from creditpolicy.language import _, listed
from creditpolicy.model import Band, Branch, Expression, Interval, Item
from creditpolicy.program.desk import Desk, needs
from creditpolicy.program.rules import (
    PARTS,
    Flaw,
    ItemRule,
    MissingRule,
    Part,
    Path,
    Step,
    in_steps,
    points_span,
    reweighed,
    total_span,
)

LARGEST = 100_000
"""Most pieces of SQL that the scorecard may come to, bands repeating what they look at."""


def item_rules(desk: Desk) -> list[ItemRule]:
    """Make the rules of all items: base, bonus, then deduction."""
    scorecard = desk.policy.scorecard
    rules = [_item(desk, part, index, item) for part in PARTS for index, item in enumerate(getattr(scorecard, part))]
    made = [rule for rule in rules if rule is not None]
    unlike(desk, [(rule.id, (*rule.path, "item")) for rule in made])
    if sum(_pieces(rule) for rule in made) > LARGEST:
        desk.flaw(("scorecard",), _("评分表展开成的查询太长。"), _("把复杂的 of 先算成 formula 事实。"))
    low, high = total_span(made, reweighed(made, desk.digits), desk.digits)
    desk.within_reach(max(-low, high), ("scorecard",), _("给没有满分的项目写上 max。"))
    return made


def unlike(desk: Desk, ids: Iterable[tuple[str, Path]]) -> None:
    """Note ids that a query cannot tell apart: it does not look at the case of letters."""
    known: set[str] = set()
    for name, path in ids:
        if name.casefold() in known:
            desk.flaw(path, _("“{name}”用了两次。").format(name=name), _("换一个编号。"), code="duplicate-id")
        known.add(name.casefold())


def _pieces(rule: ItemRule) -> int:
    looked_at = size(rule.value) if rule.value is not None else 0
    steps = sum(size(step.points) + (size(step.when) if step.when is not None else 0) for step in rule.steps)
    return steps + len(rule.steps) * looked_at


def _item(desk: Desk, part: Part, index: int, item: Item) -> ItemRule | None:
    path: Path = ("scorecard", part, index)
    before = len(desk.flaws)
    value = _value(desk, item, path)
    if item.bands is not None:
        steps = _bands(desk, item.bands, value, path)
    elif item.choices is not None:
        steps = _choices(desk, item, value, path)
    else:
        steps = _points(desk, item, path)
    if len(desk.flaws) > before:
        return None
    low = item.min if item.min is not None else Decimal(0)
    missing = _missing(desk, item, steps, low, path)
    span = points_span(steps, low, item.max, missing, desk.digits)
    desk.within_reach(max(-span[0], span[1]), path, _("写上 max, 或给事实写更窄的 range。"))
    used = needs([*(step.when for step in steps), *(step.points for step in steps)])
    return ItemRule(item.item, part, item, path, value, tuple(steps), low, item.max, missing, used, span)


def _value(desk: Desk, item: Item, path: Path) -> Node | None:
    """Parse what bands and choices look at; for points by expression, the fact of the same name if there is one."""
    if item.points is not None and item.of is None:
        return Name(desk.names[item.item], item.item) if item.item in desk.names else None
    place = (*path, "of" if item.of is not None else "item")
    return desk.parse(item.looks_at, place, "text" if item.choices is not None else "number")


def _bands(desk: Desk, bands: tuple[Band, ...], value: Node | None, path: Path) -> list[Step]:
    if value is None:
        return []
    ends = [literal(end[0]).type for band in bands for end in (band.low, band.high) if end is not None]
    if not isinstance(value, Name) and not all(typing_rules.compares(value.type, end) for end in ends):
        desk.flaws.append(Flaw((*path, "of"), too_large().fault))
    return [Step(_within(value, band), literal(band.points), band, interval=band) for band in bands]


def _within(value: Node, interval: Interval) -> Node:
    """Make the condition that `value` lies in `interval`; where both sides are open, that there is one."""
    conditions: list[Node] = []
    if interval.low is not None:
        bound, included = interval.low
        conditions.append(Compare(TRUTH, ">=" if included else ">", value, literal(bound)))
    if interval.high is not None:
        bound, included = interval.high
        conditions.append(Compare(TRUTH, "<=" if included else "<", value, literal(bound)))
    if not conditions:
        return Not(TRUTH, IsMissing(TRUTH, value))
    return conditions[0] if len(conditions) == 1 else Logic(TRUTH, "and", tuple(conditions))


def _choices(desk: Desk, item: Item, value: Node | None, path: Path) -> list[Step]:
    steps = []
    for index, option in enumerate(item.choices or ()):
        if value is None:
            continue
        if value.type.choices and option.is_ not in value.type.choices:
            desk.flaw(
                (*path, "choices", index, "is"),
                _("“{value}”不在事实的可选值里: {choices}。").format(
                    value=option.is_, choices=listed(value.type.choices)
                ),
                _("改成其中之一, 或在事实的 choices 里加上它。"),
                _("没有客户会得到这一档的分。"),
            )
        when = Compare(TRUTH, "=", value, Constant(TEXT, option.is_))
        steps.append(Step(when, literal(option.points), option, option=option.is_))
    return steps


def _points(desk: Desk, item: Item, path: Path) -> list[Step]:
    if isinstance(item.points, Expression):
        node = desk.number(item.points, (*path, "points"), desk.digits)
        return [Step(None, node, item)] if node is not None else []
    branches: tuple[Branch, ...] = item.points or ()
    steps = [_branch(desk, branch, (*path, "points", index)) for index, branch in enumerate(branches)]
    for index, branch in enumerate(branches[:-1]):
        if branch.otherwise is not None:
            desk.flaw(
                (*path, "points", index),
                _("otherwise 后面还有条件。"),
                _("把 otherwise 放到最后。"),
                _("后面的条件永远轮不到。"),
            )
    return [step for step in steps if step is not None]


def _branch(desk: Desk, branch: Branch, path: Path) -> Step | None:
    if branch.otherwise is not None:
        points = desk.number(branch.otherwise, (*path, "otherwise"), desk.digits)
        return Step(None, points, branch) if points is not None else None
    when = desk.parse(str(branch.when), (*path, "when"), "truth")
    points = desk.number(str(branch.points), (*path, "points"), desk.digits)
    return Step(when, points, branch) if when is not None and points is not None else None


# Missing facts -------------------------------------------------------------------------------------------------------


def _missing(desk: Desk, item: Item, steps: list[Step], low: Decimal, path: Path) -> MissingRule:
    fact = desk.policy.facts.get(item.item)
    text = item.missing or (fact.missing if fact is not None else None) or "refuse"
    kind, _space, points = text.partition(" ")
    if kind == "points":
        return MissingRule("points", Decimal(points.strip()))
    if kind == "worst":
        return MissingRule("worst", _worst(desk, item, steps, low, path))
    if kind != "reweigh":
        return MissingRule("refuse")
    if path[1] != "base":
        desk.flaw((*path, "missing"), _("只有基本项可以 reweigh。"), _("加分项、减分项缺失时写 points 0 或 refuse。"))
    elif item.max is None or in_steps(item.max, desk.digits) <= 0:
        desk.flaw((*path, "missing"), _("没有满分的项目不能 reweigh。"), _("写上 max。"))
    return MissingRule("reweigh")


def _worst(desk: Desk, item: Item, steps: list[Step], low: Decimal, path: Path) -> Decimal:
    """Find the worst points that the item can give: the fewest, for a deduction the most."""
    constants = [step.points.value for step in steps if isinstance(step.points, Constant)]
    known = [_kept(value, low, item.max) for value in constants if isinstance(value, Decimal)]
    if path[1] == "deduction":
        if item.max is None and len(known) != len(steps):
            desk.flaw((*path, "missing"), _("这个减分项没有上限, 不知道最差是多少。"), _("写上 max, 或改用 points N。"))
        return item.max if item.max is not None else max(known, default=Decimal(0))
    return min(known) if len(known) == len(steps) and known else low


def _kept(points: Decimal, low: Decimal, high: Decimal | None) -> Decimal:
    return max(points, low) if high is None else min(max(points, low), high)
