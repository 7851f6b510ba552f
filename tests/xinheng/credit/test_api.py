"""Orders checked and accounts read by other systems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from company import Company
from lending import now, with_limit
from xinheng.connect.actions import issue_token
from xinheng.credit.core import holds
from xinheng.credit.models import Account, Answer, OrderCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company: Company) -> Account:
    """Give an account with a limit of 1,000 yuan; no policy is in force, the account alone decides."""
    return with_limit(company.ours, 1000_00, on=timezone.localdate())


def caller(company: Company, person: Any, *scopes: str) -> Any:
    until = timezone.localdate() + timedelta(30)
    _token, secret = issue_token(
        name="ERP", person=person, scopes=list(scopes), valid_until=until, by=company.security_admin,
        on=timezone.localdate(),
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return client.post("/api/v1/credit/checks", body, content_type="application/json", headers=headers)

    call.get = lambda **asked: client.get("/api/v1/credit/accounts", asked)  # type: ignore[attr-defined]
    return call


def test_an_order_is_checked_and_the_answer_says_what_is_left(company: Company, account: Account) -> None:
    call = caller(company, company.sales, "credit:check", "credit:read")
    told = call({"customer": "C0001", "number": "SO1", "amount": "600.00"}).json()
    assert (told["decision"], told["free"], told["rules"]) == ("passed", "400.00", [])
    told = call({"customer": "C0001", "number": "SO2", "amount": "400.01"}).json()
    assert (told["decision"], told["reserved"]) == ("blocked", "600.00")
    assert "0.01" in told["rules"][0]["said"]
    assert call.get(customer="C0001").json()["free"] == "400.00"
    assert call.get(customer="C0001", currency="USD").json()["limit"] is None
    assert Account.objects.count() == 1


def test_a_request_with_a_key_takes_effect_once_and_its_answer_comes_again(company: Company, account: Account) -> None:
    call = caller(company, company.sales, "credit:check")
    order = {"customer": "C0001", "number": "SO1", "amount": "600.00"}
    first = call(order, "k1")
    holds.release(OrderCheck.objects.get().hold, by=company.sales, on=timezone.localdate())
    assert call(order, "k1").content == first.content
    assert (now(account).reserved, Answer.objects.count()) == (0, 1)
    other = call(order | {"amount": "600.01"}, "k1")
    assert other.status_code == 409
    assert "amount 不同" in other.json()["what"]


def test_who_has_not_the_scope_or_the_customer_is_refused(company: Company, account: Account) -> None:
    order = {"customer": "C0001", "number": "SO1", "amount": "1.00"}
    assert caller(company, company.sales, "credit:read")(order).status_code == 403
    assert caller(company, company.stranger, "credit:check")(order).status_code == 404
    assert caller(company, company.risk, "credit:check")(order).status_code == 409
    for wrong in ({"amount": "-1"}, {"amount": "1.001"}, {"amount": 1}, {"more": 1}, {"terms_days": -1}):
        assert caller(company, company.sales, "credit:check")(order | wrong).status_code == 422, wrong
    assert not OrderCheck.objects.exists()
