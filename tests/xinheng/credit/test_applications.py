"""Applications for a limit: by whom, to whom, for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from grading import graded
from lending import DAY, is_sound, leased, now
from policies import published
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import apply_for_limit, check_order
from xinheng.credit.core import limits
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, Application, Grant, Hold
from xinheng.ledger.actions import enter_contract
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(30)


@pytest.fixture
def account(company: Company) -> Account:
    """Give the account of a customer with grade A and a limit of 200,000 yuan."""
    graded(company.ours, published(company, "sales-credit", on=DAY), "A", on=DAY)
    account = Account.objects.get(customer=company.ours)
    limits.grant(account, Limit("revolving", "grade", 200_000_00, DAY), by=SYSTEM, on=DAY)
    return now(account)


def ask(company: Company, **more: Any) -> Application:
    told: dict[str, Any] = {
        "kind": "revolving", "amount": 300_000_00, "until_day": LATER, "reason": "旺季备货", "by": company.sales, "on": DAY,
    }  # fmt: skip
    return apply_for_limit(company.ours, **(told | more))


def decide(who: Any, outcome: str = "agree", on: Any = DAY) -> None:
    finish_item(Item.objects.get(state="open", act="approve"), by=who, on=on, outcome=outcome, remarks="看过")


def test_whom_the_policy_names_grants_it_and_orders_that_waited_go_on(company: Company, account: Account) -> None:
    asked = ask(company)
    with pytest.raises(Refusal):
        decide(company.sales)
    decide(company.finance)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, now(account).granted) == ("granted", company.finance, 300_000_00)
    assert now(account).valid_until == LATER
    assert is_sound()


def test_what_is_refused_grants_nothing_and_may_be_asked_again(company: Company, account: Account) -> None:
    asked = ask(company)
    with pytest.raises(Refusal, match="已有一份"):
        ask(company)
    decide(company.finance, "refuse")
    asked.refresh_from_db()
    assert (asked.state, now(account).granted) == ("refused", 200_000_00)
    assert ask(company).pk != asked.pk


def test_a_temporary_limit_comes_on_top_and_ends_by_itself(company: Company, account: Account) -> None:
    ask(company, kind="temporary", amount=50_000_00)
    decide(company.finance)
    assert now(account).granted == 250_000_00
    grant = Grant.objects.get(kind="temporary")
    assert (grant.until_day, grant.cause) == (LATER, "application")


def test_a_single_limit_serves_the_order_that_names_it(company: Company, account: Account) -> None:
    ask(company, kind="single", amount=50_000_00)
    decide(company.finance)
    single = Grant.objects.get(kind="single")
    enter_contract(company.ours, number="HT1", signed_on=DAY, by=company.sales)
    told: dict[str, Any] = {"by": company.sales, "on": DAY, "amount": 250_000_00}
    assert check_order(company.ours, number="SO1", **told).state == "held"
    assert check_order(company.ours, number="SO1", single=single, **told).state == "passed"
    single.refresh_from_db()
    assert (single.hold, now(account).granted) == (Hold.objects.get(), 250_000_00)
    assert is_sound()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "理由"),
        ({"amount": 200_000_00}, "不必申请"),
        ({"amount": 0}, "大于 0"),
        ({"until_day": DAY}, "失效日"),
        ({"until_day": DAY + timedelta(367)}, "366 天"),
        ({"from_day": DAY - timedelta(1)}, "早于今天"),
        ({"kind": "temporary", "until_day": DAY + timedelta(181)}, "180 天"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused(
    company: Company, account: Account, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        ask(company, **wrong)


def test_the_day_that_was_asked_for_may_pass_before_it_is_decided(company: Company, account: Account) -> None:
    ask(company, until_day=DAY + timedelta(2))
    with pytest.raises(Refusal, match="失效日"):
        decide(company.finance, on=DAY + timedelta(2))
    assert now(account).granted == 200_000_00


def test_the_form_says_how_long_a_limit_may_last_and_takes_the_longest_where_no_day_is_told(company: Company) -> None:
    today = timezone.localdate()
    customer = leased(company).customer
    client = Client()
    client.force_login(company.sales)
    address = reverse("credit.apply", args=[customer.pk])
    assert "循环额度 366 天、临时额度 180 天、单笔额度 90 天" in client.get(address).content.decode()
    told = {"kind": "temporary", "amount": "500", "from_day": today.isoformat(), "reason": "旺季"}
    assert client.post(address, told).status_code == 302
    assert Application.objects.get().until_day == today + timedelta(180)
