"""Two-phase use without documents in the ledger, and limits for a single order: by page and by API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from lending import is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.connect.actions import issue_token
from xinheng.credit.actions import check_order, drop_order, return_order, use_order
from xinheng.credit.core import limits
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, Grant, OrderCheck
from xinheng.ledger.actions import enter_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company: Company) -> Account:
    """Give an account with a limit of 1,000 yuan; no policy is in force, the account alone decides."""
    return with_limit(company.ours, 1000_00, on=timezone.localdate())


def check(company: Company, number: str, yuan: int, **more: Any) -> OrderCheck:
    today = timezone.localdate()
    return check_order(company.ours, number=number, amount=yuan * 100, by=company.sales, on=today, **more)


def single_of(account: Account, yuan: int) -> Grant:
    today = timezone.localdate()
    limit = Limit("single", "application", yuan * 100, today, today + timedelta(9))
    return limits.grant(account, limit, by=SYSTEM, on=today)


def balances(account: Account) -> tuple[int, int]:
    row = now(account)
    return row.used // 100, row.reserved // 100


def test_what_is_reserved_is_used_in_parts_and_returned(company: Company, account: Account) -> None:
    told = {"by": company.sales, "on": timezone.localdate()}
    checked, waiting = check(company, "SO1", 600), check(company, "SO2", 700)
    use_order(checked, amount=250_00, document="CK1", **told)
    use_order(checked, amount=350_00, **told)
    assert balances(account) == (600, 0)
    with pytest.raises(Refusal):
        use_order(checked, amount=1, **told)
    with pytest.raises(Refusal, match="不能归还"):
        return_order(checked, amount=600_01, **told)
    return_order(checked, amount=300_00, **told)
    waiting.refresh_from_db()
    assert (waiting.state, balances(account)) == ("passed", (300, 700)), "what was returned freed the order that waited"
    assert check(company, "SO1", 600).state == "passed", "what was used is not asked for again"
    drop_order(checked, why="剩余不做", **told)
    return_order(checked, amount=300_00, **told)
    assert balances(account) == (0, 700)
    assert is_sound(on=timezone.localdate())


def test_what_waits_or_stands_in_the_ledger_is_not_used_by_hand(company: Company, account: Account) -> None:
    told = {"by": company.sales, "on": timezone.localdate()}
    with pytest.raises(Refusal, match="没有预占"):
        use_order(check(company, "SO1", 1001), amount=1_00, **told)
    enter_order(company.ours, number="SO2", ordered_on=told["on"], amount=Decimal(500), by=company.sales)
    with pytest.raises(Refusal, match="随它的单据变动"):
        use_order(OrderCheck.objects.get(number="SO2"), amount=1_00, **told)
    with pytest.raises(Refusal):
        use_order(OrderCheck.objects.get(number="SO2"), amount=1_00, by=company.stranger, on=told["on"])


def test_an_order_used_before_it_came_into_the_ledger_counts_once(company: Company, account: Account) -> None:
    told = {"by": company.sales, "on": timezone.localdate()}
    checked = check(company, "SO1", 600)
    use_order(checked, amount=250_00, **told)
    enter_order(company.ours, number="SO1", ordered_on=told["on"], amount=Decimal(600), by=company.sales)
    assert balances(account) == (600, 0)
    assert is_sound(on=told["on"])


def test_a_single_limit_is_offered_taken_once_and_ends_with_its_order(company: Company, account: Account) -> None:
    client = Client()
    client.force_login(company.sales)
    page = reverse("credit.order", args=[company.ours.pk])
    assert 'name="single"' not in client.get(page).content.decode()
    single = single_of(account, 500)
    assert 'name="single"' in client.get(page).content.decode()
    waiting = check(company, "SO1", 1400)
    assert waiting.is_waiting
    shown = client.get(waiting.get_absolute_url()).content.decode()
    assert reverse("credit.single", args=[waiting.pk]) in shown
    client.post(reverse("credit.single", args=[waiting.pk]), {"single": single.pk})
    waiting.refresh_from_db()
    assert (waiting.state, now(account).granted, balances(account)) == ("passed", 1500_00, (0, 1400))
    assert 'name="single"' not in client.get(page).content.decode()
    drop_order(waiting, why="不做了", by=company.sales, on=timezone.localdate())
    assert now(account).granted == 1000_00
    assert 'name="single"' in client.get(page).content.decode()
    assert is_sound(on=timezone.localdate())


def test_a_single_limit_frees_the_order_that_waits_in_the_ledger(company: Company, account: Account) -> None:
    today = timezone.localdate()
    made = enter_order(company.ours, number="SO1", ordered_on=today, amount=Decimal(1400), by=company.sales)
    single = single_of(account, 500)
    check(company, "SO1", 1400, single=single)
    assert not made.lines.filter(is_waiting=True).exists()
    assert balances(account) == (1400, 0)
    assert is_sound(on=today)


def test_the_page_uses_and_returns(company: Company, account: Account) -> None:
    client = Client()
    client.force_login(company.sales)
    checked = check(company, "SO1", 600)
    client.post(reverse("credit.use", args=[checked.pk]), {"use-amount": "250", "use-document": "CK1"})
    assert balances(account) == (250, 350)
    wrong = client.post(reverse("credit.use", args=[checked.pk]), {"use-amount": "x"}, follow=True)
    assert "金额 (元)" in wrong.content.decode()
    client.post(reverse("credit.give_back", args=[checked.pk]), {"return-amount": "250"})
    assert balances(account) == (0, 350)


def test_other_systems_use_return_and_drop_each_request_once(company: Company, account: Account) -> None:
    today = timezone.localdate()
    _token, secret = issue_token(
        name="ERP", person=company.sales, scopes=["credit:check", "credit:read"], valid_until=today + timedelta(9),
        by=company.security_admin, on=today,
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(what: str, body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        whole = {"customer": "C0001", "number": "SO1"} | body
        return client.post(f"/api/v1/credit/checks{what}", whole, content_type="application/json", headers=headers)

    assert call("/use", {"amount": "1.00"}).status_code == 404
    single = single_of(account, 500)
    [offered] = client.get("/api/v1/credit/accounts", {"customer": "C0001"}).json()["single_limits"]
    assert (offered["id"], offered["amount"]) == (str(single.pk), "500.00")
    assert call("", {"amount": "1500.00", "single_limit": offered["id"]}).json()["decision"] == "passed"
    assert call("", {"number": "SO2", "amount": "1.00", "single_limit": offered["id"]}).status_code == 409
    first = call("/use", {"amount": "400.00", "document": "CK1"}, "u1")
    assert call("/use", {"amount": "400.00", "document": "CK1"}, "u1").json() == first.json()
    assert balances(account) == (400, 1100)
    again = call("/return", {"amount": "400.00", "document": "CK1"}, "u1")
    assert again.status_code == 409
    assert call("/return", {"amount": "100.00"}).status_code == 200
    assert call("/return", {"amount": "300.01"}).status_code == 409
    assert call("/drop", {"why": "客户取消"}).json()["decision"] == "dropped"
    assert balances(account) == (300, 0)
    assert is_sound(on=today)
