"""The rules of a policy in words, one by one: what each is called, what it says, and where the document says it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from creditpolicy.language import _, listed
from creditpolicy.model import (
    Access,
    Apart,
    Band,
    Benefit,
    Branch,
    Duty,
    Entitlement,
    Expression,
    Fact,
    Grade,
    GradeEvent,
    GuaranteeRule,
    Item,
    Kind,
    Option,
    OrderRule,
    Override,
    Period,
    Policy,
    RoleName,
    Rung,
    Sourced,
    StaffRule,
    Step,
    Terms,
    Veto,
    Warning,
    Words,
)
from creditpolicy.program import Program, build
from creditpolicy.vocabulary import word
from creditpolicy.wording.assumptions import described
from creditpolicy.wording.formulas import formula_words, number_words
from creditpolicy.wording.rules import kind_words, period_words, role_words
from creditpolicy.wording.values import interval_words

_ROLE_FIELDS = {
    "role", "with_roles", "by", "release_by", "judged_by", "collected_by", "roles", "tell", "proposed_by", "decided_by",
}  # fmt: skip
_WORD_FIELDS = {
    "event", "effect", "strength", "exposure", "act", "severity", "follows", "channel", "what", "how", "before",
    "same_day", "guarantee",
}  # fmt: skip


_LONGEST_GRADE = 4
_ID_OF: dict[type[BaseModel], str] = {
    RoleName: "role", Item: "item", Grade: "grade", Terms: "grade", Entitlement: "grade", Step: "step", OrderRule: "rule",
    Warning: "warning", Veto: "veto", GuaranteeRule: "guarantee",
}  # fmt: skip
"""The field that holds a rule's own id."""


class PolicyWords:
    """A policy with the words for its rules: what each is called, and all that it says."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    @cached_property
    def program(self) -> Program | None:
        """The policy with its expressions parsed; None where one cannot be."""
        return build(self.policy)[0]

    def value(self, field: str, value: Any, owner: BaseModel | None = None) -> str:
        """Write a value of a field."""
        match value:
            case None:
                return _("没有写")
            case bool():
                return _("是") if value else _("否")
            case int() if field == "within_days":
                return (_("{days} 个工作日") if isinstance(owner, Step) else _("{days} 天")).format(days=value)
            case Decimal():
                return number_words(value)
            case Kind() if isinstance(owner, Fact):
                return kind_words(owner)
            case Expression():
                return formula_words(self.program, str(value)) if self.program else str(value)
            case Words():
                return f"“{value}”"
            case datetime.date():
                return value.isoformat()
            case str():
                return self._text(field, value, owner)
            case BaseModel():
                return self.content(value)
            case tuple() | list():
                if field == "range":
                    return " ~ ".join(number_words(each) if each is not None else _("不限") for each in value)
                return listed(self.value(field, each) for each in value) or _("没有")
            case dict():
                return listed(f"{key}: {self.value('', each)}" for key, each in value.items())
        return str(value)

    def _text(self, field: str, value: str, owner: BaseModel | None) -> str:
        if field == "returns_to" or (field == "steps" and owner is None):
            return self._step_named(value)
        if field in ("grade", "to_grade", "from_grade"):
            return self._grade_named(value)
        if isinstance(owner, Step) and field == "act":
            return _act_words().get(value, value)
        own = _own_words().get((field, value))
        if own is not None:
            return own
        if field in _ROLE_FIELDS:
            return role_words(self.policy, value)
        if field in _WORD_FIELDS:
            return word(value)
        return period_words(value) or value

    def _step_named(self, step: str) -> str:
        procedure = self.policy.procedure
        found = [each.label for each in procedure.steps if each.step == step] if procedure is not None else []
        return f"“{found[0]}”" if found else step

    def _grade_named(self, grade: str) -> str:
        found = [each.label for each in self.policy.grades if each.grade == grade and each.label]
        return f"“{found[0]}”" if found else grade

    def _grade_in_name(self, grade: str) -> str:
        """Give a grade as people call it: A, AA or 甲 by itself; an id that is a word, like ungraded, by its label."""
        return grade if len(grade) <= _LONGEST_GRADE else self._grade_named(grade)

    def content(self, part: BaseModel, *, nested: bool = True, with_id: bool = True) -> str:
        """Write all that a rule says, but for its name; without the rules below it unless `nested`.

        Its own id, of which the file knows and people do not, is left out unless `with_id`.
        """
        said = []
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if name not in part.model_fields_set or value is None or name in ("clause", "assumed", "label"):
                continue
            if (not nested and _holds_rules(value)) or (not with_id and name in (_ID_OF.get(type(part)), "color")):
                continue
            said.append(f"{described(field)} {self.value(name, value, part)}")
        return "; ".join(said)

    def name(self, part: BaseModel, number: int) -> str:
        """Name a rule."""
        return self._name_in_card(part, number) or self._name_by_grade(part) or self._name_of_duty(part)

    def _name_in_card(self, part: BaseModel, number: int) -> str:
        match part:
            case Item():
                fact = self.policy.facts.get(part.item)
                return _("项目“{label}”").format(label=part.label or (fact.label if fact else part.item))
            case Band():
                return _("第 {number} 档 ({span})").format(number=number + 1, span=part.label or interval_words(part))
            case Option():
                return _("选项“{label}”").format(label=part.label or part.is_)
            case Branch():
                told = part.label or (self.value("when", part.when) if part.when is not None else _("其余"))
                return _("第 {number} 种情况 ({label})").format(number=number + 1, label=told)
            case Veto():
                return _("否决“{label}”").format(label=part.label)
            case Fact():
                return _("事实“{label}”").format(label=part.label)
        return ""

    def _name_by_grade(self, part: BaseModel) -> str:
        match part:
            case Grade():
                return _("等级 {grade}").format(grade=self._grade_in_name(part.grade))
            case Terms():
                return _("等级 {grade} 的授信条件").format(grade=self._grade_in_name(part.grade))
            case Entitlement():
                return _("等级 {grade} 的服务").format(grade=self._grade_in_name(part.grade))
            case Benefit():
                return _("服务“{label}”").format(label=part.benefit)
            case GuaranteeRule():
                return _("担保“{label}”").format(label=word(part.guarantee))
            case Override():
                return _("{role}的人工调整").format(role=role_words(self.policy, part.by))
            case GradeEvent():
                return _("事件“{label}”").format(label=part.label or word(part.event))
        return ""

    def _name_of_duty(self, part: BaseModel) -> str:
        match part:
            case Access():
                return _("查阅“{what}”").format(what=word(part.what))
            case Rung():
                return _("催收第 {days} 天").format(days=part.days)
            case Apart():
                return _("职责分离")
            case Period():
                return _("周期 {every}").format(every=period_words(part.every))
            case StaffRule():
                return _("奖惩“{label}”").format(label=part.for_)
            case RoleName() | OrderRule() | Step() | Warning() | Duty():
                return _labelled(part)
        return ""


def _act_words() -> dict[str, str]:
    return {
        "apply": _("申请"), "fill": _("填写"), "verify": _("核实"), "score": _("评分"), "check": _("复核"),
        "meet": _("开会"), "review": _("审核"), "supervise": _("监督"), "approve": _("批准"), "publish": _("公示"),
        "notify": _("通知"), "sign": _("签署"), "file": _("归档"),
    }  # fmt: skip


def _own_words() -> dict[tuple[str, str], str]:
    """Words of fields whose values mean something else elsewhere."""
    return {
        ("better", "higher"): _("越高越好"), ("better", "lower"): _("越低越好"),
        ("missing", "refuse"): _("不评"), ("missing", "worst"): _("按最差"), ("missing", "reweigh"): _("其他项目放大"),
        ("missing", "ignore"): _("不否决"), ("missing", "apply"): _("按否决"),
        ("strength", "remind"): _("提醒"), ("strength", "approve"): _("须批准"), ("strength", "block"): _("禁止"),
        ("type", "over_limit"): _("超额度"), ("type", "overdue"): _("有逾期"), ("type", "grade_too_low"): _("等级过低"),
        ("type", "cash_only"): _("只收现款"), ("type", "down_payment_short"): _("首付不足"),
        ("type", "terms_too_long"): _("账期过长"), ("type", "rating_expired"): _("评级过期"),
        ("type", "papers_expired"): _("证照过期"), ("type", "frozen"): _("已冻结"),
        ("type", "contract_missing"): _("没有合同"),
        ("at", "order"): _("下单"), ("at", "delivery"): _("发货"),
        ("scope", "customer"): _("客户本身"), ("scope", "group"): _("客户所在集团"), ("scope", "department"): _("本部门"),
        ("scope", "company"): _("全公司"), ("kind", "reward"): _("奖励"), ("kind", "penalty"): _("处罚"),
    }  # fmt: skip


def _labelled(part: RoleName | OrderRule | Step | Warning | Duty) -> str:
    shapes = {
        RoleName: _("角色“{label}”"),
        OrderRule: _("订单规则“{label}”"),
        Step: _("步骤“{label}”"),
        Warning: _("预警“{label}”"),
        Duty: _("职责“{label}”"),
    }
    return shapes[type(part)].format(label=part.label)


def _holds_rules(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(_holds_rules(each) for each in value)
    return isinstance(value, BaseModel) and not isinstance(value, Words)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy: its section and name, what it says, its clause or the reason why it was assumed.

    `path` is where it stands in the file; `depth` how far below its section.
    """

    section: str
    name: str
    content: str
    clause: str
    assumed: str
    path: tuple[str | int, ...]
    depth: int


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """List every rule of a policy in the order of the file."""
    words = PolicyWords(policy)
    found: list[Rule] = []
    for name, field in Policy.model_fields.items():
        if name != "document":
            found += _rules(words, getattr(policy, name), described(field), (name,), "")
    return tuple(found)


def _rules(
    words: PolicyWords, value: Any, section: str, path: tuple[str | int, ...], clause: str, title: str = ""
) -> Iterator[Rule]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _rules(words, part, section, (*path, key), clause)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _rules(words, part, section, (*path, number), clause, title)
    elif isinstance(value, BaseModel) and not isinstance(value, Words):
        inner = clause
        if isinstance(value, Sourced):
            inner = value.clause or clause
            number = path[-1] if isinstance(path[-1], int) else 0
            name = words.name(value, number) or title or section
            content = words.content(value, nested=False, with_id=False)
            assumed = value.assumed or ""
            yield Rule(section, name, content, inner, assumed, path, sum(isinstance(step, int) for step in path) - 1)
        for name, field in type(value).model_fields.items():
            step = field.alias or name
            yield from _rules(words, getattr(value, name), section, (*path, step), inner, described(field))
