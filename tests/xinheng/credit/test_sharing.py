"""The limit that a group shares."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import check_order, share_in_group
from xinheng.credit.core import holds, pools
from xinheng.credit.jobs import daily
from xinheng.credit.models import Hold, Pool
from xinheng.customers.models import Customer

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


@pytest.fixture
def group(company: Company) -> Company:
    """Let one customer stand above the other, each with a limit of his own."""
    Customer.objects.filter(pk=company.theirs.pk).update(parent=company.ours)
    company.theirs.refresh_from_db()
    with_limit(company.ours, 1000_00)
    with_limit(company.theirs, 1000_00)
    return company


def share(company: Company, amount: int, **more: Any) -> Pool:
    told: dict[str, Any] = {"by": company.general_manager, "on": DAY, "why": "集团合并控制"}
    return share_in_group(company.theirs, amount=amount, **(told | more))


def test_an_order_of_one_waits_for_what_the_other_took_and_passes_when_the_limit_is_raised(group: Company) -> None:
    pool = share(group, 1200_00)
    check_order(group.ours, number="SO1", amount=800_00, by=group.sales, on=DAY)
    waiting = check_order(group.theirs, number="SO2", amount=400_01, by=group.stranger, on=DAY)
    assert waiting.state == "blocked"
    assert "还差 0.01 元" in waiting.found[0]["said"]
    share(group, 1200_01)
    waiting.refresh_from_db()
    assert (waiting.state, pools.free(pool.__class__.objects.get())) == ("passed", 0)
    assert is_sound()


def test_who_leaves_the_group_shares_its_limit_no_more(group: Company) -> None:
    pool = share(group, 500_00)
    assert isinstance(holds.reserve(group.theirs.credit_accounts.get(), 300_00, **BY), Hold)
    Customer.objects.filter(pk=group.theirs.pk).update(parent=None)
    daily(on=DAY)
    assert pools.free(pool) == 500_00
    assert is_sound()


def test_it_is_set_by_leaders_with_a_reason_for_a_group_only(group: Company) -> None:
    with pytest.raises(Refusal, match="角色"):
        share(group, 1, by=group.finance)
    with pytest.raises(Refusal, match="理由"):
        share(group, 1, why=" ")
    Customer.objects.filter(pk=group.theirs.pk).update(parent=None)
    group.theirs.refresh_from_db()
    with pytest.raises(Refusal, match="不属于任何集团"):
        share(group, 1)
    assert not Pool.objects.exists()


def test_it_is_set_and_seen_on_the_page(group: Company) -> None:
    client = Client()
    client.force_login(group.deputy_gm)
    page = reverse("credit.share", args=[group.ours.pk])
    assert group.theirs.name in client.get(page).content.decode()
    client.post(page, {"amount": "777.77", "why": "集团合并控制"})
    shown = client.get(reverse("credit.customer", args=[group.ours.pk])).content.decode()
    assert "777.77" in shown
    assert Pool.objects.get().head == group.ours
