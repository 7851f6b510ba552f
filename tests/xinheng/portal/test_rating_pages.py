"""The customer and his rating: he sees what the policy opens and nothing else; what he sends waits for somebody's hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from creditpolicy.problems import Refusal
from grading import graded
from inviting import invite, let_in, opened_to_customers, shown, today
from policies import published, published_text
from xinheng.audit.models import Entry
from xinheng.portal import applying
from xinheng.portal.models import Submission
from xinheng.portal.seeing import seen_by
from xinheng.ratings.actions.objections import answer_objection
from xinheng.ratings.models import Assessment, Objection, Standing
from xinheng.ratings.rating import explained, ways_up
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


def test_where_the_policy_keeps_the_grade_inside_no_page_shows_it(company):
    version = published(company, "leasing", on=today() - timedelta(days=20))
    standing = graded(company.ours, version, "A", on=today() - timedelta(days=10))
    client = let_in(invite(company.ours, company.sales))
    page = shown(client)
    assert "不在这里公布" in page
    assert f"{standing.limit:,.2f}" not in page
    assert "逐项理由" not in page
    seen = seen_by(company.ours, today())
    assert (seen.standing, seen.said, seen.items, seen.ways, seen.label) == (None, None, (), (), "")
    assert not Entry.objects.filter(act="portal.see_rating").exists()
    criteria = shown(client, "/my/rating/criteria/")
    assert "评分表" in criteria
    assert "流程" in criteria
    for inside in ("监控预警", "催收", "查阅权限", "订单检查"):
        assert inside not in criteria


@pytest.mark.parametrize("open_", [("grade",), ("criteria", "grade", "reasons"), ("grade", "score", "reasons")])
def test_he_sees_as_much_as_the_policy_opens(company, open_):
    version = published_text(company, opened_to_customers(*open_), on=today() - timedelta(days=20))
    standing = graded(company.ours, version, "A", on=today() - timedelta(days=10))
    said, ways = explained(standing.rating), ways_up(standing.rating)
    client = let_in(invite(company.ours, company.sales))
    page = shown(client)
    assert standing.from_day.isoformat() in page
    for item in said.items:
        assert (f">{item.label}</td>" in page) == ("reasons" in open_)
    assert ("得分" in page) == ("score" in open_)
    if "score" in open_:
        assert f"{said.total:,}" in page
        assert ways is not None
        assert str(ways.single[0]) in page if ways.single else True
    else:
        assert not seen_by(company.ours, today()).ways
    status = client.get("/my/rating/criteria/").status_code
    assert status == (200 if "criteria" in open_ else 404)
    assert Entry.objects.filter(act="portal.see_rating", is_look=True, channel="portal").count() == 1


def test_nobody_sees_anothers(company):
    version = published(company, "auto-dealer", on=today() - timedelta(days=20))
    graded(company.theirs, version, "B", on=today() - timedelta(days=10))
    Objection.objects.create(
        number="YY1", customer=company.theirs, policy=version.policy, kind="complaint", channel="portal", text="别人的投诉",
        received_on=today(),
    )  # fmt: skip
    Objection.objects.create(
        number="YY2", customer=company.ours, policy=version.policy, kind="complaint", channel="staff", text="同行来电",
        received_on=today(), from_whom="同行", answer="已答复同行",
    )  # fmt: skip
    client = let_in(invite(company.ours, company.sales))
    page = shown(client)
    assert "您现在没有生效的等级" in page
    for word in ("YY1", "YY2", "同行", company.theirs.name, company.theirs.number):
        assert word not in page
    theirs = Objection.objects.get(number="YY1")
    assert client.post(f"/my/rating/objection/{theirs.pk}/withdraw/").status_code == 404
    assert Client().get("/my/rating/").status_code == 403


def test_an_application_opens_a_case_only_when_somebody_accepts(company):
    version = published(company, "auto-dealer", on=today() - timedelta(days=20))
    client = let_in(invite(company.ours, company.sales))
    wrong = client.post("/my/rating/apply/", {"sort": "limit", "text": "业务增长, 希望提高"})
    assert "希望的额度" in wrong.content.decode()
    sent = client.post("/my/rating/apply/", {"sort": "limit", "amount": "800000", "text": "业务增长, 希望提高"})
    assert sent.status_code == 302
    assert not Assessment.objects.exists()
    submission = Submission.objects.get()
    task = Item.objects.get(subject_id=str(submission.pk), act="follow_up")
    assert task.role == "sales"
    again = client.post("/my/rating/apply/", {"sort": "rating", "text": "再申请一次评级"})
    assert "等待受理" in again.content.decode()
    with pytest.raises(Refusal):
        applying.accept_application(submission, by=company.archivist, on=today(), why="客户申请")
    staff = Client()
    staff.force_login(company.sales)
    page = staff.get(f"/submissions/{submission.pk}/").content.decode()
    assert "800,000.00" in page
    done = staff.post(f"/submissions/{submission.pk}/", {"decision": "accept", "why": "客户申请提高额度"})
    assert done.status_code == 302
    case = Assessment.objects.get()
    assert case.limit_asked == 800_000
    assert (case.kind, case.customer, case.version, case.opened_by) == (
        "correction",
        company.ours,
        version,
        company.sales,
    )
    task.refresh_from_db()
    assert task.state == "done"
    assert case.number in shown(client)
    with pytest.raises(Refusal, match="处理过"):
        applying.refuse_application(submission, by=company.sales, on=today(), answer="不受理")


def test_a_refused_application_is_answered_with_the_reason(company):
    published(company, "auto-dealer", on=today() - timedelta(days=20))
    invited = invite(company.ours, company.sales)
    submission = applying.apply_for_rating(
        invited.invitation, sort="rating", amount=None, text="希望评级, 以便赊购", on=today()
    )
    with pytest.raises(Refusal, match="原因"):
        applying.refuse_application(submission, by=company.sales, on=today(), answer=" ")
    applying.refuse_application(submission, by=company.sales, on=today(), answer="请先补齐营业执照")
    assert "请先补齐营业执照" in shown(let_in(invited))
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"sort": "limit", "amount": None, "text": "业务增长"}, {"sort": "limit", "amount": Decimal(0), "text": "业务增长"},
        {"sort": "other", "amount": None, "text": "业务增长"}, {"sort": "rating", "amount": None, "text": "要"},
    ],
)  # fmt: skip
def test_applications_that_say_too_little_are_refused(company, told: dict[str, Any]):
    invited = invite(company.ours, company.sales)
    with pytest.raises(Refusal):
        applying.apply_for_rating(invited.invitation, on=today(), **told)
    assert not Submission.objects.exists()


def test_a_complaint_changes_nothing_and_its_answer_comes_back(company):
    version = published(company, "auto-dealer", on=today() - timedelta(days=20))
    standing = graded(company.ours, version, "B", on=today() - timedelta(days=10))
    client = let_in(invite(company.ours, company.sales))
    assert client.post("/my/rating/objection/", {"text": "付款都按时, 逾期记录不对"}).status_code == 302
    mine = Objection.objects.get()
    assert (mine.kind, mine.channel, mine.rating, mine.received_by) == ("complaint", "portal", standing.rating, None)
    assert mine.text not in str(Entry.objects.values_list("after", "why"))
    assert Standing.objects.get(until_day__isnull=True).grade == "B"
    assert mine.number in shown(client)
    second = client.post("/my/rating/objection/", {"text": "再投诉一次, 请快点"})
    assert "已有一件异议" in second.content.decode()
    task = Item.objects.get(act="answer")
    handler = next(
        one for one in company.people.values() if one.is_one_of(task.role) and one.pk != company.ours.owner_id
    )
    answer_objection(mine, by=handler, on=today(), is_upheld=False, answer="经复查, 七月有两笔逾期")
    assert "经复查, 七月有两笔逾期" in shown(client)


def test_a_complaint_can_be_taken_back_until_it_is_taken_up(company):
    version = published(company, "auto-dealer", on=today() - timedelta(days=20))
    graded(company.ours, version, "B", on=today() - timedelta(days=10))
    client = let_in(invite(company.ours, company.sales))
    client.post("/my/rating/objection/", {"text": "付款都按时, 逾期记录不对"})
    mine = Objection.objects.get()
    client.post(f"/my/rating/objection/{mine.pk}/withdraw/")
    mine.refresh_from_db()
    assert mine.state == "withdrawn"
    assert Item.objects.get(act="answer").state == "done"


def test_who_was_never_rated_has_nothing_to_complain_about(company):
    published(company, "auto-dealer", on=today() - timedelta(days=20))
    client = let_in(invite(company.ours, company.sales))
    answer = client.post("/my/rating/objection/", {"text": "我的等级不对, 请复核"})
    assert "还没有评过级" in answer.content.decode()
    assert not Objection.objects.exists()
