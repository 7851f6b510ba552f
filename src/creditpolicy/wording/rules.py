"""Facts, rules and terms of a policy in words, as sheets show them."""

from __future__ import annotations

import re
from decimal import Decimal

from creditpolicy.expressions import Constant, Name
from creditpolicy.language import _, listed
from creditpolicy.model import Fact, Grade, Kind, Policy, Sourced, Terms
from creditpolicy.program import FactRule, MissingRule, Program, Step
from creditpolicy.wording.formulas import formula_words, node_words
from creditpolicy.wording.items import item_label
from creditpolicy.wording.values import short


def unit_words(fact: Fact) -> str:
    """Give the unit of a fact, as its heading shows it; nothing where it has none."""
    if fact.unit is not None:
        return str(fact.unit)
    return {Kind.AMOUNT: _("元"), Kind.PERCENT: "%"}.get(fact.type, "")


def heading(rule: FactRule, *, required: bool = False) -> str:
    """Give a fact's column heading: label, unit, and a star where it must be filled in."""
    unit = unit_words(rule.fact)
    label = f"{rule.fact.label} ({unit})" if unit else str(rule.fact.label)
    return f"{label} *" if required else label


def must_fill(program: Program) -> frozenset[str]:
    """Give the facts that people must fill in: the key and what rating cannot do without, but for what dealings tell."""
    asked = {program.key}
    for item in program.items:
        if item.missing.kind == "refuse":
            asked.update(program.entered_behind(item.needs))
    for veto in program.vetoes:
        if veto.veto.missing == "refuse":
            asked.update(program.entered_behind(veto.needs))
    return frozenset(name for name in asked if program.fact[name].fact.is_entered)


def kind_words(fact: Fact) -> str:
    """Say what kind of value a fact is."""
    return {
        Kind.ID: _("编号"),
        Kind.TEXT: _("文字"),
        Kind.AMOUNT: _("金额"),
        Kind.NUMBER: _("数字"),
        Kind.RATIO: _("比例"),
        Kind.PERCENT: _("百分数"),
        Kind.COUNT: _("个数"),
        Kind.DAYS: _("天数"),
        Kind.SCORE: _("分数"),
        Kind.FLAG: _("是或否"),
        Kind.CHOICE: _("选项"),
        Kind.DATE: _("日期"),
    }[fact.type].lower()


def value_words(fact: Fact, value: Decimal, *, unit: bool = True) -> str:
    """Write a number of a fact with its unit; a ratio as a percentage."""
    number = value * 100 if fact.type is Kind.RATIO else value
    written = f"{number:,f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    sign = "%" if fact.type is Kind.RATIO else unit_words(fact)
    if sign == "%":
        return written + sign
    return f"{written} {sign}".strip() if unit else written


def range_words(fact: Fact) -> str:
    """Say which values a fact may have."""
    if fact.type is Kind.CHOICE:
        return listed(fact.choices or ())
    if fact.type is Kind.FLAG:
        return _("是、否")
    if fact.type is Kind.DATE:
        return _("日期, 如 2026-01-01")
    if not fact.type.is_number:
        return _("文字")
    low, high = fact.range or (None, None)
    if low is not None and high is not None:
        return _("{low} 至 {high}").format(low=value_words(fact, low, unit=False), high=value_words(fact, high))
    if low is not None:
        return _("不小于 {low}").format(low=value_words(fact, low))
    return _("不大于 {high}").format(high=value_words(fact, high)) if high is not None else _("任何数")


def source_of_fact(policy: Policy, fact: Fact) -> str:
    """Say who or what supplies a fact."""
    if fact.formula is not None:
        return _("由其他列算出")
    if fact.derived is not None:
        return _("可由往来推算")
    if fact.judged_by is not None:
        return _("{role}判断").format(role=role_words(policy, fact.judged_by))
    return role_words(policy, fact.collected_by) if fact.collected_by is not None else ""


def role_words(policy: Policy, role: str) -> str:
    """Give the name of a role."""
    if role == "customer":
        return _("客户本人")
    return next((str(known.label) for known in policy.roles if known.role == role), role)


def missing_words(program: Program, name: str) -> str:
    """Say what happens to a customer whose fact `name` is missing."""
    if program.fact[name].formula is not None:
        return _("看所依据的列")
    said: dict[str, list[str]] = {}
    for item in program.items:
        if name in program.entered_behind(item.needs):
            said.setdefault(_rule_words(item.missing), []).append(item_label(program, item))
    for veto in program.vetoes:
        if name in program.entered_behind(veto.needs):
            words = {"refuse": _("不评"), "ignore": _("不否决"), "apply": _("按否决")}[veto.veto.missing]
            said.setdefault(words, []).append(str(veto.veto.label))
    if name == program.key:
        return _("不评")
    if not said:
        return _("不影响评级") if name not in program.used else _("只影响额度")
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{what} ({listed(labels)})" for what, labels in said.items())


def _rule_words(rule: MissingRule) -> str:
    match rule.kind:
        case "refuse":
            return _("不评")
        case "worst":
            return _("按最差计, 记 {points} 分").format(points=short(rule.points))
        case "points":
            return _("记 {points} 分").format(points=short(rule.points))
    return _("本项不计, 其他项目按比例放大")


def clause_words(*sources: Sourced) -> str:
    """Give the clause of the first source that has one, or say that it is assumed."""
    for source in sources:
        if source.clause:
            return source.clause
        if source.assumed:
            return _("假定")
    return ""


def step_points(program: Program, step: Step) -> Decimal | str:
    """Give the points of a step: a number, or its formula in words."""
    if isinstance(step.points, Constant) and isinstance(step.points.value, Decimal):
        return step.points.value
    if isinstance(step.points, Name) and step.points.id in program.fact:
        return _("按“{label}”的数值计").format(label=program.fact[step.points.id].fact.label)
    return node_words(program, step.points)


def line_words(grade: Grade) -> str:
    """Write the line of a grade."""
    if grade.line is None:
        return _("其余")
    number, reached = grade.line
    return f"{'≥' if reached else '>'} {short(number)}"


def limit_words(program: Program, terms: Terms) -> str | Decimal:
    """Give the limit of a grade's terms: an amount, or its formula in words."""
    if terms.limit is None:
        return _("未规定")
    try:
        return Decimal(str(terms.limit))
    except ArithmeticError:
        return formula_words(program, str(terms.limit))


def other_terms(terms: Terms) -> list[str]:
    """Say what else a grade's terms ask for or grant, beside limit and days."""
    said = [_("只收现款")] if terms.cash_only else []
    for percent, words in (
        (terms.deposit_percent, _("押金 {percent}%")),
        (terms.down_payment_percent, _("首付 {percent}%")),
        (terms.rate_percent, _("资金占用费年率 {percent}%")),
        (terms.discount_percent, _("价格优惠 {percent}%")),
    ):
        if percent:
            said.append(words.format(percent=short(percent)))
    if terms.guarantee is not None:
        said.append(_("担保: {guarantee}").format(guarantee=terms.guarantee))
    if terms.note is not None:
        said.append(str(terms.note).rstrip("。."))
    return said


def period_words(text: str) -> str:
    """Write a period of a policy (`3 months`) for people; nothing for what is no period."""
    match = re.fullmatch(r"(\d{1,4}) (days|weeks|months|years)", text)
    if match is None:
        return ""
    words = {"days": _("{count} 天"), "weeks": _("{count} 周"), "months": _("{count} 个月"), "years": _("{count} 年")}
    return words[match[2]].format(count=match[1])
