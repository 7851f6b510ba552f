"""The pages of grades that move: due reviews, overrides with their rate, objections, revoking and thawing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grading import graded
from policies import published
from xinheng.ledger.actions import report_incident
from xinheng.ratings.actions import ask_override, receive_objection
from xinheng.ratings.models import Objection, Override, Standing
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> Any:
    """Give the day."""
    return timezone.localdate()


@pytest.fixture
def version(company: Any, today: Any) -> Any:
    """Publish the leasing policy as the main one, and grade both customers."""
    made = published(company, "leasing", on=today)
    made.policy.is_main = True
    made.policy.save()
    graded(company.ours, made, "B", on=today)
    graded(company.theirs, made, "A", on=today)
    return made


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_due_lists_late_and_coming_reviews_of_customers_one_sees(company: Any, version: Any, today: Any) -> None:
    Standing.objects.filter(customer=company.ours).update(next_review_on=today - timedelta(3))
    Standing.objects.filter(customer=company.theirs).update(next_review_on=today + timedelta(9))
    page = text(signed_in(company.risk).get(reverse("ratings.due")))
    assert "宁波甬江" in page
    assert "苏州姑苏" in page
    late = text(signed_in(company.risk).get(reverse("ratings.due"), {"show": "late"}))
    assert "宁波甬江" in late
    assert "苏州姑苏" not in late
    assert "-3" in late
    own = text(signed_in(company.sales).get(reverse("ratings.due")))
    assert "宁波甬江" in own
    assert "苏州姑苏" not in own


def test_an_override_is_asked_for_approved_and_ended_on_pages(company: Any, version: Any, today: Any) -> None:
    sales, risk = signed_in(company.sales), signed_in(company.risk)
    url = reverse("ratings.ask_override", args=[company.ours.pk])
    form = text(sales.get(url))
    assert "最长 90 天" in form
    assert "不入级" not in form
    refused = sales.post(url, {"grade": "A", "days": "95", "reason": "大客户"})
    assert "大客户" in text(refused)
    assert not Override.objects.exists()
    sent = sales.post(url, {"grade": "A", "days": "30", "reason": "总部担保"})
    override = Override.objects.get()
    assert sent.url == reverse("ratings.override", args=[override.pk])
    assert "总部担保" in text(sales.get(sent.url))
    finish_item(Item.objects.get(act="approve", state="open"), by=company.general_manager, on=today, outcome="agree")
    listed = text(risk.get(reverse("ratings.overrides")))
    assert "50.0%" in listed
    assert "总部担保" in text(risk.get(reverse("ratings.override", args=[override.pk])))
    risk.post(reverse("ratings.end_override", args=[override.pk]), {"end-why": "担保撤走"})
    override.refresh_from_db()
    assert override.state == "ended"


def test_a_stranger_finds_neither_override_nor_objection(company: Any, version: Any, today: Any) -> None:
    override = ask_override(company.ours, grade="A", days=9, reason="总部担保", by=company.risk, on=today)
    objection = receive_objection(company.ours, text="评低了", by=company.sales, on=today)
    stranger = signed_in(company.stranger)
    for name, row in (("ratings.override", override), ("ratings.objection", objection)):
        assert stranger.get(reverse(name, args=[row.pk])).status_code == 404
    for name in ("ratings.ask_override", "ratings.object"):
        assert stranger.get(reverse(name, args=[company.ours.pk])).status_code == 404
    assert stranger.post(reverse("ratings.handle_objection", args=[objection.pk, "reject"])).status_code == 404
    for name in ("ratings.overrides", "ratings.objections"):
        assert "宁波甬江" not in text(stranger.get(reverse(name), {"state": "all"}))


def test_a_complaint_is_received_and_answered_on_pages(company: Any, version: Any, today: Any) -> None:
    sales, group = signed_in(company.sales), signed_in(company.credit_group)
    url = reverse("ratings.object", args=[company.ours.pk])
    told = {"kind": "complaint", "from_whom": "王经理", "text": "逾期是开票有误", "received_on": today.isoformat()}
    assert sales.post(url, told).status_code == 302
    objection = Objection.objects.get()
    mine = text(sales.get(reverse("ratings.objection", args=[objection.pk])))
    assert "须回避" in mine
    assert "answer-answer" not in mine
    page = text(group.get(reverse("ratings.objection", args=[objection.pk])))
    assert "逾期是开票有误" in page
    assert "answer-answer" in page
    assert "成立, 已更正" not in page
    assert objection.number in text(group.get(reverse("ratings.objections")))
    handle = reverse("ratings.handle_objection", args=[objection.pk, "uphold"])
    assert "先由其他人员复核" in text(group.post(handle, {"answer-answer": "对"}, follow=True))
    handle = reverse("ratings.handle_objection", args=[objection.pk, "reject"])
    assert "开票无误" in text(group.post(handle, {"answer-answer": "开票无误, 附对账单"}, follow=True))
    objection.refresh_from_db()
    assert objection.state == "rejected"


def test_an_unknown_verb_is_missing(company: Any, version: Any, today: Any) -> None:
    objection = receive_objection(company.ours, text="评低了", by=company.sales, on=today)
    group = signed_in(company.credit_group)
    assert group.post(reverse("ratings.handle_objection", args=[objection.pk, "burn"])).status_code == 404


def test_a_review_is_begun_on_the_page(company: Any, version: Any, today: Any) -> None:
    objection = receive_objection(company.ours, text="评低了", by=company.sales, on=today)
    group = signed_in(company.credit_group)
    answer = group.post(
        reverse("ratings.handle_objection", args=[objection.pk, "review"]), {"review-why": "发票已冲红"}, follow=True
    )
    assert "PG" in text(answer)
    objection.refresh_from_db()
    assert objection.state == "under_review"


def test_a_grade_is_revoked_and_a_freeze_lifted_on_pages(company: Any, version: Any, today: Any) -> None:
    report_incident(company.theirs, kind="default", happened_on=today, detail="拒付", by=company.risk, on=today)
    finance = signed_in(company.finance)
    assert finance.post(reverse("ratings.thaw", args=[company.theirs.pk]), {"why": "已付清"}).status_code == 302
    assert not Standing.objects.get(customer=company.theirs, until_day__isnull=True).is_frozen
    url = reverse("ratings.revoke", args=[company.ours.pk])
    assert "先在“往来”里登记" in text(finance.get(url))
    assert signed_in(company.sales).get(url).status_code == 403


def test_the_tab_offers_what_may_be_done(company: Any, version: Any) -> None:
    page = text(signed_in(company.sales).get(reverse("ratings.of_customer", args=[company.ours.pk])))
    assert reverse("ratings.ask_override", args=[company.ours.pk]) in page
    assert reverse("ratings.object", args=[company.ours.pk]) in page
    assert reverse("ratings.revoke", args=[company.ours.pk]) not in page


def test_all_that_happened_is_told_what_was_passed_over_too(company: Any, version: Any, today: Any) -> None:
    graded(company.ours, version, "A", on=today)
    url = reverse("ratings.changes", args=[company.ours.pk])
    page = text(signed_in(company.sales).get(url))
    assert "须保持 90 天" in page
    assert "首次评级为" in page
    assert signed_in(company.stranger).get(url).status_code == 404


def test_tasks_show_what_they_are_about(company: Any, version: Any, today: Any) -> None:
    ask_override(company.ours, grade="A", days=9, reason="总部担保", by=company.risk, on=today)
    receive_objection(company.ours, text="评低了", by=company.sales, on=today)
    override, objection = Item.objects.get(act="approve", state="open"), Item.objects.get(act="answer")
    boss, group = signed_in(company.general_manager), signed_in(company.credit_group)
    assert "总部担保" in text(boss.get(reverse("workflow.item", args=[override.pk])))
    assert "评低了" in text(group.get(reverse("workflow.item", args=[objection.pk])))
