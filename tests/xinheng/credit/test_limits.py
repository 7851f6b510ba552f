"""What is granted on a day: revolving, temporary, and for a single order; each ends by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Q

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import holds, limits
from xinheng.credit.core.accounts import granted_on
from xinheng.credit.core.holds import Beyond, Short
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Grant, Hold

BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def on_day(days: int) -> date:
    return DAY + timedelta(days)


def test_a_temporary_limit_counts_from_its_first_day_to_the_day_before_its_last(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    limits.grant(account, Limit("temporary", "application", 50_00, on_day(2), on_day(5)), **BY)
    assert [granted_on(account, on_day(n)).amount for n in (0, 1, 2, 4, 5)] == [100_00, 100_00, 150_00, 150_00, 100_00]
    assert isinstance(holds.reserve(account, 150_00, by=SYSTEM, on=on_day(1)), Short)
    assert isinstance(holds.reserve(account, 150_00, by=SYSTEM, on=on_day(2)), Hold)
    short = holds.reserve(account, 1, by=SYSTEM, on=on_day(5))
    assert isinstance(short, Short)
    assert short.missing == 50_01
    assert now(account).free == -50_00
    assert is_sound(on=on_day(5))


def test_a_single_limit_serves_one_order_and_ends_by_itself(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    single = limits.grant(account, Limit("single", "application", 50_00, DAY, on_day(10)), **BY)
    assert now(account).granted == 100_00
    hold = holds.reserve(account, 150_00, beyond=Beyond(single=single), **BY)
    assert isinstance(hold, Hold)
    assert now(account).granted == 150_00
    with pytest.raises(Refusal, match="单笔额度"):
        holds.reserve(account, 1, beyond=Beyond(single=single, over=100), **BY)
    holds.use(hold, 150_00, **BY)
    assert isinstance(holds.reserve(account, 1, by=SYSTEM, on=on_day(10)), Short)
    assert (now(account).granted, now(account).free) == (100_00, -50_00)
    assert is_sound(on=on_day(10))


def test_a_single_limit_whose_order_was_dropped_may_serve_another(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    single = limits.grant(account, Limit("single", "application", 50_00, DAY, on_day(10)), **BY)
    first = holds.reserve(account, 150_00, beyond=Beyond(single=single), **BY)
    assert isinstance(first, Hold)
    holds.release(first, **BY)
    assert now(account).granted == 100_00
    assert isinstance(holds.reserve(account, 120_00, beyond=Beyond(single=single), **BY), Hold)
    assert is_sound()


def test_a_limit_that_was_approved_decides_until_it_ends(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    limits.grant(account, Limit("revolving", "application", 300_00, DAY, on_day(30)), **BY)
    limits.grant(account, Limit("revolving", "grade", 120_00, on_day(3)), **BY)
    assert [granted_on(account, on_day(n)).amount for n in (0, 3, 29, 30)] == [300_00, 300_00, 300_00, 120_00]
    limits.end(account, Q(cause=Grant.Cause.APPLICATION), by=SYSTEM, on=on_day(4))
    assert [granted_on(account, on_day(n)).amount for n in (3, 4)] == [300_00, 120_00]


def test_nothing_is_put_on_top_of_no_limit(company: Company) -> None:
    account = with_limit(company.ours, None)
    with pytest.raises(Refusal, match="还没有循环额度"):
        limits.grant(account, Limit("temporary", "application", 50_00, DAY, on_day(5)), **BY)


def test_the_limit_of_one_company_is_not_that_of_another(company: Company) -> None:
    ours, other = with_limit(company.ours, 100_00), with_limit(company.ours, None, company="B")
    assert isinstance(holds.reserve(other, 1000_00, **BY), Hold)
    assert (now(ours).reserved, now(other).reserved) == (0, 1000_00)
