"""Grades and vetoes: lines in order, no hole below, every grade within reach, vetoes that forbid something."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from creditpolicy.checks.conditions import can_fail, can_hold
from creditpolicy.checks.findings import Finding
from creditpolicy.checks.points import reachable_points
from creditpolicy.checks.spans import Cut, Span, plain
from creditpolicy.language import _
from creditpolicy.model import Grade, Policy
from creditpolicy.program import Program


def lines_descend(policy: Policy) -> Iterator[Finding]:
    """Find grade lines out of order, and grades below one that already takes all the rest."""
    before: tuple[Grade, Cut] | None = None
    for index, grade in enumerate(policy.grades):
        cut = _cut(grade)
        if cut is None:
            if index < len(policy.grades) - 1:
                yield Finding(
                    "grade-order",
                    ("grades", index),
                    _("等级“{grade}”没有分数线, 却不在最后。").format(grade=grade.grade),
                    _("没有分数线的等级收下其余所有分数, 后面的等级永远轮不到。"),
                    _("写上 from, 或移到最后。"),
                )
            continue
        if before is not None and cut >= before[1]:
            what = _("等级“{grade}”的线 {line} 不低于上一级“{upper}”的 {above}。").format(
                grade=grade.grade, line=plain(cut[0]), upper=before[0].grade, above=plain(before[1][0])
            )
            why = _("等级从最好写到最差, 线要一级比一级低; 否则这一级没有分数可落。")
            yield Finding("grade-order", ("grades", index), what, why, _("改正分数线, 或调换次序。"))
        before = (grade, cut)


def none_below(program: Program) -> Iterator[Finding]:
    """Find totals below the last line, for which the policy says nothing."""
    last = program.policy.grades[-1]
    cut = _cut(last)
    lowest = total_of(program).start[0]
    if cut is not None and (lowest, 0) < cut:
        said = (
            _("{line} 分以下").format(line=plain(cut[0]))
            if not cut[1]
            else _("{line} 分及以下").format(line=plain(cut[0]))
        )
        yield Finding(
            "grade-hole",
            ("grades", len(program.policy.grades) - 1),
            _("{below}没有等级: 最低可到 {lowest} 分。").format(below=said, lowest=plain(lowest)),
            _("落在这里的客户没有等级, 也就没有额度与条件, 制度没有说怎么办。"),
            _("在最后加一级不写分数线, 如 {example}, 并注明出处或 assumed。").format(
                example=f"{{grade: ungraded, label: {_('不入级')}}}"
            ),
        )


def grades_within_reach(program: Program) -> Iterator[Finding]:
    """Find grades that no total, veto or event leads to."""
    whole = total_of(program)
    forced = {rule.forces for rule in program.vetoes}
    events = program.policy.changes.events if program.policy.changes else ()
    lowered = {event.to_grade for event in events}
    upper: Cut | None = None
    for index, grade in enumerate(program.policy.grades):
        cut = _cut(grade)
        span = (
            Span(cut or (whole.start[0], 0), upper or (whole.end[0], 1))
            .meet(whole)
            .on_grid(Fraction(1, 10**program.digits))
        )
        out_of_order = cut is not None and upper is not None and cut >= upper
        upper = cut or upper
        if out_of_order or not span.is_empty or index in forced or grade.grade in lowered:
            continue
        lowest, highest = plain(whole.start[0]), plain(whole.end[0])
        yield Finding(
            "grade-unreachable",
            ("grades", index),
            _("没有客户能得到等级“{grade}”: 总分只能在 {low} 到 {high} 之间。").format(
                grade=grade.grade, low=lowest, high=highest
            ),
            _("写给这一级的额度与条件永远用不上, 多半是分数线或满分写错。"),
            _("核对这一级与上一级的线, 以及各项的满分。"),
        )


def lines_as_fine_as_points(policy: Policy) -> Iterator[Finding]:
    """Find grade lines with more decimals than points have."""
    digits = policy.scorecard.digits
    for index, grade in enumerate(policy.grades):
        cut = _cut(grade)
        if cut is not None and (cut[0] * 10**digits).denominator != 1:
            yield Finding(
                "too-fine",
                ("grades", index),
                _("分数线 {line} 比分数的 {digits} 位小数还细。").format(line=plain(cut[0]), digits=digits),
                _("总分先按位数四舍五入, 再与线比, 这条线不会正好达到。"),
                _("改成同样的位数, 或改 scorecard.digits。"),
                "warning",
            )


def vetoes_forbid(program: Program) -> Iterator[Finding]:
    """Find vetoes that never hold, always hold, or force the best grade and so nothing."""
    for rule in program.vetoes:
        label = str(rule.veto.label)
        if rule.forces == 0 and len(program.policy.grades) > 1:
            yield Finding(
                "idle-veto",
                (*rule.path, "grade"),
                _("否决项“{veto}”强制的是最好的等级“{grade}”。").format(veto=label, grade=rule.veto.grade),
                _("否决只会把等级往下压, 压到最好的一级等于没有否决。"),
                _("写成它应当压到的那一级, 通常是最后一级“{grade}”。").format(grade=program.policy.grades[-1].grade),
            )
        if not can_hold(rule.when):
            yield Finding(
                "never",
                (*rule.path, "when"),
                _("否决项“{veto}”永远不成立。").format(veto=label),
                _("按事实的允许范围, 没有客户合这个条件; 以为挡住的其实没有挡。"),
                _("改正条件里的数字, 或改事实的 range。"),
            )
        elif not can_fail(rule.when):
            yield Finding(
                "always",
                (*rule.path, "when"),
                _("否决项“{veto}”对每个客户都成立。").format(veto=label),
                _("所有客户都会被否决。"),
                _("改正条件, 看比较的方向是否写反。"),
            )


def total_of(program: Program) -> Span:
    """Give the span in which every total lies."""
    low = high = Fraction(0)
    reweighed = any(rule.missing.kind == "reweigh" for rule in program.items)
    for rule in program.items:
        least, most = reachable_points(program, rule)
        if rule.sign < 0:
            least, most = -most, -least
        elif reweighed and rule.part == "base":
            least, most = min(least, Fraction(0)), Fraction(rule.high) if rule.high is not None else most
        low, high = low + least, high + most
    return Span((low, 0), (high, 1))


def _cut(grade: Grade) -> Cut | None:
    return None if grade.line is None else (Fraction(grade.line[0]), 0 if grade.line[1] else 1)
