"""Grades set by people: asked by one, approved by whom the policy names, never far, never long, pierced by events."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditpolicy.problems import Refusal
from grading import graded, rated
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.ratings.actions import ask_override, bring_into_force, end_override, happened, pass_time, withdraw_override
from xinheng.ratings.actions.overrides import choices
from xinheng.ratings.models import Override, Standing
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def after(days: int) -> date:
    return DAY + timedelta(days)


@pytest.fixture
def version(company: Any) -> Any:
    """Publish the leasing policy, and give our customer a B."""
    made = published(company, "leasing", on=DAY)
    graded(company.ours, made, "B", on=DAY)
    return made


def ask(company: Any, grade: str = "A", days: int = 30, by: Any = None, on: date = DAY) -> Override:
    return ask_override(
        company.ours, grade=grade, days=days, reason="总部担保, 合同在手", by=by or company.sales, on=on
    )


def task() -> Item:
    return Item.objects.get(act="approve", state="open")


def grade(customer: Any) -> str:
    return str(Standing.objects.get(customer=customer, until_day__isnull=True).grade)


def approved(company: Any, **how: Any) -> Override:
    asked = ask(company, **how)
    finish_item(task(), by=company.general_manager, on=how.get("on", DAY), outcome="agree")
    asked.refresh_from_db()
    return asked


def test_asked_and_approved_it_is_in_force_for_its_days(company: Any, version: Any) -> None:
    asked = ask(company)
    assert (asked.state, asked.grade_by_score, grade(company.ours)) == ("asked", "B", "B")
    assert task().role == "general_manager"
    finish_item(task(), by=company.general_manager, on=after(1), outcome="agree")
    asked.refresh_from_db()
    assert (asked.state, asked.from_day, asked.until_day) == ("in_force", after(1), after(30))
    assert asked.approved_by == company.general_manager
    standing = Standing.objects.get(customer=company.ours, until_day__isnull=True)
    assert (standing.grade, standing.cause) == ("A", "override")
    assert "总部担保" in standing.why
    pass_time(on=after(30))
    assert grade(company.ours) == "A"
    pass_time(on=after(31))
    asked.refresh_from_db()
    assert (grade(company.ours), asked.state, asked.ended_on) == ("B", "expired", after(31))


BARRED = "不能办理|不是交给您办"
FOUR_EYES = [
    ("general_manager", "general_manager", "不能办理"),  # may not ask at all
    ("risk", "risk", BARRED),
    ("risk", "finance", BARRED),
    ("risk", "credit_group", BARRED),
    ("risk", "deputy_gm", BARRED),
    ("sales", "sales", BARRED),
    ("risk", "system_admin", BARRED),
    ("risk", "internal_audit", BARRED),
]


@pytest.mark.parametrize(("asker", "approver", "said"), FOUR_EYES)
def test_nobody_approves_but_whom_the_policy_names_and_never_his_own(
    company: Any, version: Any, asker: str, approver: str, said: str
) -> None:
    if asker == "general_manager":
        with pytest.raises(Refusal, match=said):
            ask(company, by=getattr(company, asker))
        return
    ask(company, by=getattr(company, asker))
    with pytest.raises(Refusal, match=said):
        finish_item(task(), by=getattr(company, approver), on=DAY, outcome="agree")
    assert grade(company.ours) == "B"


def test_the_general_manager_does_not_approve_for_a_customer_of_his_own(company: Any, version: Any) -> None:
    company.ours.owner = company.general_manager
    company.ours.save()
    ask(company, by=company.risk)
    with pytest.raises(Refusal, match="自己客户"):
        finish_item(task(), by=company.general_manager, on=DAY, outcome="agree")


def test_who_holds_both_roles_does_not_approve_his_own_asking(company: Any, version: Any) -> None:
    from xinheng.org.models import Appointment

    Appointment.objects.create(person=company.general_manager, role="risk", since=DAY)
    ask(company, by=company.general_manager)
    with pytest.raises(Refusal, match="自己发起"):
        finish_item(task(), by=company.general_manager, on=DAY, outcome="agree")


def test_a_stranger_and_readers_may_not_ask(company: Any, version: Any) -> None:
    for person in (company.stranger, company.internal_audit, company.archivist, company.system_admin):
        with pytest.raises(Refusal, match="不能办理"):
            ask(company, by=person)


def test_too_far_too_long_and_without_reason_is_refused_with_all_of_it(company: Any, version: Any) -> None:
    with pytest.raises(Refusal) as refused:
        ask_override(company.ours, grade="ungraded", days=91, reason=" ", by=company.risk, on=DAY)
    assert [problem.code for problem in refused.value.problems] == ["too-far", "too-long", "no-reason"]
    with pytest.raises(Refusal, match="就是"):
        ask(company, grade="B")
    with pytest.raises(Refusal, match="还没有评过级"):
        ask_override(company.theirs, grade="A", days=9, reason="好客户", by=company.risk, on=DAY)


def test_one_at_a_time(company: Any, version: Any) -> None:
    ask(company)
    with pytest.raises(Refusal, match="已有一件"):
        ask(company, grade="C")


def test_what_time_has_brought_counts_before_the_daily_job_has_run(company: Any, version: Any) -> None:
    graded(company.ours, version, "A", on=after(1))
    with pytest.raises(Refusal, match="就是"):
        ask(company, grade="A", on=after(91))
    asked = ask(company, grade="B", on=after(91))
    assert asked.grade_by_score == "A"


def test_refused_or_withdrawn_it_leaves_the_grade(company: Any, version: Any) -> None:
    asked = ask(company)
    finish_item(task(), by=company.general_manager, on=DAY, outcome="refuse", remarks="没有依据")
    asked.refresh_from_db()
    assert (asked.state, grade(company.ours)) == ("refused", "B")
    again = ask(company)
    with pytest.raises(Refusal, match="只有发起人"):
        withdraw_override(again, by=company.risk, on=DAY)
    withdraw_override(again, by=company.sales, on=DAY)
    again.refresh_from_db()
    assert again.state == "ended"


def test_changed_after_asking_it_cannot_be_agreed_to(company: Any, version: Any) -> None:
    asked = ask(company)
    Override.objects.filter(pk=asked.pk).update(days=90)
    with pytest.raises(Refusal, match="改过"):
        finish_item(task(), by=company.general_manager, on=DAY, outcome="agree")


def test_what_the_score_says_meanwhile_holds_for_the_approval(company: Any, version: Any) -> None:
    ask(company)
    graded(company.ours, version, "C", on=after(1))
    with pytest.raises(Refusal, match="不能这样"):
        finish_item(task(), by=company.general_manager, on=after(1), outcome="agree")
    assert grade(company.ours) == "C"


def test_results_go_on_beneath_and_come_out_when_it_ends(company: Any, version: Any) -> None:
    approved(company, grade="C")
    standing = bring_into_force(rated(company.ours, version, "B", on=after(5)), by=SYSTEM, on=after(5))
    assert (standing.grade, standing.next_review_on) == ("C", date(2026, 6, 7))
    pass_time(on=after(31))
    assert grade(company.ours) == "B"


def test_a_worse_result_takes_it_along_within_its_notches(company: Any, version: Any) -> None:
    approved(company)
    standing = graded(company.ours, version, "C", on=after(5))
    assert standing.grade == "B"
    assert "最多偏离 1 级" in standing.why


def test_an_event_pierces_it(company: Any, version: Any) -> None:
    asked = approved(company)
    happened(company.ours, "dispute", by=SYSTEM, on=after(5))
    asked.refresh_from_db()
    assert (grade(company.ours), asked.state, asked.ended_on) == ("B", "pierced", after(5))
    assert "即时失效" in asked.ended_why


def test_it_is_ended_before_its_day_by_another(company: Any, version: Any) -> None:
    asked = approved(company)
    with pytest.raises(Refusal, match="不能办理"):
        end_override(asked, by=company.sales, on=after(2), why="不需要了")
    with pytest.raises(Refusal, match="为什么"):
        end_override(asked, by=company.risk, on=after(2), why="")
    end_override(asked, by=company.risk, on=after(2), why="担保撤走")
    asked.refresh_from_db()
    assert (grade(company.ours), asked.state) == ("B", "ended")
    with pytest.raises(Refusal, match="不能撤回"):
        end_override(asked, by=company.risk, on=after(2), why="担保撤走")


def test_each_act_leaves_its_line_with_reason_and_clause(company: Any, version: Any) -> None:
    approved(company)
    for act in ("ratings.ask_override", "ratings.override"):
        line = Entry.objects.get(act=act)
        assert line.why == "总部担保, 合同在手"
        assert line.clause == "假定"
        assert line.about_id == str(company.ours.pk)


def test_the_form_is_told_which_grades_how_long_and_who_approves(company: Any, version: Any) -> None:
    may, days, who = choices(company.ours, on=DAY)
    assert ([grade for grade, _label in may], days, who) == (["A", "C"], 90, "总经理")
    with pytest.raises(Refusal):
        choices(company.theirs, on=DAY)
