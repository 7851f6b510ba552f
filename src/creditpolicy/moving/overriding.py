"""Who may set a grade against the score, how far and how long: held against the policy before it is done."""

from __future__ import annotations

from creditpolicy.language import _, listed
from creditpolicy.model import Override, Policy
from creditpolicy.moving.position import Rules
from creditpolicy.problems import Problem
from creditpolicy.wording import role_words


def rule_for(policy: Policy, by_role: str) -> Override | None:
    """Give the rule that lets a role override; of several the widest."""
    rules = [rule for rule in (policy.changes.overrides if policy.changes else ()) if rule.by == by_role]
    return max(rules, key=lambda rule: (rule.notches, rule.days)) if rules else None


def override_problems(
    policy: Policy | Rules, from_grade: str | None, to_grade: str, *, by_role: str, days: int, reason: str
) -> tuple[Problem, ...]:
    """Say all that stands against an override from what the rules give (`from_grade`); nothing, where it may be."""
    rules = Rules.of(policy)
    rule = rule_for(rules.policy, by_role)
    if rule is None:
        return (_nobody(rules.policy, by_role),)
    found = []
    if to_grade not in rules.place:
        found.append(
            Problem(
                "unknown-grade",
                _("制度没有等级“{grade}”。").format(grade=to_grade),
                "",
                _("从这些里选: {grades}。").format(grades=listed(rules.labels.values())),
            )
        )
    elif from_grade is None:
        found.append(Problem("not-rated", _("还没有在用的等级, 无从调整。"), "", _("先评级。")))
    elif abs(rules.place[to_grade] - rules.place[from_grade]) > rule.notches:
        found.append(_too_far(rules, rule, from_grade, to_grade))
    if days > rule.days:
        found.append(
            Problem(
                "too-long",
                _("人工调整最长 {most} 天, 现在要 {days} 天。").format(most=rule.days, days=days),
                _("见 {clause}。").format(clause=rules.clause(rule)) if rules.clause(rule) else "",
                _("缩短到 {most} 天以内。").format(most=rule.days),
            )
        )
    if days < 1:
        found.append(Problem("too-short", _("人工调整至少一天。"), "", _("写到期日, 不早于生效日。")))
    if rule.reason_required and not reason.strip():
        found.append(
            Problem("no-reason", _("没有写理由。"), _("人工调整偏离评分, 须让人看得懂为什么。"), _("写明理由。"))
        )
    return tuple(found)


def may_override(
    policy: Policy | Rules, from_grade: str | None, to_grade: str, *, by_role: str, days: int, reason: str
) -> bool:
    """Tell whether a role may set this grade against the one that the rules give."""
    return not override_problems(policy, from_grade, to_grade, by_role=by_role, days=days, reason=reason)


def _nobody(policy: Policy, by_role: str) -> Problem:
    may = [role_words(policy, rule.by) for rule in (policy.changes.overrides if policy.changes else ())]
    return Problem(
        "not-allowed",
        _("{role}不能人工调整等级。").format(role=role_words(policy, by_role)),
        "",
        _("可以人工调整的: {roles}。").format(roles=listed(may)) if may else _("这个制度不许人工调整, 请重新评级。"),
    )


def _too_far(rules: Rules, rule: Override, from_grade: str, to_grade: str) -> Problem:
    here = rules.place[from_grade]
    within = rules.grades[max(here - rule.notches, 0) : here + rule.notches + 1]
    return Problem(
        "too-far",
        _("“{to}”离“{grade}”超过 {notches} 级。").format(
            to=rules.labels[to_grade], grade=rules.labels[from_grade], notches=rule.notches
        ),
        _("见 {clause}。").format(clause=rules.clause(rule)) if rules.clause(rule) else "",
        _("可以调整为: {grades}。").format(
            grades=listed(rules.labels[grade] for grade in within if grade != from_grade)
        ),
    )
