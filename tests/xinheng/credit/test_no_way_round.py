"""Ways round a limit, each tried: another currency, another company, a group, a closed file, a day that passed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, leased, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import check_order, share_in_group
from xinheng.credit.core import holds, joining, limits, pools
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Application, Hold, OrderCheck, Pool
from xinheng.credit.rules.asking import ask
from xinheng.customers.actions import set_parent
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger import actions as ledger
from xinheng.ledger.models import Company as Seller
from xinheng.ledger.models import Order
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}
NEXT = DAY + timedelta(1)


def check(of: Company, number: str, amount: int, **more: Any) -> OrderCheck:
    return check_order(of.ours, number=number, amount=amount * 100, **({"by": of.sales, "on": DAY} | more))


def rules(checked: OrderCheck) -> set[str]:
    return {one["rule"] for one in checked.found}


def dollars(company: Company) -> None:
    ledger.set_rate(currency="USD", since=DAY - timedelta(900), rate=Decimal(7), by=company.finance)


def test_a_limit_in_one_currency_is_none_in_another(company: Company) -> None:
    leased(company)
    dollars(company)
    checked = check(company, "SO1", 10_000_000, currency="USD")
    assert (checked.state, rules(checked)) == ("held", {"limit_exceeded"})
    assert "这里没有核定额度" in checked.found[0]["said"]
    account = open_account(company.ours, currency="USD")
    limits.grant(account, Limit("revolving", "application", 1_000_00, DAY, DAY + timedelta(30)), **BY)
    assert check(company, "SO2", 1_000, currency="USD").state == "passed"
    assert check(company, "SO3", 1, currency="USD").state == "passed"  # within the tolerance of 5 %
    assert check(company, "SO4", 50, currency="USD").state == "held"


def test_a_limit_is_applied_for_and_an_order_checked_on_the_page_in_another_currency(
    company: Company, client: Any
) -> None:
    leased(company)
    dollars(company)
    client.force_login(company.sales)
    address = f"/customers/{company.ours.pk}/credit/"
    asked = {"amount": "1000.00", "number": "SO1", "currency": "USD"}
    assert "这里没有核定额度" in client.get(f"{address}order/", asked).content.decode()
    wish = {
        "kind": "revolving", "amount": "5000.00", "currency": "USD", "from_day": str(timezone.localdate()),
        "until_day": "", "reason": "出口业务",
    }  # fmt: skip
    assert client.post(f"{address}apply/", wish).status_code == 302
    applied = Application.objects.get()
    assert (applied.account.currency, applied.amount, applied.before) == ("USD", 5_000_00, None)
    finish_item(
        Item.objects.get(state="open", act="approve"), by=company.deputy_gm, on=timezone.localdate(), outcome="agree"
    )
    assert client.post(f"{address}order/", asked).status_code == 302
    assert OrderCheck.objects.get().account == applied.account


def test_what_a_deposit_covers_needs_no_limit_and_what_it_covers_no_more_waits(company: Company) -> None:
    leased(company)
    dollars(company)
    ledger.enter_receipt(
        company.ours, number="YJ1", received_on=DAY, amount=Decimal(100), kind="deposit", by=company.finance,
        currency="USD",
    )  # fmt: skip
    assert check(company, "SO1", 100, currency="USD").state == "passed"
    [one] = check(company, "SO2", 1, currency="USD").found
    assert one["over"] == 1_00


def test_a_limit_with_one_company_of_the_group_is_none_with_another(company: Company) -> None:
    leased(company)
    other = Seller.objects.create(code="B", name="乙公司")
    ledger.enter_contract(company.ours, number="HT2", signed_on=DAY, by=company.sales, company=other)
    checked = check(company, "SO1", 1, company=other)
    assert (checked.state, rules(checked)) == ("held", {"limit_exceeded"})
    assert ask(company.ours, 1_00, on=DAY, company=other).verdict == "held"


def test_what_is_overdue_in_another_currency_stops_orders_in_this_one(company: Company) -> None:
    leased(company)
    dollars(company)
    late = DAY - timedelta(60)
    ledger.enter_invoice(
        company.ours, number="I1", invoiced_on=late, due_on=late, amount=Decimal(715), by=company.finance,
        currency="USD",
    )  # fmt: skip
    [one] = [one for one in check(company, "SO1", 10).found if one["rule"] == "overdue_block"]
    assert one["over"] == 5_005_00  # 715 dollars at 7; up to 5,000 yuan is a trifle
    ledger.enter_receipt(
        company.ours, number="R1", received_on=DAY, amount=Decimal(1), by=company.finance, currency="USD"
    )  # fmt: skip
    assert "overdue_block" not in rules(check(company, "SO1", 10))


def test_what_expired_of_one_member_is_free_for_the_others_without_a_job(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    pool = pools.found("group", "甬江集团", 100_00, members=[one, two])
    holds.reserve(two, 100_00, until_day=NEXT, **BY)
    assert check(company, "SO1", 100).state == "blocked"
    assert check(company, "SO2", 100, on=NEXT).state == "passed"
    assert (now(two).reserved, pools.free(pool)) == (0, 0)
    assert not isinstance(holds.reserve(two, 1, by=SYSTEM, on=NEXT), Hold)
    assert is_sound(on=NEXT)


def test_who_comes_into_a_group_shares_its_limit_at_once_and_who_leaves_does_no_more(company: Company) -> None:
    daughter = Customer.objects.create(
        number="C0003", name="宁波甬江配件有限公司", kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.ours.department, owner=company.sales, parent=company.ours,
    )  # fmt: skip
    newcomer = Customer.objects.create(
        number="C0004", name="宁波甬江铸造有限公司", kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.ours.department, owner=company.sales,
    )  # fmt: skip
    pool = share_in_group(company.ours, amount=100_00, by=company.general_manager, on=DAY, why="集团统一核定")
    ask_for: dict[str, Any] = {"by": company.sales, "on": DAY}
    set_parent(newcomer, parent=daughter, **ask_for)
    assert check_order(newcomer, number="SO1", amount=101_00, **ask_for).state == "blocked"
    assert check_order(newcomer, number="SO2", amount=60_00, **ask_for).state == "passed"
    assert check_order(daughter, number="SO3", amount=41_00, **ask_for).state == "blocked"
    set_parent(newcomer, parent=None, **ask_for)
    assert OrderCheck.objects.get(number="SO3").state == "passed"  # there is room for it, it waits no more
    assert pools.free(pool) == 59_00
    assert is_sound()


def test_a_group_shares_its_limit_with_whatever_company_it_buys_from(company: Company) -> None:
    Customer.objects.filter(pk=company.theirs.pk).update(parent=company.ours)
    before = with_limit(company.theirs, None, company="B")
    share_in_group(company.ours, amount=100_00, by=company.general_manager, on=DAY, why="集团统一核定")
    later = with_limit(company.theirs, None, company="C")
    for account in (now(before), now(later)):
        assert account.is_pooled
        assert not isinstance(holds.reserve(account, 101_00, **BY), Hold)
    assert isinstance(holds.reserve(later, 60_00, **BY), Hold)
    assert not isinstance(holds.reserve(before, 41_00, **BY), Hold)
    assert is_sound()


def test_a_closed_customer_orders_no_more_but_is_invoiced_and_pays(company: Company) -> None:
    with_limit(company.ours, 1000_00)
    order = ledger.enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(50), by=company.sales)
    Customer.objects.filter(pk=company.ours.pk).update(status=Status.CLOSED)
    company.ours.refresh_from_db()
    assert (check(company, "SO2", 1).state, ask(company.ours, 1, on=DAY).verdict) == ("blocked", "blocked")
    with pytest.raises(Refusal, match="不能再下订单"):
        ledger.enter_order(company.ours, number="SO3", ordered_on=DAY, amount=Decimal(1), by=company.sales)
    with pytest.raises(Refusal, match="不能再下订单"):
        ledger.extend_order(Order.objects.get(), amount=Decimal(1), by=company.sales, on=DAY)
    ledger.enter_invoice(
        company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(50), order=order, by=company.finance
    )
    ledger.enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(50), by=company.finance)
    assert check(company, "SO2", 1).state == "blocked"


def test_the_simulator_says_of_a_new_customer_what_the_check_says(company: Company) -> None:
    pool = pools.found("company", "授信总额", 50_00)
    Pool.objects.filter(pk=pool.pk).update(company=Seller.default())
    said = ask(company.ours, 100_00, on=DAY)
    assert said.verdict == check(company, "SO1", 100).state == "blocked"
    assert joining.of_groups().count() == 0
