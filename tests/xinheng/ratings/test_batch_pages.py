"""The pages of batches: asked for, watched, looked through, sent on; nothing for who has no business there."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from policies import published
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue, Customer, Kind, Status
from xinheng.org.models import Person
from xinheng.policies.models import Version
from xinheng.ratings import running
from xinheng.ratings.actions import batches as actions
from xinheng.ratings.models import Assessment, Batch, Rating

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_begin", lambda _pk: None)


@pytest.fixture
def leasing(company: Company) -> Version:
    """Give the leasing policy in force."""
    return published(company, "leasing", on=TODAY)


def entered(person: Person) -> Client:
    """Give a browser in which the person is signed in."""
    client = Client()
    client.force_login(person)
    return client


def text_of(client: Client, name: str, *args: int, query: str = "", status: int = 200) -> str:
    """Open a page."""
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == status, (name, answer.status_code)
    return str(answer.content.decode())


def rated_batch(company: Company, leasing: Version, count: int = 8) -> Batch:
    """Let a batch be rated, two customers of which cannot be."""
    for number in range(count):
        customer = Customer.objects.create(
            number=f"K{number:04d}", name=f"批量客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"],
        )  # fmt: skip
        for name, text in {"strength": "8", "potential": "12", "reputation": f"{number}", "payment": "20",
                           "other": "8"}.items():  # fmt: skip
            CardValue.objects.create(
                customer=customer, field=f"leasing.{name}", plain=text, source="visit", as_of=date(2026, 1, 1), trust=2
            )
    batch = actions.start_batch(leasing, as_of=TODAY, segment={}, by=company.risk, on=TODAY)
    running.run(batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_batch_is_asked_for_in_the_form(company: Company, leasing: Version) -> None:
    client = entered(company.risk)
    assert "发起批量评级" in text_of(client, "ratings.batches")
    assert leasing.policy.title in text_of(client, "ratings.start_batch")
    answer = client.post(
        reverse("ratings.start_batch"),
        {"version": leasing.pk, "as_of": TODAY.isoformat(), "kind": ["enterprise"], "why": "季度评级"},
    )
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("ratings.batch", args=[batch.pk])
    assert batch.segment == {"kind": ["enterprise"]}
    told = text_of(client, "ratings.batch", batch.pk)
    assert "已排队" in told
    assert "季度评级" in told
    assert "企业" in text_of(client, "ratings.batches")


def test_what_cannot_be_is_said_and_the_form_stays_filled_in(company: Company, leasing: Version) -> None:
    told = entered(company.risk).post(
        reverse("ratings.start_batch"),
        {"version": leasing.pk, "as_of": TODAY.isoformat(), "kind": ["government"], "why": "季度评级"},
    )
    assert "没有符合条件的在档客户" in told.content.decode()
    assert 'value="季度评级"' in told.content.decode()


def test_each_figure_opens_its_list(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing)
    client = entered(company.credit_group)
    told = text_of(client, "ratings.batch", batch.pk)
    assert f"{batch.done}</span>" in told
    for after, count in {cell[1]: cell[2] for cell in batch.summary["cells"]}.items():
        listed = text_of(client, "ratings.movers", batch.pk, query=f"?show=all&before=-&after={after}")
        assert f"共 {count} 家" in listed
    assert "批量客户3" in text_of(client, "ratings.movers", batch.pk, query="?show=first")
    missing = text_of(client, "ratings.batch_refused", batch.pk)
    assert company.ours.name in missing
    assert "缺少" in missing
    assert batch.refused == 2


def test_the_list_is_exported_and_that_is_recorded(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing)
    answer = entered(company.credit_group).post(reverse("ratings.batch_export", args=[batch.pk]), {"query": "show=all"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert sum(1 for row in cells if str(row[0]).startswith("K00")) == batch.done
    line = Entry.objects.get(act="ratings.export_batch")
    assert line.is_look
    assert line.after["rows"] == batch.done


def test_who_started_it_does_not_let_it_take_force(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing)
    if actions.approval_of(leasing) is None:
        client = entered(company.risk)
        assert "须由另一人审阅后才能生效" in text_of(client, "ratings.batch", batch.pk)
        client.post(reverse("ratings.send_batch", args=[batch.pk]), {"why": "看过"})
        batch.refresh_from_db()
        assert batch.state == Batch.State.RATED
    entered(company.credit_group).post(reverse("ratings.send_batch", args=[batch.pk]), {"why": "看过"})
    assert Entry.objects.filter(act__in=("ratings.apply_batch", "ratings.send_batch")).count() == 1


def test_those_ticked_get_a_case(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing)
    rating = Rating.objects.filter(batch=batch).first()
    assert rating is not None
    client = entered(company.credit_group)
    client.post(reverse("ratings.batch_choose", args=[batch.pk]), {"rating": [rating.pk], "why": "复核"})
    assert Assessment.objects.get().customer_id == rating.customer_id
    assert "转人工评估" in text_of(client, "ratings.movers", batch.pk, query="?show=all")


def test_a_batch_is_called_off_with_a_reason(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing, 2)
    client = entered(company.risk)
    client.post(reverse("ratings.cancel_batch", args=[batch.pk]), {"why": ""})
    batch.refresh_from_db()
    assert batch.state == Batch.State.RATED
    client.post(reverse("ratings.cancel_batch", args=[batch.pk]), {"why": "资料有误"})
    batch.refresh_from_db()
    assert batch.state == Batch.State.CANCELLED


def test_sales_and_administrators_have_no_business_there(company: Company, leasing: Version) -> None:
    batch = rated_batch(company, leasing, 1)
    for person in (company.sales, company.system_admin, company.audit_admin):
        for name, args in (("ratings.batches", ()), ("ratings.batch", (batch.pk,)), ("ratings.movers", (batch.pk,))):
            answer = entered(person).get(reverse(name, args=args))
            assert answer.status_code in {403, 404}, (person, name)
