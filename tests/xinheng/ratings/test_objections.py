"""Objections and complaints: received, never handled by those who rated, reviewed by others, answered with reasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from assessing import agreed, fill, go_on, submit, with_books
from company import person
from creditpolicy.problems import Refusal
from grading import graded, rated
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.org.roles import Role
from xinheng.ratings import jobs
from xinheng.ratings.actions import (
    answer_objection,
    bring_into_force,
    receive_objection,
    review_objection,
    withdraw_objection,
)
from xinheng.ratings.actions.changing import put_right
from xinheng.ratings.actions.objections import may_handle, put_right_by, raters
from xinheng.ratings.changes import folded_anew
from xinheng.ratings.models import Assessment, Happening, Objection, Standing, Waiting
from xinheng.ratings.queries import grade_in_force
from xinheng.workflow.actions import finish_item
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def after(days: int) -> date:
    return DAY + timedelta(days)


def complain(company: Any, on: date = DAY, **told: Any) -> Objection:
    return receive_objection(
        company.ours, text="去年的逾期是贵司开票有误", from_whom="王经理 (客户财务)", by=company.sales, on=on, **told
    )


@pytest.fixture
def dealer(company: Any) -> Any:
    """Publish the dealer's policy, which says who handles complaints and in how many days, and grade our customer."""
    version = published(company, "auto-dealer", on=DAY)
    graded(company.ours, version, "C", on=DAY)
    return version


def test_a_complaint_goes_to_whom_the_policy_names_by_its_day(company: Any, dealer: Any) -> None:
    objection = complain(company)
    assert objection.number == "YY2026-00001"
    assert objection.due_on == add_working_days(DAY, 10)
    item = Item.objects.get(act="answer")
    assert (item.role, item.due_on, item.clause) == ("credit_group", objection.due_on, "五.1")
    assert objection.rating is not None
    assert objection.rating.grade == "C"


def test_where_the_policy_says_nothing_the_credit_group_answers_in_ten_days(company: Any) -> None:
    graded(company.ours, published(company, "leasing", on=DAY), "C", on=DAY)
    complain(company)
    assert Item.objects.get(act="answer").role == "credit_group"


def test_what_was_said_and_by_whom_is_kept_encrypted_and_not_in_the_record(company: Any, dealer: Any) -> None:
    objection = complain(company)
    objection.refresh_from_db()
    assert objection.text == "去年的逾期是贵司开票有误"
    line = Entry.objects.get(act="ratings.receive_objection")
    assert "王经理" not in f"{line.why} {line.after} {line.subject_label}"
    assert "逾期" not in f"{line.why} {line.after}"


def test_without_a_grade_or_words_there_is_nothing_to_complain_of(company: Any, dealer: Any) -> None:
    with pytest.raises(Refusal, match="还没有评过级"):
        receive_objection(company.theirs, text="不公平", by=company.finance, on=DAY)
    with pytest.raises(Refusal, match="写明"):
        receive_objection(company.ours, text=" ", by=company.sales, on=DAY)
    with pytest.raises(Refusal, match="今天以后"):
        receive_objection(company.ours, text="不公平", by=company.sales, on=DAY, received_on=after(1))
    with pytest.raises(Refusal, match="不能办理"):
        receive_objection(company.ours, text="不公平", by=company.stranger, on=DAY)


HANDLERS = [
    ("credit_group", True), ("sales", False), ("finance", False), ("risk", False), ("deputy_gm", False),
    ("general_manager", False), ("archivist", False), ("internal_audit", False), ("customer_service", False),
    ("system_admin", False), ("security_admin", False), ("audit_admin", False), ("stranger", False), ("junior", False),
]  # fmt: skip


@pytest.mark.parametrize(("who", "may"), HANDLERS)
def test_only_the_role_of_the_policy_answers(company: Any, dealer: Any, who: str, may: bool) -> None:
    objection = complain(company)
    somebody = getattr(company, who)
    assert may_handle(objection, somebody, DAY) is may
    if may:
        answer_objection(objection, by=somebody, on=DAY, is_upheld=False, answer="开票无误, 附对账单")
    else:
        with pytest.raises(Refusal):
            answer_objection(objection, by=somebody, on=DAY, is_upheld=False, answer="开票无误, 附对账单")


def test_those_who_rated_do_not_handle_it(company: Any) -> None:
    version = published(company, "credit-standing", on=DAY)
    case = agreed(company, version, on=DAY)
    objection = complain(company, on=DAY)
    assert objection.assessment is None or objection.assessment == case
    took_part = raters(objection)
    for role in ("sales_engineer", "commerce_specialist", "marketing_manager", "finance", "deputy_gm"):
        assert getattr(company, role).pk in took_part, role
    assert company.credit_group.pk not in took_part
    company.people["second"] = company.finance
    from xinheng.org.models import Appointment

    Appointment.objects.create(person=company.finance, role="credit_group", since=DAY)
    with pytest.raises(Refusal, match="参与了被投诉的评级"):
        answer_objection(objection, by=company.finance, on=DAY, is_upheld=False, answer="没有错")
    with pytest.raises(Refusal):
        review_objection(objection, by=company.finance, on=DAY, why="再看")


def test_the_task_cannot_be_ticked_off_without_an_answer(company: Any, dealer: Any) -> None:
    complain(company)
    with pytest.raises(Refusal, match="写明答复"):
        finish_item(Item.objects.get(act="answer"), by=company.credit_group, on=DAY, outcome="done")


def test_a_rejection_needs_reasons_and_goes_back_to_who_received_it(company: Any, dealer: Any) -> None:
    objection = complain(company)
    with pytest.raises(Refusal, match="理由"):
        answer_objection(objection, by=company.credit_group, on=after(1), is_upheld=False, answer=" ")
    done = answer_objection(
        objection, by=company.credit_group, on=after(1), is_upheld=False, answer="开票无误, 附对账单"
    )
    assert (done.state, done.answered_by, done.answered_on) == ("rejected", company.credit_group, after(1))
    assert Item.objects.get(act="answer").state == "done"
    assert Item.objects.get(act="notify").person == company.sales
    with pytest.raises(Refusal, match="不成立"):
        answer_objection(objection, by=company.credit_group, on=after(1), is_upheld=False, answer="再答")


def test_it_is_not_upheld_without_a_review_by_others(company: Any, dealer: Any) -> None:
    objection = complain(company)
    with pytest.raises(Refusal, match="先由其他人员复核"):
        answer_objection(objection, by=company.credit_group, on=DAY, is_upheld=True, answer="确有错误")


def test_a_complaint_upheld_a_review_by_others_then_the_answer(company: Any) -> None:
    version = published(company, "credit-standing", on=DAY)
    graded(company.ours, version, "D", on=DAY)
    objection = complain(company)
    handler = company.credit_group
    review = review_objection(objection, by=handler, on=after(1), why="发票已冲红, 须重算付款情况")
    objection.refresh_from_db()
    assert (objection.state, review.kind, review.objection) == ("under_review", "review", objection)
    assert "YY2026-00001" in review.why
    with pytest.raises(Refusal, match="还没有办完"):
        answer_objection(objection, by=handler, on=after(1), is_upheld=False, answer="没有错")
    with_books(company, company.ours, on=DAY)
    fill(review, on=after(1))
    submit(review, on=after(1))
    go_on(review, on=after(1))
    review.refresh_from_db()
    assert review.state == Assessment.State.IN_FORCE
    [rating] = review.ratings.all()
    assert grade_in_force(company.ours, after(1)).grade == "D", "a better result waits"
    with pytest.raises(Refusal, match="判定成立"):
        put_right(rating, by=handler, on=after(2), why="还没有答复")
    done = answer_objection(objection, by=handler, on=after(2), is_upheld=True, answer="发票已冲红, 已重评")
    assert done.state == "upheld"
    assert Entry.objects.get(act="ratings.answer_objection").after["late"] is False
    standing = grade_in_force(company.ours, after(2))
    assert rating.grade in ("A", "B", "C"), "so that there is something to put right"
    assert (standing.grade, standing.cause, standing.from_day) == (rating.grade, "corrected", after(2))
    assert rating.grade != "D"
    assert done.corrected_on == after(2)
    assert "YY2026-00001 成立" in standing.why
    assert "不须等待" in standing.why
    assert not Waiting.objects.filter(state="waiting").exists()
    told = Item.objects.filter(person=company.ours.owner, act="read").order_by("-pk").first()
    assert told is not None
    assert "不须等待" in told.note
    assert "不须等待" in Item.objects.get(act="notify", title__contains="答复").note
    with pytest.raises(Refusal, match="更正过"):
        put_right(rating, by=handler, on=after(3), why="再来")
    assert folded_anew(Happening.objects.filter(customer=company.ours)).grade == rating.grade


def test_the_page_of_an_upheld_complaint_shows_what_was_put_right_and_whose_day_is_assumed(
    company: Any, client: Any
) -> None:
    version = published(company, "credit-standing", on=DAY)
    graded(company.ours, version, "D", on=DAY)
    objection = complain(company)
    client.force_login(company.credit_group)
    page = client.get(objection.get_absolute_url()).content.decode()
    assert "假定" in page
    assert "可在制度中规定" in page
    rating = rated(company.ours, version, "B", on=after(1))
    bring_into_force(rating, by=SYSTEM, on=after(1))
    case = agreed_review(company, objection, rating)
    Objection.objects.filter(pk=objection.pk).update(state="upheld")
    put_right_by(Assessment.objects.get(pk=case.pk), by=SYSTEM, on=after(2))
    page = client.get(objection.get_absolute_url()).content.decode()
    assert "更正为" in page


def agreed_review(company: Any, objection: Objection, rating: Any) -> Assessment:
    """Store a review that came to a rating."""
    review: Assessment = Assessment.objects.create(
        number="PG2026-99", customer=company.ours, version=rating.version, policy=rating.policy, kind="review",
        objection=objection, as_of=after(1), opened_on=after(1), state="in_force",
    )  # fmt: skip
    type(rating).objects.filter(pk=rating.pk).update(assessment=review)
    return review


def test_withdrawn_it_needs_no_answer(company: Any, dealer: Any) -> None:
    objection = complain(company)
    withdraw_objection(objection, by=company.sales, on=DAY, why="客户来电撤回")
    objection.refresh_from_db()
    assert objection.state == "withdrawn"
    assert not Item.objects.filter(act="answer", state="open").exists()


# Published ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(company: Any) -> Any:
    """Publish the enterprise policy, and a result under it that is open to objections."""
    for number, role in enumerate((Role.RISK, Role.CREDIT_GROUP)):
        company.people[f"second_{role}"] = person(company, f"第二{role.label}", f"second{number}", role, "head")
    version = published(company, "enterprise-rating", on=DAY)
    with_books(company, company.ours, on=DAY)
    made = agreed(company, version, on=DAY, by=company.risk)
    assert made.state == Assessment.State.PUBLISHED
    return made


def test_a_published_result_takes_force_by_itself_when_its_days_are_over(company: Any, case: Any) -> None:
    assert case.publish_until == after(7)
    assert jobs.publications(on=after(6)) == 0
    assert not Standing.objects.exists()
    assert jobs.publications(on=after(7)) == 1
    assert jobs.publications(on=after(7)) == 0
    assert Standing.objects.get().from_day == after(7)


def object_to(company: Any, case: Any, on: date) -> Objection:
    return receive_objection(
        company.ours, kind="publication", assessment=case, text="现金流数据过时", by=company.legal, on=on
    )


def test_an_objection_holds_it_up_until_it_is_answered(company: Any, case: Any) -> None:
    objection = object_to(company, case, after(3))
    assert objection.due_on == add_working_days(after(3), 10)
    assert jobs.publications(on=after(30)) == 0
    handler = next(one for one in company.people.values() if may_handle(objection, one, after(3)))
    answer_objection(objection, by=handler, on=after(30), is_upheld=False, answer="用的是最近一期报表")
    assert jobs.publications(on=after(30)) == 1


def test_a_review_drops_what_was_published_and_begins_again(company: Any, case: Any) -> None:
    objection = object_to(company, case, after(3))
    handler = next(one for one in company.people.values() if may_handle(objection, one, after(3)))
    review = review_objection(objection, by=handler, on=after(4), why="报表已更新")
    case.refresh_from_db()
    assert (case.state, review.kind, review.state) == ("cancelled", "review", "open")
    assert jobs.publications(on=after(30)) == 0
    assert not Standing.objects.exists()


def test_after_the_days_one_complains_instead(company: Any, case: Any) -> None:
    with pytest.raises(Refusal, match="按投诉登记"):
        object_to(company, case, after(7))
    with pytest.raises(Refusal, match="没有在公示"):
        receive_objection(company.theirs, kind="publication", text="不对", by=SYSTEM, on=after(1))
