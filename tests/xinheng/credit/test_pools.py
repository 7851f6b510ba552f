"""Limits that several share: exact when near, no queue when far."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from company import Company
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import exposure, holds, joining, pools
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.holds import Beyond, Short
from xinheng.credit.models import Account, Hold, Pool, Slot

BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def test_members_share_a_limit_to_the_cent(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, None)
    pool = pools.found("group", "甬江集团", 100_03, members=[one, two])
    assert isinstance(holds.reserve(one, 60_00, **BY), Hold)
    short = holds.reserve(two, 40_04, **BY)
    assert isinstance(short, Short)
    assert (short.reason, short.pool, short.missing) == ("pool", pool, 1)
    assert (now(two).reserved, now(one).reserved) == (0, 60_00)
    hold = holds.reserve(two, 40_03, **BY)
    assert isinstance(hold, Hold)
    assert pools.free(pool) == 0
    assert is_sound()
    holds.release(hold, 10_00, **BY)
    assert isinstance(holds.reserve(one, 10_00, **BY), Hold)
    assert is_sound()


def test_what_members_owe_counts_also_when_they_join_and_leave(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    exposure.book(one, [Step("receivables", 70_00, "I1")], **BY)
    pool = pools.found("group", "甬江集团", 100_00, members=[one, two])
    assert pools.free(pool) == 30_00
    exposure.book(two, [Step("receivables", 50_00, "I2")], **BY)
    assert pools.free(pool) == -20_00
    assert isinstance(holds.reserve(one, 1, **BY), Short)
    assert isinstance(holds.reserve(one, 1, beyond=Beyond(pools=frozenset({"group"})), **BY), Hold)
    pools.leave(two, pool)
    assert pools.free(pool) == 29_99
    assert not now(two).is_pooled
    assert is_sound()


def test_a_shared_limit_may_be_lowered_under_what_is_taken_and_raised_again(company: Company) -> None:
    one = with_limit(company.ours, 1000_00)
    pool = pools.found("company", "公司总额", 500_00, members=[one])
    holds.reserve(one, 400_00, **BY)
    pools.resize(pool, 300_00)
    assert pools.free(pool) == -100_00
    assert isinstance(holds.reserve(one, 1, **BY), Short)
    pools.resize(pool, 400_01)
    assert isinstance(holds.reserve(one, 1, **BY), Hold)
    assert is_sound()


def test_far_from_its_limit_an_order_touches_one_slot_only(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    pools.found("company", "公司总额", 16_000_00, members=[one, two])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        holds.reserve(one, 100_00, **BY)
    touched = [query["sql"] for query in asked if query["sql"].startswith('UPDATE "credit_slot"')]
    assert len(touched) == 1
    assert Slot.objects.filter(taken__gt=0).count() == 1
    holds.reserve(two, 100_00, **BY)
    assert Slot.objects.filter(taken__gt=0).count() == 2


@pytest.mark.parametrize("amount", [0, 1, 15, 16, 17, -1, -33])
def test_an_amount_is_spread_without_losing_a_cent(amount: int) -> None:
    parts = pools.spread(amount, 16)
    assert sum(parts) == amount
    assert max(parts) - min(parts) <= 1


def test_a_limit_that_ended_stops_nobody(company: Company) -> None:
    one = with_limit(company.ours, 1000_00)
    pool = pools.found("department", "销售一部", 10_00, members=[one])
    Pool.objects.filter(pk=pool.pk).update(ended_on=DAY)
    assert isinstance(holds.reserve(one, 100_00, **BY), Hold)


def test_facts_that_overdraw_one_slot_leave_no_room_in_another(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    assert one.pk % 16 != two.pk % 16
    pool = pools.found("group", "甬江集团", 160_00, members=[one, two])
    exposure.book(one, [Step("receivables", 158_00, "I1")], **BY)
    short = holds.reserve(two, 2_01, **BY)
    assert isinstance(short, Short)
    assert isinstance(holds.reserve(two, 1_99, **BY), Hold)
    exposure.book(one, [Step("receivables", 10_00, "I2")], **BY)
    assert pools.free(pool) == -9_99
    exposure.book(one, [Step("receivables", -9_00, "I2")], **BY)
    assert isinstance(holds.reserve(one, 1, **BY), Short)
    assert isinstance(holds.reserve(two, 1, **BY), Short)
    exposure.book(one, [Step("receivables", -1_00, "I2")], **BY)
    assert isinstance(holds.reserve(two, 1, **BY), Hold)
    assert pools.free(pool) == 0
    assert is_sound()


def test_whoever_joins_with_much_leaves_no_room_to_others(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    pool = pools.found("company", "公司总额", 160_00)
    holds.reserve(one, 500_00, **BY)
    joining.join_all(pool, Account.objects.all())
    assert isinstance(holds.reserve(two, 1, **BY), Short)
    joining.leave_all(pool, Account.objects.filter(pk=one.pk))
    assert isinstance(holds.reserve(two, 160_00, **BY), Hold)
    assert is_sound()
