"""The steps by which an item scores: bands without gap or overlap, every choice and every case answered, none too late."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from creditpolicy.checks.conditions import Situation, Texts, is_certain, reached
from creditpolicy.checks.findings import Finding, Path, title_of
from creditpolicy.checks.spans import Span, gaps, overlaps, plain, span_of, step_of, whole_of
from creditpolicy.expressions import Name
from creditpolicy.language import _, listed
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
                _("“{item}”没有给这些选项定分: {choices}。").format(item=title, choices=listed(left)),
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
            among = listed(
                said[value] if isinstance(value, bool) else value for value in sorted(domain.values, key=str)
            )
            form = _("{name} 不为 {values}") if domain.without else _("{name} 为 {values}")
            words.append(form.format(name=variable.id, values=among))
        elif variable.type.base == "number":
            whole, step = whole_of(variable.type), step_of(variable.type)
            said_values = _gap_in_words(domain, whole.on_grid(step), step)
            words.append(_("{name} 为 {values}").format(name=variable.id, values=said_values))
    return _(" 且 ").join(words) or _("其余客户")
