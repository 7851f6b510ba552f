"""Items: bands without gap or overlap, every step reachable, maximums that can be reached and add up, better never worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from creditpolicy.checks.conditions import Situation, Texts, is_certain, reached
from creditpolicy.checks.direction import direction_of
from creditpolicy.checks.findings import Finding, Path, title_of
from creditpolicy.checks.spans import Span, gaps, overlaps, plain, span_of, step_of, whole_of
from creditpolicy.expressions import Constant, Name, Node
from creditpolicy.language import _
from creditpolicy.model import Item
from creditpolicy.program import ItemRule, Program


def bands_join(program: Program) -> Iterator[Finding]:
    """Find values of a banded item that fall into no band, into two, or bands that no value falls into."""
    for rule in program.items:
        if rule.item.bands is None or rule.value is None:
            continue
        whole, step = whole_of(rule.value.type), step_of(rule.value.type)
        whole = whole.on_grid(step)
        spans = [span_of(band, whole).on_grid(step) for band in rule.item.bands]
        yield from _empty_bands(program, rule, spans, whole)
        inside = [span.meet(whole) for span in spans]
        for first, second, shared in overlaps(inside):
            yield Finding(
                "band-overlap",
                (*rule.path, "bands", second),
                _("“{item}”的第 {first} 档与第 {second} 档重叠: {values} 两档都算。").format(
                    item=title_of(program.policy, rule.item),
                    first=first + 1,
                    second=second + 1,
                    values=shared.words(step),
                ),
                _("同一个值有两种得分, 谁先写算谁, 调换次序分数就变。"),
                _("让一档的上限正是另一档的下限: 一边写 from (含), 另一边写 below (不含)。"),
            )
        for gap in gaps(inside, whole):
            yield _gap(program, rule, gap, whole, step)


def _empty_bands(program: Program, rule: ItemRule, spans: list[Span], whole: Span) -> Iterator[Finding]:
    for index, span in enumerate(spans):
        if not span.meet(whole).is_empty:
            continue
        title = title_of(program.policy, rule.item)
        what = _("“{item}”的第 {index} 档永远轮不到: 它在允许范围之外。").format(item=title, index=index + 1)
        fix = _("改正这一档的上下限, 或改事实的 range。")
        band = (rule.item.bands or ())[index]
        if span.is_empty and band.low is not None and band.high is not None:
            what = _("“{item}”的第 {index} 档是空的: 没有值落在里面。").format(item=title, index=index + 1)
            fix = _("检查上下限是否写反。")
        yield Finding("never", (*rule.path, "bands", index), what, _("写了分数却没有客户得到, 多半是数字写错。"), fix)


def _gap(program: Program, rule: ItemRule, gap: Span, whole: Span, step: Fraction | None) -> Finding:
    """Tell of a gap; at an end that the policy never bounded, only as a warning: such values may not exist."""
    fact = program.policy.facts.get(rule.value.id) if isinstance(rule.value, Name) else None
    given = (fact.range if fact is not None else None) or (None, None)
    bounded = isinstance(rule.value, Name)
    at_open_end = (gap.start == whole.start and given[0] is None) or (gap.end == whole.end and given[1] is None)
    outer = gap.start == whole.start or gap.end == whole.end
    fix = _("补一档, 或把相邻一档的界限移过来。")
    if outer:
        fix = _("补一档, 或把最外一档的那一端留空 (不写界限)。")
    if outer and at_open_end and bounded:
        fix += _("这样的值不会有的, 在事实上写 range。")
    return Finding(
        "band-gap",
        (*rule.path, "bands"),
        _("“{item}”的分档有空档: {values} 不属于任何一档。").format(
            item=title_of(program.policy, rule.item), values=_gap_in_words(gap, whole, step)
        ),
        _("落在这里的客户这一项没有分, 会按缺失处理。"),
        fix,
        "warning" if outer and at_open_end else "fault",
    )


def _gap_in_words(gap: Span, whole: Span, step: Fraction | None) -> str:
    """Say which values a gap holds; of one that runs to the end of the range only where it begins."""
    if gap.start == whole.start and gap.end != whole.end:
        edge, included = gap.end
        said = _("不大于 {value} 的值") if included else _("小于 {value} 的值")
        return said.format(value=plain(edge))
    if gap.end == whole.end and gap.start != whole.start:
        edge, excluded = gap.start
        said = _("大于 {value} 的值") if excluded else _("{value} 及以上的值")
        return said.format(value=plain(edge))
    return gap.words(step)


def choices_answered(program: Program) -> Iterator[Finding]:
    """Find choices that no option of an item scores."""
    for rule in program.items:
        if rule.item.choices is None or rule.value is None:
            continue
        title = title_of(program.policy, rule.item)
        known = rule.value.type.choices
        if known is None:
            yield Finding(
                "no-choices",
                (*rule.path, "choices"),
                _("“{item}”按选项给分, 所依据的事实却没有可选值。").format(item=title),
                _("填了别的文字就没有分, 会按缺失处理。"),
                _("把事实的类型改成 choice, 并写 choices。"),
            )
            continue
        left = [choice for choice in known if choice not in {step.option for step in rule.steps}]
        if left:
            yield Finding(
                "choice-gap",
                (*rule.path, "choices"),
                _("“{item}”没有给这些选项定分: {choices}。").format(item=title, choices="、".join(left)),
                _("选了它们的客户这一项没有分, 会按缺失处理。"),
                _("给每个选项写一条 is 与 points, 或从事实的 choices 里删去。"),
            )


def branches_in_turn(program: Program) -> Iterator[Finding]:
    """Find cases of an item that are never reached, and items whose cases do not cover everything."""
    for rule in program.items:
        if rule.item.points is None or len(rule.steps) == 0 or (len(rule.steps) == 1 and rule.steps[0].when is None):
            continue
        title = title_of(program.policy, rule.item)
        lists = list(reached(step.when for step in rule.steps))
        for index, found in enumerate(lists[: len(rule.steps)]):
            if found == []:
                yield _never_reached(rule, index, title)
        rest = lists[len(rule.steps)] if len(lists) > len(rule.steps) else None
        if rule.steps[-1].when is not None and rest != []:
            yield _not_covered(rule, title, rest)


def _never_reached(rule: ItemRule, index: int, title: str) -> Finding:
    path: Path = (*rule.path, "points", index)
    if rule.steps[index].when is None:
        what = _("“{item}”的 otherwise 永远轮不到: 上面的条件已经包括一切。").format(item=title)
        return Finding(
            "never", path, what, _("多写的一条会让人以为还有别的情形。"), _("删去 otherwise, 或改正上面的条件。")
        )
    own = next(reached([rule.steps[index].when]))
    if own == []:
        what = _("“{item}”的第 {index} 条永远不成立。").format(item=title, index=index + 1)
        return Finding(
            "never", path, what, _("按事实的允许范围, 没有客户合这个条件。"), _("改正条件里的数字, 或改事实的 range。")
        )
    what = _("“{item}”的第 {index} 条永远轮不到: 合它的客户都先合上面的条件。").format(item=title, index=index + 1)
    return Finding("never", path, what, _("条件从上往下, 先成立的算。"), _("把较严的条件移到前面, 或改正数字。"))


def _not_covered(rule: ItemRule, title: str, rest: list[Situation] | None) -> Finding:
    what = _("“{item}”没有写以上条件都不成立时得几分。").format(item=title)
    sure = next((situation for situation in rest or () if situation and is_certain(situation)), None)
    if sure is not None:
        what = _("“{item}”有漏掉的情形: {case}。").format(item=title, case=_case_in_words(sure))
    return Finding(
        "not-covered",
        (*rule.path, "points"),
        what,
        _("这样的客户这一项没有分, 会按缺失处理。"),
        _("在最后加一条 otherwise。"),
    )


def _case_in_words(situation: Situation) -> str:
    words = []
    for variable, domain in situation.items():
        if not isinstance(variable, Name):
            continue
        if isinstance(domain, Texts):
            said = {True: _("是"), False: _("否")}
            listed = "、".join(
                said[value] if isinstance(value, bool) else value for value in sorted(domain.values, key=str)
            )
            form = _("{name} 不为 {values}") if domain.without else _("{name} 为 {values}")
            words.append(form.format(name=variable.id, values=listed))
        elif variable.type.base == "number":
            whole, step = whole_of(variable.type), step_of(variable.type)
            said_values = _gap_in_words(domain, whole.on_grid(step), step)
            words.append(_("{name} 为 {values}").format(name=variable.id, values=said_values))
    return _(" 且 ").join(words) or _("其余客户")


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
