"""Meetings: each votes himself, dissent is kept, and what the votes come to settles the step."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditpolicy.problems import Refusal
from deciding.models import Request
from xinheng.org.roles import Role
from xinheng.workflow.actions import (
    call_meeting,
    cancel_meeting,
    cast_vote,
    close_meeting,
    finish_item,
    record_minutes,
    start,
)
from xinheng.workflow.actions.meetings import meetings_of, settled_by_meeting
from xinheng.workflow.models import Item, Meeting
from xinheng.workflow.procedures import Procedure, Step

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
MEET = Procedure("test.meet", (
    Step("check", "初审", role=Role.FINANCE, act="check"),
    Step("meeting", "讨论会", role=Role.COMMERCE_SPECIALIST, act="meet", with_roles=(Role.FINANCE, Role.RISK)),
    Step("approve", "批准", role=Role.DEPUTY_GM, act="approve"),
))  # fmt: skip


@pytest.fixture
def step(company: Any) -> Item:
    """Give the open step of the meeting."""
    request = Request.objects.create(title="授信", department=company.departments["sales1"])
    round = start(request, MEET, by=company.sales, on=DAY, title="授信")
    finish_item(round.items.get(step="check"), by=company.finance, on=DAY, outcome="agree")
    return round.items.get(step="meeting", part="main")


def called(company: Any, step: Item) -> Meeting:
    """Call the meeting."""
    return call_meeting(
        step.subject, item=step, by=company.commerce_specialist, on=DAY, held_on=DAY,
        people=[company.finance, company.risk],
    )  # fmt: skip


def test_a_meeting_that_agrees_ends_its_step_and_keeps_the_dissent(company: Any, step: Item) -> None:
    meeting = called(company, step)
    record_minutes(
        meeting, by=company.commerce_specialist, on=DAY, minutes="讨论了担保。", present=[company.finance, company.risk]
    )
    cast_vote(meeting, by=company.commerce_specialist, on=DAY, vote="agree")
    cast_vote(meeting, by=company.finance, on=DAY, vote="agree")
    cast_vote(meeting, by=company.risk, on=DAY, vote="refuse", reason="负债过高")
    close_meeting(meeting, by=company.commerce_specialist, on=DAY, conclusion="同意, 补担保")
    assert settled_by_meeting(step)
    assert step.round.items.get(step="approve").state == "open"
    told = meetings_of(step.subject)[0]
    assert [row.reason for row in told.attendances.all() if row.vote == "refuse"] == ["负债过高"]
    assert not Item.objects.filter(act="vote", state="open").exists()


def test_a_meeting_that_does_not_agree_returns_the_step(company: Any, step: Item) -> None:
    meeting = called(company, step)
    record_minutes(meeting, by=company.commerce_specialist, on=DAY, minutes="有分歧。", present=[company.finance])
    cast_vote(meeting, by=company.commerce_specialist, on=DAY, vote="agree")
    cast_vote(meeting, by=company.finance, on=DAY, vote="refuse", reason="没有报表")
    closed = close_meeting(meeting, by=company.commerce_specialist, on=DAY, conclusion="退回补材料")
    assert closed.agreed is False
    step.refresh_from_db()
    assert step.state == "returned"
    assert not settled_by_meeting(step)
    assert step.round.items.filter(step="check", state="open").exists()


def test_nobody_votes_for_another_nor_without_having_been_asked(company: Any, step: Item) -> None:
    meeting = called(company, step)
    with pytest.raises(Refusal, match="不在参会人之中"):
        cast_vote(meeting, by=company.deputy_gm, on=DAY, vote="agree")
    with pytest.raises(Refusal, match="写理由"):
        cast_vote(meeting, by=company.risk, on=DAY, vote="abstain")
    item = Item.objects.get(act="vote", person=company.risk)
    with pytest.raises(Refusal, match="投票"):
        finish_item(item, by=company.risk, on=DAY, outcome="done")


def test_a_meeting_is_closed_only_with_minutes_and_every_vote_of_those_present(company: Any, step: Item) -> None:
    meeting = called(company, step)
    with pytest.raises(Refusal, match="会议记录"):
        close_meeting(meeting, by=company.commerce_specialist, on=DAY, conclusion="同意")
    record_minutes(meeting, by=company.commerce_specialist, on=DAY, minutes="。。", present=[company.finance])
    cast_vote(meeting, by=company.commerce_specialist, on=DAY, vote="agree")
    with pytest.raises(Refusal, match="钱财务"):
        close_meeting(meeting, by=company.commerce_specialist, on=DAY, conclusion="同意")
    with pytest.raises(Refusal, match="召集人"):
        close_meeting(meeting, by=company.finance, on=DAY, conclusion="同意")


def test_the_roles_that_the_procedure_asks_must_be_called(company: Any, step: Item) -> None:
    with pytest.raises(Refusal, match="风险管理"):
        call_meeting(
            step.subject, item=step, by=company.commerce_specialist, on=DAY, held_on=DAY, people=[company.finance]
        )
    with pytest.raises(Refusal, match="不是交给您"):
        call_meeting(step.subject, item=step, by=company.risk, on=DAY, held_on=DAY, people=[company.finance])


def test_a_meeting_called_off_makes_room_for_another(company: Any, step: Item) -> None:
    meeting = called(company, step)
    with pytest.raises(Refusal, match="已经召集"):
        called(company, step)
    cancel_meeting(meeting, by=company.commerce_specialist, on=DAY, why="人不齐")
    assert called(company, step).pk != meeting.pk


def test_a_meeting_is_called_minuted_voted_and_closed_by_its_pages(company: Any, step: Item, client: Any) -> None:
    from django.utils import timezone

    client.force_login(company.commerce_specialist)
    page = client.get(f"/tasks/{step.pk}/")
    assert f"/tasks/{step.pk}/meeting/" in page.content.decode()
    people = [company.finance.pk, company.risk.pk]
    told = {"title": "讨论", "held_on": timezone.localdate().isoformat(), "place": "三楼", "people": people}
    answer = client.post(f"/tasks/{step.pk}/meeting/", told)
    meeting = Meeting.objects.get()
    assert answer.url == f"/meetings/{meeting.pk}/"
    assert client.get(answer.url).status_code == 200
    client.post(f"/meetings/{meeting.pk}/minutes/", {"minutes": "记录", "present": people})
    for person in (company.commerce_specialist, company.finance, company.risk):
        client.force_login(person)
        client.post(f"/meetings/{meeting.pk}/vote/", {"vote": "agree"})
    client.force_login(company.commerce_specialist)
    client.post(f"/meetings/{meeting.pk}/close/", {"conclusion": "同意"})
    meeting.refresh_from_db()
    assert meeting.agreed
    client.force_login(company.stranger)
    assert client.get(f"/meetings/{meeting.pk}/").status_code == 404
