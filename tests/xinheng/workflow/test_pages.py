"""The pages: who sees what, what a form does, how many questions a list asks the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deciding.models import Request
from xinheng.workflow.actions import open_item, start
from xinheng.workflow.models import DayOff, Item, RoleMapping
from xinheng.workflow.queries import counts

from .conftest import CHAIN, MONDAY, PLAIN

MINE = ("inbox/", "inbox/handled/", "inbox/started/", "inbox/copies/", "inbox/notices/", "inbox/counts/", "due/")


def _as(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def _round(company: Any, procedure: Any = PLAIN, title: str = "借阅营业执照") -> Any:
    subject = Request.objects.create(title=title, amount=50, department=company.departments["sales1"])
    return start(subject, procedure, by=company.sales, on=MONDAY, title=title, about=company.ours)


@pytest.mark.parametrize("address", MINE)
def test_everybody_has_an_inbox_of_his_own(client, company, address):
    _round(company)
    for role in ("finance", "sales", "system_admin", "audit_admin", "junior"):
        answer = _as(client, getattr(company, role)).get(f"/{address}")
        assert answer.status_code == 200
        assert ("借阅营业执照" in answer.content.decode()) == (
            (role, address) in {("finance", "inbox/"), ("sales", "inbox/started/")}
        )


def test_a_strangers_task_is_missing(client, company):
    item = _round(company).items.get()
    for role in ("finance", "sales", "internal_audit"):
        assert _as(client, getattr(company, role)).get(f"/tasks/{item.pk}/").status_code == 200
    for role in ("stranger", "junior", "risk", "system_admin", "security_admin", "audit_admin", "general_manager"):
        for address in (f"/tasks/{item.pk}/", f"/rounds/{item.round_id}/", "/tasks/999999/"):
            assert _as(client, getattr(company, role)).get(address).status_code == 404, (role, address)
        for verb in ("decide", "transfer", "cosign", "copy", "remind"):
            answer = client.post(f"/tasks/{item.pk}/{verb}/", {"outcome": "agree"})
            assert answer.status_code == 404, (role, verb)
    item.refresh_from_db()
    assert item.state == "open"


def test_a_task_is_decided_on_its_page_and_the_next_one_follows(client, company):
    first, second = _round(company).items.get(), _round(company, title="第二件").items.get()
    answer = _as(client, company.finance).post(
        f"/tasks/{first.pk}/decide/", {"outcome": "agree", "remarks": "可以", "next": "1"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"/tasks/{second.pk}/"
    first.refresh_from_db()
    assert (first.state, first.remarks, first.handled_by) == ("done", "可以", company.finance)


def test_a_refusal_is_shown_as_written_with_the_form_still_filled_in(client, company):
    item = _round(company).items.get()
    answer = _as(client, company.finance).post(f"/tasks/{item.pk}/decide/", {"outcome": "refuse", "remarks": " "})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "请写明理由" in page
    assert 'value="refuse"' in page
    item.refresh_from_db()
    assert item.state == "open"


def test_the_starter_sees_why_he_may_not_decide(client, company):
    subject = Request.objects.create(title="自己的事", department=company.departments["finance"])
    round = start(subject, PLAIN, by=company.finance, on=MONDAY, title="自己的事")
    item = round.items.get(act="approve", state="open")
    page = _as(client, company.finance).get(f"/tasks/{item.pk}/").content.decode()
    assert 'name="outcome"' not in page
    answer = client.post(f"/tasks/{item.pk}/decide/", {"outcome": "agree", "return_to": "starter"})
    assert answer.status_code == 200
    item.refresh_from_db()
    assert item.state == "open"


def test_many_are_confirmed_before_and_told_after(client, company):
    good, late = _round(company).items.get(), _round(company, title="第二件").items.get()
    edited = _round(company, title="改过的").items.get()
    Request.objects.filter(title="改过的").update(amount=9)
    client = _as(client, company.finance)
    numbers = [good.pk, late.pk, edited.pk]
    page = client.post("/inbox/many/", {"item": numbers, "outcome": "agree"}).content.decode()
    assert page.count("本轮结束: 通过") == 2
    assert "提交之后内容又改过" in page, "what will not be handled is said before"
    assert Item.objects.filter(state="open").count() == 3, "a confirmation changes nothing"
    answer = client.post("/inbox/many/handle/", {"item": numbers, "outcome": "agree", "remarks": "一并同意"})
    assert answer["Location"] == "/inbox/many/result/"
    page = client.get(answer["Location"]).content.decode()
    assert "已办 2 件, 未办 1 件" in page
    assert "提交之后内容又改过" in page
    assert Item.objects.filter(state="open").count() == 1


def test_many_of_others_are_not_touched(client, company):
    item = _round(company).items.get()
    client = _as(client, company.stranger)
    assert client.post("/inbox/many/", {"item": [item.pk], "outcome": "agree"})["Location"] == "/inbox/"
    client.post("/inbox/many/handle/", {"item": [item.pk], "outcome": "agree"})
    item.refresh_from_db()
    assert item.state == "open"


def test_the_figure_is_the_length_of_the_list(client, company):
    for number in range(3):
        _round(company, title=f"第{number}件")
    count = counts(company.finance, timezone.localdate())
    assert (count.open, count.late) == (3, 3)
    client = _as(client, company.finance)
    assert client.get("/inbox/").context["page"].paginator.count == count.open
    assert client.get("/inbox/?due=late").context["page"].paginator.count == count.late
    assert client.get("/inbox/?q=第1").context["page"].paginator.count == 1
    assert client.get("/inbox/?act=score").context["page"].paginator.count == 0
    assert ">3<" in client.get("/inbox/counts/").content.decode()


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/started/", "/due/", "/inbox/copies/", "/inbox/handled/"])
def test_the_number_of_questions_does_not_grow_with_the_rows(client, company, address):
    person = company.sales if "started" in address else company.finance
    due = timezone.localdate() + timedelta(days=1)

    def more(count: int) -> None:
        for number in range(count):
            round = _round(company, title=f"第{number}件")
            round.items.update(due_on=due)
            open_item(
                round.subject, by=company.sales, on=MONDAY, act="follow_up", title="跟进", role="finance", due=due
            )

    client = _as(client, person)
    more(2)
    client.get(address)
    with CaptureQueriesContext(_connection()) as few:
        client.get(address)
    more(10)
    with CaptureQueriesContext(_connection()) as many:
        client.get(address)
    assert len(many) <= len(few), (len(few), len(many))


def _connection() -> Any:
    from django.db import connection

    return connection


def test_a_round_shows_where_it_is_and_is_withdrawn_by_its_starter(client, company):
    round = _round(company, CHAIN, title="评级")
    client = _as(client, company.sales)
    page = client.get(f"/rounds/{round.pk}/").content.decode()
    assert "评分" in page
    assert "办理中" in page
    client.post(f"/rounds/{round.pk}/withdraw/", {"why": "填错了"})
    round.refresh_from_db()
    assert round.state == "withdrawn"


def test_passing_on_works_from_the_page(client, company):
    from company import person

    other = person(company, "李财务", "finance2", "finance", "finance")
    item = _round(company).items.get()
    client = _as(client, company.finance)
    client.post(f"/tasks/{item.pk}/copy/", {"copy-people": [company.legal.pk], "copy-why": "请知悉"})
    client.post(f"/tasks/{item.pk}/transfer/", {"transfer-person": other.pk, "transfer-why": "出差"})
    item.refresh_from_db()
    assert item.state == "transferred"
    assert Item.objects.get(state="open", person=other).parent == item
    assert _as(client, company.legal).get("/inbox/copies/").context["page"].paginator.count == 1


def test_the_calendar_is_kept_by_the_system_administrator_alone(client, company):
    day = timezone.localdate() + timedelta(days=30)
    told = {"day": day.isoformat(), "name": "厂庆"}
    for role in ("finance", "security_admin", "audit_admin"):
        assert _as(client, getattr(company, role)).post("/working-days/", told).status_code == 403
    assert _as(client, company.system_admin).post("/working-days/", told).status_code == 302
    row = DayOff.objects.get()
    assert (row.day, row.is_working) == (day, False)
    assert client.post("/working-days/", told).status_code == 200, "set once"
    client.post(f"/working-days/{row.pk}/unset/")
    assert not DayOff.objects.exists()


def test_roles_are_mapped_by_the_security_administrator_or_the_credit_group(client, company):
    told = {"policy": "credit-standing", "policy_role": "marketing_centre", "role": "marketing_manager"}
    assert _as(client, company.finance).post("/role-mapping/", told).status_code == 403
    assert _as(client, company.credit_group).post("/role-mapping/", told).status_code == 302
    assert client.post("/role-mapping/", told).status_code == 200
    wrong = {"policy_role": "x", "role": "finance", "person": company.legal.pk}
    assert "只选一个" in client.post("/role-mapping/", wrong).content.decode()
    assert RoleMapping.objects.count() == 1
    client.post(f"/role-mapping/{RoleMapping.objects.get().pk}/unset/")
    assert not RoleMapping.objects.exists()


@pytest.mark.parametrize("month", ["2026-03", "2026-13", "x", "", "0001-01", "9999-12"])
def test_any_month_that_is_asked_for_has_an_answer(client, company, month):
    assert _as(client, company.finance).get("/due/", {"month": month}).status_code == 200


def test_looking_changes_nothing(client, company):
    item = _round(company).items.get()
    client = _as(client, company.finance)
    before = list(Item.objects.values())
    for address in (*(f"/{one}" for one in MINE), f"/tasks/{item.pk}/", f"/rounds/{item.round_id}/"):
        client.get(address)
    for verb in ("decide", "transfer", "cosign", "copy", "remind"):
        assert client.get(f"/tasks/{item.pk}/{verb}/").status_code == 405
    assert list(Item.objects.values()) == before
