"""The assumed numbers of a policy: what no clause of the document says, to be confirmed by the company."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from creditpolicy.language import _, language_in_use, listed
from creditpolicy.model import (
    Access,
    Apart,
    Band,
    Branch,
    Credit,
    Deadlines,
    Entitlement,
    Expression,
    Grade,
    Item,
    Option,
    OrderRule,
    Override,
    Period,
    Policy,
    Rung,
    Sourced,
    Terms,
    Words,
)
from creditpolicy.model.defaults import silent_lasting, silent_terms
from creditpolicy.model.duties import Objection, Procedure, Step
from creditpolicy.program import Program
from creditpolicy.wording.formulas import formula_words, number_words
from creditpolicy.wording.rules import period_words, role_words

_SOURCES = {"clause", "assumed"}
_NAMES = ("label", "benefit", "meaning")
_SEEN = {
    "criteria": lambda: _("评分标准"),
    "grade": lambda: _("等级"),
    "score": lambda: _("分数"),
    "reasons": lambda: _("理由"),
    "file": lambda: _("档案"),
}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing assumed: the section and the rule it belongs to, its numbers in words, and the reason."""

    section: str
    rule: str
    content: str
    reason: str


def assumptions(program: Program) -> tuple[Assumption, ...]:
    """List what a policy assumes: numbers and conditions first, then the rest, in the order of its file.

    Last of the numbers come those that hold because the policy says nothing.
    """
    found = [*_found(program, program.policy, "", ()), *_silent(program.policy)]
    return tuple(sorted(found, key=lambda each: not each.content))


def _silent(policy: Policy) -> Iterator[Assumption]:
    section = described(Policy.model_fields["procedure"])
    for name, term in silent_terms(policy):
        rule, where = _SILENT[name]()
        content = _("{days} 个工作日").format(days=term.days)
        yield Assumption(section, rule, content, _("制度没有写, 按此执行; 可在 {where} 里规定。").format(where=where))
    section = described(Policy.model_fields["credit"])
    for name, term in silent_lasting(policy):
        of, part, field = _LASTING[name]
        where = f"{described(of)} · {described(part.model_fields[field])}"
        days = _("{days} 个工作日") if name == "decide" else _("{days} 天")
        reason = _("制度没有写, 按此执行; 可在 {where} 里规定。").format(where=where)
        yield Assumption(section, described(part.model_fields[field]), days.format(days=term.days), reason)
    credit = policy.credit
    if credit is not None and not credit.guarantees and any(terms.limit is not None for terms in credit.by_grade):
        where = described(Credit.model_fields["guarantees"])
        yield Assumption(
            described(Policy.model_fields["credit"]), _("担保增加的额度"), _("不增加"),
            _("制度没有写, 登记的担保只列作覆盖, 不增加额度; 可在 {where} 里规定。").format(where=where),
        )  # fmt: skip


_SILENT: Mapping[str, Callable[[], tuple[str, str]]] = {
    "case": lambda: (_("一件评估的期限"), _place("steps", Step)),
    "objection": lambda: (_("答复公示异议的期限"), _place("objection", Objection)),
    "complaint": lambda: (_("答复评级投诉的期限"), _place("objection", Objection)),
}


_LASTING: Mapping[str, tuple[FieldInfo, type[Deadlines | OrderRule], str]] = {
    "hold": (Credit.model_fields["deadlines"], Deadlines, "hold_days"),
    "decide": (Credit.model_fields["deadlines"], Deadlines, "decide_within_days"),
    "revolving": (Credit.model_fields["deadlines"], Deadlines, "revolving_days"),
    "temporary": (Credit.model_fields["deadlines"], Deadlines, "temporary_days"),
    "single": (Credit.model_fields["deadlines"], Deadlines, "single_days"),
    "release": (Credit.model_fields["order_rules"], OrderRule, "release_days"),
}


def _place(part: str, of: type[Step | Objection]) -> str:
    """Give where in a policy's procedure the days are written, in words."""
    return f"{described(Procedure.model_fields[part])} · {described(of.model_fields['within_days'])}"


def _found(program: Program, part: BaseModel, section: str, names: tuple[str, ...]) -> Iterator[Assumption]:
    for field, child in _children(part):
        here = section or described(field)
        named = (*names, *_name(program.policy, child))
        if isinstance(child, Sourced) and child.assumed:
            where = " · ".join(dict.fromkeys(name for name in named if name)) or described(field)
            yield Assumption(here, where, _content(program, child), child.assumed)
        yield from _found(program, child, here, named)


def _children(part: BaseModel) -> Iterator[tuple[FieldInfo, BaseModel]]:
    """Give the parts below a part, each with the field that holds it."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        below = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        yield from ((field, child) for child in below if isinstance(child, BaseModel) and not isinstance(child, Words))


def _name(policy: Policy, part: BaseModel) -> tuple[str, ...]:
    """Name a part by its label, else by what it is about."""
    for field in _NAMES:
        value = getattr(part, field, None)
        if value is not None:
            return (str(value),)
    match part:
        case Item() if part.item in policy.facts:
            return (str(policy.facts[part.item].label),)
        case Option() | Branch() | Band():
            return (part.is_,) if isinstance(part, Option) else ()
        case Terms() | Grade() | Entitlement():
            return (part.grade,)
        case Period():
            return (listed(part.grades),) if part.grades else ()
        case Apart():
            labels = {step.step: str(step.label) for step in policy.procedure.steps} if policy.procedure else {}
            return (_("职责分离"), listed(labels.get(step, step) for step in part.steps))
        case Rung():
            return (str(part.note),) if part.note is not None else ()
        case Override():
            return (role_words(policy, part.by),)
        case Access():
            return (_SEEN[part.what](), listed(role_words(policy, role) for role in part.roles))
    return ()


def _content(program: Program, part: BaseModel) -> str:
    """Give the numbers and formulas of a part, with what each is."""
    said = []
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if name in _SOURCES or value is None or name not in part.model_fields_set:
            continue
        written = _written(program, value)
        if written:
            said.append(f"{described(field)} {written}")
    return "; ".join(said)


def _written(program: Program, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Decimal):
        return number_words(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Expression):
        return formula_words(program, str(value))
    if isinstance(value, str):
        return period_words(value)
    if isinstance(value, tuple) and value and all(isinstance(each, Decimal | None) for each in value):
        return " ~ ".join(number_words(each) if each is not None else _("不限") for each in value)
    return ""


def described(field: FieldInfo) -> str:
    """Give what a field is called, without the explanations behind its name."""
    extra = field.json_schema_extra
    said = field.description or ""
    if language_in_use() == "en" and isinstance(extra, dict):
        said = str(extra.get("x-en") or said)
    for mark in (" (", " [", ":", ", ", "; ", "."):
        said = said.partition(mark)[0]
    return said.strip()
