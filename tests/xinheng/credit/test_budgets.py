"""The ceiling of a company and the budgets of departments: who sets them, whom they bind, and who joins by rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import check_order, propose_budget
from xinheng.credit.actions.budgets import pool_of
from xinheng.credit.core import exposure, holds, joining, pools
from xinheng.credit.core.accounts import open_account, open_accounts
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.proving import prove_pools
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, Budget, Hold, Pool
from xinheng.customers.actions import change_owner
from xinheng.customers.models import Customer
from xinheng.ledger.models import Company as Seller
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def propose(company: Company, whose: Any, amount: int | None, **more: Any) -> Budget:
    told: dict[str, Any] = {"reason": "年度授信计划", "by": company.credit_group, "on": DAY}
    return propose_budget(whose, amount=amount, **(told | more))


def decide(company: Company, outcome: str = "agree", by: Any = None) -> None:
    item = Item.objects.get(state="open", act="approve")
    finish_item(item, by=by or company.general_manager, on=DAY, outcome=outcome, remarks="同意")


def set_budget(company: Company, whose: Any, amount: int | None) -> Pool:
    propose(company, whose, amount)
    decide(company)
    pool = pool_of(whose)
    assert pool is not None
    return pool


def test_a_ceiling_binds_every_account_at_once_with_what_is_used_by_then(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    exposure.book(one, [Step("receivables", 300_00, "I1")], **BY)
    pool = set_budget(company, Seller.default(), 500_00)
    assert (pool.members.count(), pools.free(pool)) == (2, 200_00)
    waiting = check_order(company.theirs, number="SO1", amount=200_01, by=company.stranger, on=DAY)
    assert (waiting.state, waiting.found[0]["scope"]) == ("blocked", "company")
    assert now(two).reserved == 0
    set_budget(company, Seller.default(), 500_01)
    waiting.refresh_from_db()
    pool.refresh_from_db()
    assert (waiting.state, pools.free(pool)) == ("passed", 0)
    assert is_sound()


def test_one_proposes_and_another_decides(company: Company) -> None:
    with pytest.raises(Refusal, match="角色"):
        propose(company, Seller.default(), 1, by=company.sales)
    with pytest.raises(Refusal, match="理由"):
        propose(company, Seller.default(), 1, reason=" ")
    with pytest.raises(Refusal, match="不必停用"):
        propose(company, Seller.default(), None)
    asked = propose(company, Seller.default(), 500_00, by=company.general_manager)
    with pytest.raises(Refusal, match="在审批"):
        propose(company, Seller.default(), 600_00)
    with pytest.raises(Refusal):
        decide(company)
    assert not Pool.objects.exists()
    decide(company, "refuse", by=company.deputy_gm)
    asked.refresh_from_db()
    assert (asked.state, Pool.objects.exists()) == ("refused", False)


def test_a_budget_binds_the_department_and_those_below_it_only(company: Company) -> None:
    below = Customer.objects.create(
        number="C9", name="嘉兴南湖电机有限公司", kind="enterprise", status="filed",
        department=company.departments["east"], owner=company.junior,
    )  # fmt: skip
    with_limit(company.ours, 1000_00)
    with_limit(company.theirs, 1000_00)
    with_limit(below, 1000_00)
    pool = set_budget(company, company.departments["sales1"], 100_00)
    assert set(pool.members.values_list("customer", flat=True)) == {company.ours.pk, below.pk}
    assert check_order(company.ours, number="SO1", amount=60_00, by=company.sales, on=DAY).state == "passed"
    assert check_order(below, number="SO2", amount=60_00, by=company.junior, on=DAY).found[0]["scope"] == "department"
    assert check_order(company.theirs, number="SO3", amount=600_00, by=company.stranger, on=DAY).state == "passed"
    assert is_sound()


def test_accounts_join_as_they_are_opened_and_follow_the_customer_to_another_department(company: Company) -> None:
    pool = set_budget(company, company.departments["sales1"], 100_00)
    ceiling = set_budget(company, Seller.default(), 900_00)
    account = open_account(company.ours)
    open_accounts([company.theirs.pk], Seller.default())
    assert account.is_pooled
    assert (pool.members.count(), ceiling.members.count()) == (1, 2)
    exposure.book(account, [Step("receivables", 30_00, "I1")], **BY)
    assert (pools.free(pool), pools.free(ceiling)) == (70_00, 870_00)
    change_owner(company.ours, by=company.marketing_manager, on=DAY, why="调整片区", owner=company.stranger)
    assert (pools.free(pool), pool.members.count(), pools.free(ceiling)) == (100_00, 0, 870_00)
    assert is_sound()


def test_what_slipped_is_told_by_the_proof_and_brought_in_by_the_day(company: Company) -> None:
    with_limit(company.ours, 1000_00)
    pool = set_budget(company, company.departments["sales2"], 100_00)
    Customer.objects.filter(pk=company.ours.pk).update(department=company.departments["sales2"])
    assert [(one.what, one.stands, one.should) for one in prove_pools()] == [("members", 0, 1)]
    daily(on=DAY)
    assert pool.members.count() == 1
    assert is_sound()


def test_taken_away_it_binds_nobody(company: Company) -> None:
    account = with_limit(company.ours, 1000_00)
    set_budget(company, Seller.default(), 10_00)
    waiting = check_order(company.ours, number="SO1", amount=500_00, by=company.sales, on=DAY)
    assert waiting.is_waiting
    propose(company, Seller.default(), None)
    decide(company)
    waiting.refresh_from_db()
    assert (waiting.state, now(account).is_pooled, pool_of(Seller.default())) == ("passed", False, None)
    assert isinstance(holds.reserve(account, 500_00, **BY), Hold)
    assert is_sound()


def test_joining_takes_as_many_statements_for_many_accounts_as_for_two(company: Company) -> None:
    pool = pools.found("company", "授信总额", 10**12)
    Pool.objects.filter(pk=pool.pk).update(company=Seller.default())
    pool.refresh_from_db()
    two = [company.ours, company.theirs]
    Account.objects.bulk_create(Account(customer=one, company=Seller.default(), used=1_00) for one in two)
    with CaptureQueriesContext(connection) as few:
        assert joining.follow(pool) == (2, 0)
    joining.leave_all(pool, Account.objects.all())
    more = Customer.objects.bulk_create(
        Customer(number=f"M{n}", name=f"客户{n}", kind="enterprise", department=company.departments["sales1"])
        for n in range(300)
    )
    Account.objects.bulk_create(Account(customer=one, company=Seller.default(), used=1_00) for one in more)
    with CaptureQueriesContext(connection) as many:
        assert joining.follow(pool) == (302, 0)
    assert len(many) <= len(few) + 16
    assert pools.free(pool) == 10**12 - 302_00


def test_it_is_set_and_seen_on_the_page(company: Company) -> None:
    with_limit(company.ours, 1000_00, on=timezone.localdate())
    client, leader = Client(), Client()
    client.force_login(company.finance)
    leader.force_login(company.general_manager)
    assert "还没有核定" in client.get(reverse("credit.budgets")).content.decode()
    whose = f"d{company.departments['sales1'].pk}"
    client.post(reverse("credit.budget"), {"whose": whose, "amount": "7777.77", "reason": "年度计划"})
    item = Item.objects.get(state="open", act="approve")
    assert "7,777.77" in leader.get(reverse("workflow.item", args=[item.pk])).content.decode()
    finish_item(item, by=company.general_manager, on=timezone.localdate(), outcome="agree", remarks="同意")
    shown = client.get(reverse("credit.budgets")).content.decode()
    assert "7,777.77" in shown
    assert "假定: 制度没有写谁可以放行" in shown
    assert (
        "没有变化"
        in client.post(
            reverse("credit.budget"), {"whose": whose, "amount": "7777.77", "reason": "年度计划"}
        ).content.decode()
    )
