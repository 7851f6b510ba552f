"""Cases at every step of the policy's procedure, filled in as the customers' story has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from creditpolicy.model import Kind as FactKind
from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.demo.facts import value_of
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.loading.policies import waiting, whoever_may
from xinheng.demo.story import MadeCustomer, Story
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.models import Version
from xinheng.ratings.actions import (
    answer_objection,
    ask_override,
    open_assessment,
    receive_objection,
    save_scores,
    submit_assessment,
)
from xinheng.ratings.actions.overrides import choices
from xinheng.ratings.actions.scoring import turn_of
from xinheng.ratings.duties import duties_of
from xinheng.ratings.models import Assessment, Objection, Override, Standing
from xinheng.ratings.sheet import Sheet, sheet_of
from xinheng.workflow.actions import call_meeting, cast_vote, close_meeting, finish_item, record_minutes
from xinheng.workflow.actions.meetings import roles_wanted
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of, open_round

CASES: tuple[tuple[str, str, int | None], ...] = (
    ("periodic", "年度复评", None), ("application", "客户申请提高额度", -1), ("periodic", "年度复评", 0),
    ("manual", "走访后重新评估", 1), ("application", "客户申请提高额度", 2), ("periodic", "年度复评", 3),
    ("event", "逾期后重新评估", 1), ("periodic", "年度复评", 99), ("application", "扩大合作", 99),
)  # fmt: skip
"""Kind, reason, and how many steps were taken: None where the form is empty, -1 where it is filled in only."""


def load_cases(story: Story, staff: Staff, customers: Mapping[str, Customer], version: Version) -> None:
    """Open cases and take each as far as it goes."""
    rated = set(Standing.objects.filter(until_day__isnull=True).values_list("customer_id", flat=True))
    firms = [
        made
        for made in story.customers
        if made.stage == "filed" and made.kind == "enterprise" and customers[made.number].pk in rated
    ]
    apart = firms[:: max(len(firms) // len(CASES), 1)]
    for place, ((kind, why, steps), made) in enumerate(zip(CASES, apart, strict=False)):
        on = story.today - timedelta(days=12 - place)
        opener = staff.people[made.owner]
        case = open_assessment(customers[made.number], kind=kind, by=opener, on=on, why=why, version=version)
        if steps is None:
            continue
        by = _fill(case, made, story, on=on)
        if steps >= 0:
            submit_assessment(case, by=by, on=on, remarks="资料已核对")
            _go_on(case, made, story, on=on + timedelta(days=1), steps=steps)


def load_disputes(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """Let some grades be set by hand, some be disputed: one of each decided, one waiting."""
    on = story.today - timedelta(days=4)
    standings = Standing.objects.filter(until_day__isnull=True).exclude(grade="").select_related("customer__owner")
    busy = set(Assessment.objects.values_list("customer_id", flat=True))
    free = [row.customer for row in standings.order_by("customer_id") if row.customer_id not in busy]
    texts = ("我们去年没有逾期, 为什么等级下降?", "付款情况的评分没有算上九月的预付款。")
    said = [
        receive_objection(customer, text=text, by=customer.owner, on=on, from_whom=customer.name)
        for customer, text in zip(free, texts, strict=False)
    ]
    if said:
        _answer(said[0], on=on, answered=story.today - timedelta(days=1))
    for place, customer in enumerate(_adjustable(free[2:], on)[:2]):
        grades, days, _who = choices(customer, on=on)
        asked = ask_override(
            customer,
            grade=grades[0][0],
            days=min(days, 90),
            reason="总部提供担保, 待签补充协议",
            by=staff.of(Role.RISK),
            on=on,
        )
        if place == 0:
            _approve(asked, on + timedelta(days=1))


def _answer(objection: Objection, *, on: date, answered: date) -> None:
    item = items_of(objection).filter(state=State.OPEN).exclude(kind=Kind.READ).first()
    assert item is not None
    answer_objection(
        objection, by=whoever_may(item, on), on=answered, is_upheld=False,
        answer="核对了往来账: 去年十一月有一笔逾期, 按条款扣分。等级不变, 明细已附上。",
    )  # fmt: skip


def _adjustable(customers: list[Customer], on: date) -> list[Customer]:
    found = []
    for customer in customers[:60]:
        try:
            choices(customer, on=on)
        except Refusal:
            continue
        found.append(customer)
    return found


def _approve(asked: Override, on: date) -> None:
    while (item := items_of(asked).filter(state=State.OPEN).exclude(kind=Kind.READ).first()) is not None:
        finish_item(item, by=whoever_may(item, on), on=on, outcome="agree", remarks="同意, 到期复核")


def _fill(case: Assessment, made: MadeCustomer, story: Story, *, on: date, by: Person | None = None) -> Person:
    """Enter what is asked of the step whose turn it is; gives who did."""
    case.refresh_from_db()
    duties = duties_of(case.version)
    people = [by] if by is not None else Person.objects.filter(is_active=True).order_by("pk")
    by = next(one for one in people if turn_of(case, one, on, duties)[0] is not None)
    turn, _reason = turn_of(case, by, on, duties)
    assert turn is not None
    sheet = sheet_of(case)
    random = Random(f"{story.seed} {case.number}")  # noqa: S311 - an invented company
    asked = [name for name in sorted(turn.facts) if sheet.lines[name].is_open]
    given = {name: text for name in asked if (text := _text(sheet, name, made, story, random))}
    if given:
        reasons = {name: "走访并核对过资料" for name in given if sheet.lines[name].sort == "judged"}
        save_scores(case, given, by=by, on=on, reasons=reasons)
    return by


def _text(sheet: Sheet, name: str, made: MadeCustomer, story: Story, random: Random) -> str:
    fact = sheet.lines[name].rule.fact
    value = value_of(name, fact, made, story.today, random)
    if value is not None and value != "":
        return str(value)
    if fact.example is not None:
        return str(fact.example)
    if fact.choices:
        return str(getattr(fact.choices[0], "zh_hans", fact.choices[0]))
    if fact.type is FactKind.FLAG:
        return "否"
    return "2015-01-01" if fact.type is FactKind.DATE else "1" if fact.type.is_number else "无"


def _go_on(case: Assessment, made: MadeCustomer, story: Story, *, on: date, steps: int) -> None:
    for _step in range(steps):
        round = open_round(case, case.policy.key)
        item = waiting(round) if round is not None else None
        if item is None:
            return
        case.refresh_from_db()
        by = whoever_may(item, on)
        if item.act == "meet":
            _meet(item, by, on)
            continue
        if turn_of(case, by, on)[0] is not None:
            _fill(case, made, story, on=on, by=by)
        finish_item(item, by=by, on=on, outcome="agree" if item.kind == Kind.DECIDE else "done", remarks="同意")


def _meet(item: Item, by: Person, on: date) -> None:
    """Hold the meeting of a step, with people who may see what it is about."""
    case = item.subject
    assert isinstance(case, Assessment)
    seeing = [one for one in Person.objects.filter(is_active=True).order_by("pk") if case.may_handle(one)]
    wanted = [role for role in roles_wanted(item) if role not in by.roles(on=on)]
    named = [next((one for one in seeing if role in one.roles(on=on)), None) for role in wanted]
    people = [one for one in named if one is not None]
    people = people or [next(one for one in seeing if one.pk != by.pk and one.is_one_of(Role.FINANCE, Role.RISK))]
    meeting = call_meeting(case, item=item, by=by, on=on, held_on=on, people=people)
    record_minutes(meeting, by=by, on=on, minutes="逐项核对评估表, 讨论了付款情况。", present=people)
    for person in dict.fromkeys([by, *people]):
        cast_vote(meeting, by=person, on=on, vote="agree")
    close_meeting(meeting, by=by, on=on, conclusion="按评估表定级")
