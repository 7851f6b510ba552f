"""Accounts in other currencies in ceilings and budgets: at the rate of the day, exactly, whatever moves."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from lending import is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import check_order, propose_budget
from xinheng.credit.actions.budgets import pool_of
from xinheng.credit.core import exposure, holds, joining, limits, pools
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.holds import Beyond, Hold, Short
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.proving import prove_pools
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, Pool
from xinheng.customers.actions import merge_customers
from xinheng.customers.models import Customer
from xinheng.ledger.actions import reverse_rate, set_rate
from xinheng.ledger.models import Company as Seller
from xinheng.org.actions import change_department
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


def today() -> Any:
    return timezone.localdate()


def usd(company: Company, granted: int = 1000_00, customer: Any = None) -> Account:
    account = open_account(customer or company.ours, currency="USD")
    day = today() - timedelta(400)
    limits.grant(account, Limit("revolving", "application", granted, day), by=SYSTEM, on=today())
    return now(account)


def ceiling(company: Company, amount: int, whose: Any = None) -> Pool:
    whose = whose or Seller.default()
    propose_budget(whose, amount=amount, reason="年度计划", by=company.credit_group, on=today())
    finish_item(Item.objects.get(state="open", act="approve"), by=company.general_manager, on=today(), outcome="agree")
    pool = pool_of(whose)
    assert pool is not None
    return pool


def rate(company: Company, worth: str, days: int = 0) -> Any:
    return set_rate(
        currency="USD", since=today() + timedelta(days), rate=Decimal(worth), by=company.finance
    )  # fmt: skip


def book(account: Account, cents: int) -> None:
    exposure.book(account, [Step("receivables", cents, "I1")], by=SYSTEM, on=today())


def test_what_a_foreign_account_takes_counts_at_the_rate_of_the_day(company: Company) -> None:
    rate(company, "7.1234", -10)
    account = usd(company)
    book(account, 100_01)
    pool = ceiling(company, 10_000_00)
    assert pools.free(pool) == 10_000_00 - 712_41  # 100.01 x 7.1234 = 712.4112..
    got = holds.reserve(account, 33_33, by=SYSTEM, on=today())
    assert isinstance(got, Hold)
    assert pools.free(pool) == 10_000_00 - 949_83  # 133.34 x 7.1234 = 949.8341..
    holds.release(got, by=SYSTEM, on=today())
    book(account, -100_01)
    assert pools.free(pool) == 10_000_00
    assert is_sound(on=today())


def test_the_ceiling_binds_an_order_in_another_currency(company: Company) -> None:
    rate(company, "7", -10)
    account = usd(company)
    pool = ceiling(company, 700_00)
    fits = holds.reserve(account, 100_00, by=SYSTEM, on=today())
    assert isinstance(fits, Hold)
    assert pools.free(pool) == 0
    short = holds.reserve(account, 1, by=SYSTEM, on=today())
    assert isinstance(short, Short)
    assert (short.reason, short.missing) == ("pool", 7)
    waiting = check_order(
        company.ours, number="SO1", amount=10_00, currency="USD", by=company.sales, on=today()
    )  # fmt: skip
    assert "还差 70.00 元" in "".join(one["said"] for one in waiting.found)
    assert is_sound(on=today())


def test_another_rate_counts_at_once_and_frees_orders_that_wait(company: Company) -> None:
    rate(company, "8", -10)
    account = usd(company)
    pool = ceiling(company, 700_00)
    waiting = check_order(
        company.ours, number="SO1", amount=100_00, currency="USD", by=company.sales, on=today()
    )  # fmt: skip
    assert waiting.is_waiting
    book(account, 10_00)
    assert pools.free(pool) == 620_00
    rate(company, "6.3")
    waiting.refresh_from_db()
    assert not waiting.is_waiting
    assert pools.free(pool) == 700_00 - 693_00
    assert is_sound(on=today())


def test_a_rate_that_begins_later_counts_from_its_day_and_one_taken_back_no_more(company: Company) -> None:
    rate(company, "7", -10)
    book(usd(company), 10_00)
    pool = ceiling(company, 700_00)
    later = rate(company, "8", 5)
    assert pools.free(pool) == 630_00
    daily(on=today() + timedelta(5))
    assert pools.free(pool) == 620_00
    reverse_rate(later, by=company.finance, on=today() + timedelta(5), why="录错")
    assert pools.free(pool) == 630_00
    assert is_sound(on=today())


def test_without_a_rate_it_does_not_count_and_the_page_says_so(company: Company, client: Client) -> None:
    account = usd(company)
    book(account, 10_00)
    pool = ceiling(company, 700_00)
    assert (pools.free(pool), now(account).is_pooled) == (700_00, False)
    client.force_login(company.finance)
    assert "没有今天的汇率" in client.get(reverse("credit.budgets")).content.decode()
    rate(company, "7")
    assert (pools.free(pool), now(account).is_pooled) == (630_00, True)
    page = client.get(reverse("credit.budgets")).content.decode()
    assert "没有今天的汇率" not in page
    assert "USD 按 7" in page
    assert is_sound(on=today())


def test_however_it_moves_slots_are_what_members_take(company: Company) -> None:
    rate(company, "7.00731", -10)
    mixed = [with_limit(company.ours, 90_000_00, on=today()), usd(company, 9_000_00)]
    pool = ceiling(company, 50_000_00)
    chance = random.Random(7)
    held: list[Hold] = []
    for step in range(60):
        account = chance.choice(mixed)
        match chance.randrange(4):
            case 0:
                got = holds.reserve(account, chance.randrange(1, 500_00), by=SYSTEM, on=today(), beyond=Beyond())
                held += [got] if isinstance(got, Hold) else []
            case 1 if held:
                holds.release(held.pop(), by=SYSTEM, on=today())
            case 2:
                book(account, chance.randrange(-300_00, 300_00))
            case _ if step % 7 == 0:
                set_rate(
                    currency="USD", since=today() - timedelta(9 - step // 7),
                    rate=Decimal(chance.randrange(60_000, 80_000)) / 10_000, by=company.finance,
                )  # fmt: skip
    assert prove_pools() == []
    assert pool.granted - pools.free(pool) == sum(pools.taken_by(now(one)) for one in mixed)


@pytest.mark.django_db(transaction=True)
def test_a_rate_that_changes_while_orders_come_loses_no_cent(company: Company) -> None:
    rate(company, "7", -10)
    accounts = [usd(company, 9_000_00), usd(company, 9_000_00, company.theirs)]
    pool = ceiling(company, 50_000_00)

    def client(number: int) -> int:
        try:
            if number == 0:
                return sum(joining.rerate("USD", Decimal(70_001 + turn) / 10_000) for turn in range(6))
            stale = Account.objects.get(pk=accounts[number % 2].pk)
            got = [holds.reserve(stale, 3_33, by=SYSTEM, on=today()) for _turn in range(6)]
            holds.release(next(one for one in got if isinstance(one, Hold)), by=SYSTEM, on=today())
            return len(got)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(client, number) for number in range(4)]
        assert [one.result() for one in done] == [12, 6, 6, 6]
    assert pool.granted - pools.free(pool) == sum(pools.taken_by(now(one)) for one in accounts) > 0
    assert is_sound(on=today())


def test_a_merged_customers_account_shares_the_budget_in_the_act(company: Company) -> None:
    twin = Customer.objects.create(
        number="C9", name="宁波甬江机械有限公司二厂", kind=company.ours.kind, status="filed",
        department=company.departments["sales2"], owner=company.stranger,
    )  # fmt: skip
    book(with_limit(twin, 1000_00), 10_00)
    pool = ceiling(company, 100_00, company.departments["sales1"])
    assert pool.members.count() == 0
    merge_customers(company.ours, twin, by=company.archivist, on=today(), why="同一家")
    assert (pool.members.count(), pools.free(pool)) == (1, 90_00)
    assert is_sound(on=today())


def test_a_department_that_is_moved_takes_its_customers_along_in_the_act(company: Company) -> None:
    book(with_limit(company.ours, 1000_00), 10_00)
    pool = ceiling(company, 100_00, company.departments["sales2"])
    moved = company.departments["sales1"]
    change_department(
        moved, code=moved.code, name=moved.name, parent=company.departments["sales2"], head=moved.head,
        by=company.security_admin,
    )  # fmt: skip
    assert (pool.members.count(), pools.free(pool)) == (1, 90_00)
    assert is_sound(on=today())
