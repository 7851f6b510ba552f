"""Cases from the form to the decision: who fills what, when, and what comes of it."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection

from assessing import agreed, fill, go_on, opened, submit, take, task_of
from company import person
from creditpolicy.problems import Refusal
from policies import published
from xinheng.customers.models import Customer
from xinheng.ratings import actions
from xinheng.ratings.actions.scoring import turn_of
from xinheng.ratings.duties import duties_of
from xinheng.ratings.models import Assessment, Objection, Rating
from xinheng.ratings.sheet import sheet_of
from xinheng.workflow.actions import finish_item
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture
def version(company: Any) -> Any:
    """Publish the policy of credit standing."""
    return published(company, "credit-standing", on=DAY)


def test_a_case_is_opened_with_its_number_day_and_task(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    assert case.number == "PG2026-00001"
    assert case.due_on is not None
    assert case.due_on > DAY
    item = Item.objects.get(act="fill")
    assert (item.role, item.subject, item.about) == ("sales_engineer", case, company.ours)


def test_a_second_case_is_refused_by_the_number_of_the_first(company: Any, version: Any) -> None:
    opened(company, version, on=DAY)
    with pytest.raises(Refusal, match="PG2026-00001"):
        opened(company, version, on=DAY)


def test_the_whole_chain_ends_with_a_rating_of_the_frozen_facts(company: Any, version: Any) -> None:
    case = agreed(company, version, on=DAY)
    assert case.state == Assessment.State.IN_FORCE
    rating = Rating.objects.get(assessment=case)
    assert rating.grade
    steps = go_on(case, on=DAY).items.filter(part="main", state="done").order_by("id").values_list("step", flat=True)
    # Without statements or dealings a new customer is D, which the policy calls special.
    assert list(steps) == ["check", "meeting", "review", "supervise", "approve", "approve_special"]
    after = set(
        Item.objects.filter(round__isnull=True, subject_id=str(case.pk), state="open").values_list("act", flat=True)
    )
    assert {"notify", "file"} <= after
    # Whoever takes part in what follows has a copy to read; salesmen that of their own customers.
    steps = {str(step.label): step for step in duties_of(version).after if step.with_roles}
    assert steps
    for label, step in steps.items():
        task = Item.objects.get(title__startswith=label, round__isnull=True, parent__isnull=True)
        copies = Item.objects.filter(parent=task, kind="read", state="open")
        assert copies.count() == len(step.with_roles), label
        assert all(copy.role or copy.person == company.ours.owner for copy in copies)
        assert {copy.title for copy in copies} == {f"抄送: {task.title}"}


def test_everything_that_is_lacking_is_told_at_once(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    with pytest.raises(Refusal) as refused:
        actions.submit_assessment(case, by=company.sales_engineer, on=DAY)
    told = {problem.facts[0] for problem in refused.value.problems}
    assert {"industry_position", "information"} <= told
    assert "lawsuits" not in told  # the commerce specialist looks that up at his step
    case.refresh_from_db()
    assert case.state == Assessment.State.OPEN


def test_what_the_books_tell_cannot_be_typed_and_others_facts_neither(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    for name, said in (("annual_supply", "不能手填"), ("years_established", "不能手填"), ("lawsuits", "不由这一步")):
        with pytest.raises(Refusal, match=said):
            actions.save_scores(case, {name: "5"}, by=company.sales_engineer, on=DAY)


def test_a_judgment_needs_its_reason_and_every_wrong_entry_is_told(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    with pytest.raises(Refusal) as refused:
        actions.save_scores(
            case, {"industry_position": "龙头", "paid_in_capital": "很多", "tax_grade": "Z"},
            by=company.sales_engineer, on=DAY,
        )  # fmt: skip
    assert {problem.facts[0] for problem in refused.value.problems} == {
        "industry_position",
        "paid_in_capital",
        "tax_grade",
    }
    assert not case.scores.exists()


def test_amounts_are_read_in_the_unit_of_the_policy(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    actions.save_scores(case, {"paid_in_capital": "1亿"}, by=company.sales_engineer, on=DAY)
    assert str(sheet_of(case).lines["paid_in_capital"].value) == "10000.00"


def test_the_facts_of_a_later_role_are_wanted_at_his_step(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    item = task_of(case)
    assert item is not None
    with pytest.raises(Refusal) as refused:
        finish_item(item, by=company.commerce_specialist, on=DAY, outcome="agree")
    assert {problem.facts[0] for problem in refused.value.problems} >= {"lawsuits", "is_dishonest"}
    take(case, item, on=DAY)
    case.refresh_from_db()
    assert case.facts["values"]["lawsuits"] == "0"


def test_a_return_goes_to_the_form_and_it_is_handed_in_again(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    item = task_of(case)
    assert item is not None
    fill(case, on=DAY, by=company.commerce_specialist)
    finish_item(item, by=company.commerce_specialist, on=DAY, outcome="return", remarks="行业地位偏高")
    back = task_of(case)
    assert back is not None
    assert back.person == company.sales_engineer
    before = case.digest
    actions.save_scores(
        case,
        {"industry_position": "一般"},
        reasons={"industry_position": "按协会名录"},
        by=company.sales_engineer,
        on=DAY,
    )
    actions.submit_assessment(case, by=company.sales_engineer, on=DAY)
    case.refresh_from_db()
    assert case.digest != before
    assert case.scores.filter(fact="industry_position").count() == 2
    go_on(case, on=DAY)
    assert case.state == Assessment.State.IN_FORCE


def test_a_change_behind_the_procedure_keeps_everybody_from_agreeing(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    go_on(case, on=DAY, until="approve")
    row = case.scores.filter(fact="industry_position").first()
    row.value = "龙头"
    row.save()
    item = task_of(case)
    assert item is not None
    with pytest.raises(Refusal, match="改过"):
        finish_item(item, by=company.deputy_gm, on=DAY, outcome="agree")


def test_the_task_to_fill_in_ends_only_by_handing_in(company: Any, version: Any) -> None:
    opened(company, version, on=DAY)
    with pytest.raises(Refusal, match="提交"):
        finish_item(Item.objects.get(act="fill"), by=company.sales_engineer, on=DAY, outcome="done")


def test_a_meeting_step_is_not_ended_without_its_meeting(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    go_on(case, on=DAY, until="meeting")
    item = task_of(case)
    assert item is not None
    with pytest.raises(Refusal, match="会议"):
        finish_item(item, by=company.commerce_specialist, on=DAY, outcome="done")


def test_a_special_case_goes_to_the_general_manager(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    actions.mark_special_case(case, by=company.sales_engineer, on=DAY, why="集团客户")
    submit(case, on=DAY)
    round = go_on(case, on=DAY)
    assert round.items.get(step="approve_special").handled_by == company.general_manager


def test_a_correction_is_approved_by_the_general_manager(company: Any, version: Any) -> None:
    case = agreed(company, version, on=DAY, kind="correction")
    done = set(Item.objects.filter(subject_id=str(case.pk), state="done").values_list("step", flat=True))
    assert "approve_correction" in done
    assert case.facts["values"]["rating_kind"] == "修正"


def test_a_refusal_ends_the_case_and_tells_why(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    go_on(case, on=DAY, until="approve")
    item = task_of(case)
    assert item is not None
    finish_item(item, by=company.deputy_gm, on=DAY, outcome="refuse", remarks="担保不足")
    case.refresh_from_db()
    assert case.state == Assessment.State.REFUSED
    told = Item.objects.get(act="read", person=company.sales_engineer, subject_label=case.number)
    assert told.note == "担保不足"
    opened(company, version, on=DAY)


def test_a_case_taken_back_is_open_again(company: Any, version: Any) -> None:
    case = opened(company, version, on=DAY)
    submit(case, on=DAY)
    actions.withdraw_assessment(case, by=company.sales_engineer, on=DAY, why="补资料")
    case.refresh_from_db()
    assert (case.state, case.digest) == (Assessment.State.OPEN, "")
    submit(case, on=DAY)
    actions.cancel_assessment(case, by=company.commerce_specialist, on=DAY, why="客户撤回")
    case.refresh_from_db()
    assert case.state == Assessment.State.CANCELLED


def test_a_review_is_taken_by_other_people_than_those_who_rated(company: Any, version: Any) -> None:
    case = agreed(company, version, on=DAY)
    objection = Objection(
        number="YY1", customer=company.ours, policy=case.policy, kind="complaint", assessment=case, channel="staff",
        text="评低了", received_on=DAY, received_by=company.sales,
    )  # fmt: skip
    objection.save()
    review = actions.open_assessment(
        company.ours, kind="review", by=company.credit_group, on=DAY, why="复核", version=version, objection=objection
    )
    turn, reason = turn_of(review, company.sales_engineer, DAY)
    assert turn is None
    assert "复核须由他人" in reason
    other = person(company, "另一位工程", "engineer2", "sales_engineer", "sales1")
    submit(review, on=DAY)
    assert {row.by for row in review.scores.all()} == {other}
    item = task_of(review)
    assert item is not None
    assert "复核须由他人" in way_for(item, company.commerce_specialist, DAY)[1]


def test_opening_is_refused_by_rights_by_file_and_without_a_policy(company: Any, version: Any) -> None:
    for by in (company.stranger, company.legal, company.system_admin):
        with pytest.raises(Refusal, match="您的角色"):
            actions.open_assessment(company.ours, kind="first", by=by, on=DAY)
    draft = Customer.objects.create(
        number="C9", name="未建档公司", kind="enterprise", status="draft", department=company.departments["sales1"]
    )
    with pytest.raises(Refusal, match="建档"):
        actions.open_assessment(draft, kind="first", by=company.sales_engineer, on=DAY, version=version)
    with pytest.raises(Refusal, match="事由类别"):
        actions.open_assessment(company.ours, kind="whim", by=company.sales_engineer, on=DAY, version=version)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_at_once_one_is_refused(company: Any) -> None:
    version = published(company, "credit-standing", on=DAY)
    told: list[str] = []

    def opening() -> None:
        try:
            told.append(actions.open_assessment(
                company.ours, kind="manual", by=company.sales_engineer, on=DAY, version=version).number)  # fmt: skip
        except Refusal as refused:
            told.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=opening) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Assessment.objects.count() == 1
    assert sum("已有一件评估" in one for one in told) == 3
