"""The pages of the library: what each shows to whom, and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from company import Company
from policies import fill_roles, published
from sample_facts import customers_of, harder, sample_of, text_of_pack
from xinheng.audit.models import Entry
from xinheng.org.models import Person
from xinheng.policies import actions, facts, trying
from xinheng.policies.models import Stage, Trial, Version
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

TODAY = timezone.localdate()


def entered(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return str(answer.content.decode())


@pytest.fixture
def restored() -> Iterator[None]:
    before = list(facts._provider)
    yield
    facts._provider[:] = before


def test_the_library_shows_what_is_in_force_on_any_day(company: Company) -> None:
    since = TODAY - timedelta(days=30)
    first = published(company, "leasing", on=since)
    second = published(company, "leasing", on=TODAY - timedelta(days=10))
    actions.create_draft_from_pack("auto-dealer", by=company.risk, on=TODAY)
    client = entered(company.sales)
    today = text_of(client, "/policies/")
    assert f'href="/policies/versions/{second.pk}/"' in today
    assert f'href="/policies/versions/{first.pk}/"' not in today
    assert "汽车" in today or "auto-dealer" in today
    assert f'href="/policies/versions/{first.pk}/"' in text_of(client, f"/policies/?on={TODAY - timedelta(days=11)}")
    assert f'href="/policies/versions/{second.pk}/"' in text_of(client, f"/policies/?on={TODAY - timedelta(days=10)}")
    assert "当日没有" in text_of(client, f"/policies/?on={TODAY - timedelta(days=31)}")
    drafts = text_of(client, "/policies/?show=drafts")
    assert "leasing" not in drafts
    assert "auto-dealer" in drafts
    assert "版本 1.0" in text_of(client, f"/policies/{first.policy_id}/?on={since}")
    assert "没有版本在执行" in text_of(client, f"/policies/{first.policy_id}/?on={since - timedelta(days=1)}")


def test_a_draft_begins_from_a_pack_or_a_file_and_a_bad_file_says_why(company: Company) -> None:
    client = entered(company.risk)
    assert "leasing" in text_of(client, "/policies/new/")
    answer = client.post("/policies/new/", {"from": "pack", "pack": "leasing"})
    draft = Version.objects.get()
    assert answer["Location"] == f"/policies/versions/{draft.pk}/"
    bad = SimpleUploadedFile("a.yaml", "policy: x\n制度".encode())
    page = client.post("/policies/new/", {"from": "file", "file": bad})
    assert page.status_code == 200
    assert "看不出这是哪一份制度" in page.content.decode()
    good = SimpleUploadedFile("b.yaml", text_of_pack("auto-dealer").encode())
    assert client.post("/policies/new/", {"from": "file", "file": good, "change_note": "上传"}).status_code == 302
    assert Version.objects.get(policy__key="auto-dealer").origin == Version.Origin.FILE
    again = client.post("/policies/new/", {"from": "pack", "pack": "leasing"})
    assert "在办理中" in again.content.decode()


def test_a_version_goes_all_its_way_by_its_pages(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)
    fill_roles(company, draft, on=TODAY)
    url = f"/policies/versions/{draft.pk}/"
    client = entered(company.risk)
    page = text_of(client, url)
    assert "提交审批" in page
    assert "没有试算过" in page
    assert client.post(f"{url}submit/").status_code == 302
    draft.refresh_from_db()
    assert draft.stage == Stage.IN_APPROVAL
    for person in (company.finance, company.general_manager):
        inbox = entered(person)
        item = item_for(draft)
        assert "没有试算过" in text_of(inbox, reverse("workflow.item", args=[item.pk]))
        assert inbox.post(
            reverse("workflow.decide", args=[item.pk]), {"outcome": "agree", "remarks": "好"}
        ).status_code in (200, 302)
    draft.refresh_from_db()
    assert draft.stage == Stage.APPROVED
    boss = entered(company.credit_group)
    assert "生效日" in text_of(boss, f"{url}publish/")
    refused = boss.post(f"{url}publish/", {"from_day": "2030-99-01"})
    assert refused.status_code == 200
    assert boss.post(f"{url}publish/", {"from_day": TODAY.isoformat()})["Location"] == f"{url}readers/"
    assert "未阅" in text_of(boss, f"{url}readers/")
    assert "已催" in boss.post(f"{url}remind/", follow=True).content.decode()
    assert "不能" in client.post(f"{url}submit/", follow=True).content.decode()
    assert entered(company.risk).post(f"{url}copy/").status_code == 302
    assert Version.objects.filter(number="1.1", stage=Stage.DRAFT).count() == 1


def item_for(draft: Version) -> Item:
    """Give the task on a draft that waits."""
    return next(item for item in items_of(draft) if item.is_pending)


def test_faults_stand_beside_their_lines_and_assumptions_are_listed(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)
    wrong = draft.text.replace("grade: A\n", "grade: C\n", 1)
    draft = actions.edit_text(draft, wrong, edition=1, by=company.risk, on=TODAY)
    page = text_of(entered(company.sales), f"/policies/versions/{draft.pk}/findings/")
    line = 1 + wrong[: wrong.index("grade: C\n")].count("\n")
    assert str(line) in page
    assert "待公司确认的假定" in page
    sent = entered(company.risk).post(f"/policies/versions/{draft.pk}/submit/", follow=True).content.decode()
    assert "处错误" in sent
    draft.refresh_from_db()
    assert draft.stage == Stage.DRAFT


def test_remarks_are_made_and_answered_on_the_page_and_a_meeting_is_called(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)
    url = f"/policies/versions/{draft.pk}/comments/"
    assert entered(company.sales).post(url, {"clause": "四.2", "text": "门槛偏高"}).status_code == 302
    page = text_of(entered(company.risk), url)
    assert "门槛偏高" in page
    said = draft.comments.get()
    entered(company.risk).post(f"/policies/comments/{said.pk}/answer/", {"answer": "降 2 分", "is_adopted": "yes"})
    assert "已采纳" in text_of(entered(company.sales), url)
    called = entered(company.risk).post(
        f"/policies/versions/{draft.pk}/meeting/",
        {"title": "讨论", "held_on": TODAY.isoformat(), "people": [company.finance.pk, company.sales.pk]},
    )
    assert called.status_code == 302
    assert "讨论" in text_of(entered(company.sales), url)


@pytest.mark.usefixtures("restored")
def test_the_figures_of_a_trial_open_their_customers(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    sample = sample_of("leasing")
    customers_of(company, sample)
    facts.set_provider(sample)
    first = published(company, "leasing", on=TODAY)
    draft = actions.create_draft_from_version(first, by=company.risk, on=TODAY)
    draft = actions.edit_text(draft, harder(draft.text), edition=1, by=company.risk, on=TODAY)
    client = entered(company.risk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/policies/versions/{draft.pk}/trials/", {"as_of": TODAY.isoformat()})
    trial = Trial.objects.get()
    assert answer["Location"] == f"/policies/trials/{trial.pk}/"
    assert trial.state == Trial.State.DONE, trial.problem
    page = text_of(client, f"/policies/trials/{trial.pk}/")
    for before, after, count, _amount in trial.summary["cells"]:
        if before != after:
            url = f"/policies/trials/{trial.pk}/customers/?show=all&before={before or '-'}&after={after or '-'}"
            assert url.replace("&", "&amp;") in page
            assert text_of(client, url).count('data-label="原等级"') == count
    assert trial.summary["movers"] > 0
    listed = text_of(client, f"/policies/trials/{trial.pk}/customers/")
    assert listed.count('data-label="原等级"') == trial.summary["movers"]
    assert "分数线由 90 改为 93" in listed
    export = client.post(f"/policies/trials/{trial.pk}/export/", {"query": "show=moved"})
    assert b"".join(export.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert Entry.objects.filter(act="policies.export_trial", is_look=True).count() == 1
    assert client.get(f"/policies/trials/{trial.pk}/progress/")["HX-Refresh"] == "true"
    actions.edit_text(draft, draft.text + "#\n", edition=draft.edition, by=company.risk, on=TODAY)
    assert "试算之后改过" in text_of(client, f"/policies/versions/{draft.pk}/")
    assert "之后改过" in text_of(client, f"/policies/trials/{trial.pk}/")


@pytest.mark.usefixtures("restored")
def test_sales_sees_no_trial_and_drafts_nothing(company: Company) -> None:
    sample = sample_of("leasing")
    customers_of(company, sample)
    facts.set_provider(sample)
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)
    trial = actions.start_trial(draft, by=company.risk, on=TODAY)
    trying.run(trial.pk)
    client = entered(company.sales)
    assert "提交审批" not in text_of(client, f"/policies/versions/{draft.pk}/")
    for url in (f"/policies/trials/{trial.pk}/", f"/policies/trials/{trial.pk}/customers/", "/policies/new/"):
        text_of(client, url, 403)
    for url in ("submit", "discard", "publish", "copy", "remind"):
        assert client.post(f"/policies/versions/{draft.pk}/{url}/").status_code == 403
    for person in (company.system_admin, company.security_admin, company.audit_admin):
        text_of(entered(person), "/policies/", 403)
    text_of(entered(company.internal_audit), f"/policies/trials/{trial.pk}/")
    assert entered(company.internal_audit).post(f"/policies/versions/{draft.pk}/trials/", {"as_of": TODAY}).status_code in (
        200, 403,
    )  # fmt: skip
    assert Trial.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_versions(company: Company) -> None:
    client = entered(company.risk)
    first = published(company, "leasing", on=TODAY - timedelta(days=40))
    text_of(client, f"/policies/{first.policy_id}/")
    with CaptureQueriesContext(connection) as before:
        text_of(client, f"/policies/{first.policy_id}/")
    for days in (30, 20, 10):
        published(company, "leasing", on=TODAY - timedelta(days=days))
    with CaptureQueriesContext(connection) as after:
        text_of(client, f"/policies/{first.policy_id}/")
    assert len(after) == len(before)
