"""Grades set by people against the score: asked for by one, approved by the role that the policy names, for a time."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy import moving
from creditpolicy.model import Override as Rule
from creditpolicy.problems import Problem, Refusal
from creditpolicy.wording import role_words
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.policies.roles import fillers_of
from xinheng.ratings.changes import Entry, move, rules_of, version_for, where
from xinheng.ratings.changes.telling import tell_sales
from xinheng.ratings.models import Happening, Override, Position
from xinheng.ratings.queries import main_policy
from xinheng.workflow.actions import start, withdraw
from xinheng.workflow.acts import Stand
from xinheng.workflow.policy_steps import Filler
from xinheng.workflow.procedures import Procedure, Step
from xinheng.workflow.queries import open_round

PROCEDURE = "ratings.override"
APPROVE_DAYS = 2
"""Working days in which an override is approved or not; policies do not say."""
OPEN = (Override.State.ASKED, Override.State.IN_FORCE)


@act
def ask_override(
    customer: Customer, *, grade: str, days: int, reason: str, by: Person, on: date, policy: Policy | None = None
) -> Override:
    """Ask that a customer's grade be set against the score; whom the policy names decides.

    Refusal with all that stands against it: nobody may, too far from the score, too long, no reason, one already there.
    """
    demand(by, "ratings.override", customer)
    policy, version, row = _in_force(customer, policy, on)
    _refuse_second(customer, policy)
    rules = rules_of(version)
    position = _today(rules, row, on)
    from_grade = moving.measure(rules, position)
    rule, problems = _rule_for(rules, from_grade, grade, days, reason)
    if problems or rule is None or from_grade is None:
        raise Refusal(_("不能这样人工调整。"), problems)
    if grade == moving.in_force(rules, position):
        raise Refusal(_("在用的等级就是“{grade}”, 不必调整。").format(grade=rules.labels[grade]))
    asked = Override(
        customer=customer, policy=policy, version=version, rating_id=int(position.rating), grade_by_score=from_grade,
        grade=grade, reason=reason.strip(), clause=rules.clause(rule)[:200], days=days, asked_by=by, asked_on=on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise _second() from None
    record(
        "ratings.ask_override", asked, by=by, why=asked.reason, clause=asked.clause, about=customer,
        before={"grade": from_grade}, after={"grade": grade, "days": days},
    )  # fmt: skip
    start(
        asked, _procedure(rule, _filler(rules, rule)), by=by, on=on, about=customer, clause=asked.clause,
        title=_("人工调整 {before} → {after}: {customer}").format(
            before=from_grade, after=grade, customer=customer.name
        ),
        why=asked.reason,
    )  # fmt: skip
    return asked


def decided(asked: Override, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: agreed, the grade is set from today; else it is noted why not."""
    asked = _locked(asked)
    if asked.state != Override.State.ASKED:
        return
    if outcome == Stand.AGREED:
        _set(asked, by=by, on=on)
        return
    refused = outcome == Stand.REFUSED
    asked.state = Override.State.REFUSED if refused else Override.State.ENDED
    asked.ended_on, asked.ended_why = on, _("未批准") if refused else _("申请人撤回")
    asked.save(update_fields=["state", "ended_on", "ended_why"])
    record("ratings.refuse_override", asked, by=by, about=asked.customer, after={"state": asked.state})


def _set(asked: Override, *, by: Actor, on: date) -> None:
    """Put an approved override in force by the rules of today; Refusal where it no longer may be."""
    policy, version, _row = _in_force(asked.customer, asked.policy, on)
    rules = rules_of(version)
    asked.state, asked.from_day = Override.State.IN_FORCE, on
    asked.until_day = on + timedelta(days=asked.days - 1)
    asked.approved_by = by if isinstance(by, Person) else None
    asked.save(update_fields=["state", "from_day", "until_day", "approved_by"])
    happening = Happening(
        customer=asked.customer, policy=policy, version=version, kind=Happening.Kind.OVERRIDE, on=on, override=asked,
        role=_role(rules, asked), grade=asked.grade, until=asked.until_day, by=asked.approved_by,
    )  # fmt: skip
    entry = Entry(asked.customer_id, happening)
    [result] = move(policy, [entry], version=version, by=by, on=on, why=asked.reason)
    record(
        "ratings.override", asked, by=by, why=asked.reason, clause=asked.clause, about=asked.customer,
        before={"grade": result.before.grade if result.before else None},
        after={"grade": result.standing.grade if result.standing else None, "until": asked.until_day},
    )  # fmt: skip
    tell_sales([result], policy, by=by, on=on)


@act
def end_override(asked: Override, *, by: Person, on: date, why: str) -> Override:
    """End an override before its day; what the score says comes out again, with all that happened beneath."""
    demand(by, "ratings.end_override", asked)
    asked = _locked(asked)
    if asked.state != Override.State.IN_FORCE:
        raise Refusal(_("这件人工调整{state}, 不能撤回。").format(state=asked.get_state_display()))
    if not why.strip():
        raise Refusal(_("请写明为什么撤回。"))
    if asked.customer.owner_id == by.pk:
        raise Refusal(_("客户经理不能撤回自己客户的人工调整。请由他人办理。"))
    policy, version, _row = _in_force(asked.customer, asked.policy, on)
    happening = Happening(
        customer=asked.customer, policy=policy, version=version, kind=Happening.Kind.OVERRIDE_ENDED, on=on,
        override=asked, by=by,
    )  # fmt: skip
    [result] = move(policy, [Entry(asked.customer_id, happening)], version=version, by=by, on=on, why=why.strip())
    asked.refresh_from_db()
    record(
        "ratings.end_override", asked, by=by, why=why.strip(), clause=asked.clause, about=asked.customer,
        before={"grade": result.before.grade if result.before else None},
        after={"grade": result.standing.grade if result.standing else None},
    )  # fmt: skip
    tell_sales([result], policy, by=by, on=on)
    return asked


def withdraw_override(asked: Override, *, by: Person, on: date, why: str = "") -> Override:
    """Take back one's own asking before it is decided."""
    round = open_round(asked, PROCEDURE)
    if round is None:
        raise Refusal(_("这件人工调整{state}, 不能撤回。").format(state=asked.get_state_display()))
    withdraw(round, by=by, on=on, why=why)
    asked.refresh_from_db()
    return asked


def choices(customer: Customer, *, on: date, policy: Policy | None = None) -> tuple[list[tuple[str, str]], int, str]:
    """Give the grades to which a customer could be set (with names), the most days, and who would approve, in words.

    Refusal where nobody may, he has no grade yet, or one is asked for or in force.
    """
    policy, version, row = _in_force(customer, policy, on)
    rules = rules_of(version)
    _refuse_second(customer, policy)
    position = _today(rules, row, on)
    from_grade, shown = moving.measure(rules, position), moving.in_force(rules, position)
    may = [
        grade for grade in rules.grades if grade != shown and not _rule_for(rules, from_grade, grade, 1, _("理由"))[1]
    ]
    allowed = rules.policy.changes.overrides if rules.policy.changes else ()
    if not allowed or from_grade is None or not may:
        raise Refusal(_("不能人工调整。"), _rule_for(rules, from_grade, rules.grades[0], 1, _("理由"))[1])
    who = "、".join(dict.fromkeys(role_words(rules.policy, rule.by) for rule in allowed))
    return [(grade, rules.labels[grade]) for grade in may], max(rule.days for rule in allowed), who


def _rule_for(
    rules: moving.Rules, from_grade: str | None, grade: str, days: int, reason: str
) -> tuple[Rule | None, tuple[Problem, ...]]:
    """Give the narrowest rule that allows it; else the problems of the widest."""
    overrides = rules.policy.changes.overrides if rules.policy.changes else ()
    if not overrides:
        return None, (
            Problem("not-allowed", _("现行制度不许人工调整等级。"), "", _("请重新评级, 或修订制度。")),
        )  # fmt: skip
    found: tuple[Problem, ...] = ()
    for rule in sorted(overrides, key=lambda one: (one.notches, one.days)):
        found = moving.override_problems(rules, from_grade, grade, by_role=rule.by, days=days, reason=reason)
        if not found:
            return rule, ()
    return None, found


def _today(rules: moving.Rules, row: Position, on: date) -> moving.Position:
    """Give where the customer stands today, with what time has brought."""
    position = where(row, rules)
    return moving.settle(rules, position, max(on, position.day or on))[0]


def _second() -> Refusal:
    return Refusal(_("这个客户已有一件人工调整在办理或在生效。请等它结束, 或先撤回。"))


def _refuse_second(customer: Customer, policy: Policy) -> None:
    if Override.objects.filter(customer=customer, policy=policy, state__in=OPEN).exists():
        raise _second()


def _role(rules: moving.Rules, asked: Override) -> str:
    """Give the policy's role under which an override is allowed; where none is any more, whichever the policy names."""
    rule, _problems = _rule_for(rules, asked.grade_by_score, asked.grade, asked.days, asked.reason)
    overrides = rules.policy.changes.overrides if rules.policy.changes else ()
    return rule.by if rule is not None else next((one.by for one in overrides), "")


def _filler(rules: moving.Rules, rule: Rule) -> Filler:
    found = fillers_of(rules.policy, [rule.by])
    if rule.by not in found:
        raise Refusal(
            _("制度里的角色还没有对应到公司的人: {roles}。请在“角色对照”里补上。").format(
                roles=role_words(rules.policy, rule.by)
            )
        )
    return found[rule.by]


def _procedure(rule: Rule, filler: Filler) -> Procedure:
    person = filler if isinstance(filler, Person) else None
    step = Step(
        "approve", _("批准人工调整"), role="" if person else str(filler), person=person.pk if person else None,
        act="approve", within_days=APPROVE_DAYS, clause=rule.clause or rule.assumed or "",
    )  # fmt: skip
    return Procedure(PROCEDURE, (step,))


def _in_force(customer: Customer, policy: Policy | None, on: date) -> tuple[Policy, Version, Position]:
    policy = policy or main_policy()
    row = Position.objects.filter(customer=customer, policy=policy).select_related("version__policy").first()
    if policy is None or row is None:
        raise Refusal(_("这个客户还没有评过级, 无从调整。请先评级。"))
    version = version_for(policy, on, row.version)
    assert version is not None
    return policy, version, row


def _locked(asked: Override) -> Override:
    found: Override = Override.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    return found
