"""An order held against the policy: the verdict, every rule with its clause, special approval, and what frees it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, leased, now
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import ask_release, check_order, drop_order, freeze_credit, thaw_credit
from xinheng.credit.core import limits
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.money import yuan
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, Hold, OrderCheck
from xinheng.ledger.actions import enter_invoice, enter_order, enter_receipt
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company: Company) -> Account:
    """Give the account of a customer with grade A, a contract, and a limit of 200,000 yuan."""
    return leased(company)


def check(company: Company, number: str, yuan_: int, **more: Any) -> OrderCheck:
    return check_order(company.ours, number=number, amount=yuan_ * 100, **({"by": company.sales, "on": DAY} | more))


def rules(checked: OrderCheck) -> list[str]:
    return [one["rule"] for one in checked.found]


def agree(company: Company, who: Any, on: Any = DAY) -> None:
    finish_item(Item.objects.get(state="open", act="approve"), by=who, on=on, outcome="agree")


def test_an_order_within_the_limit_passes_and_is_reserved_for(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 200_000)
    assert (checked.state, checked.found) == ("passed", [])
    assert now(account).reserved == 200_000_00
    enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(200_000), by=company.sales)
    assert (now(account).reserved, now(account).used) == (0, 200_000_00)
    assert is_sound()


def test_over_the_limit_it_waits_for_whom_the_policy_names(company: Company, account: Account) -> None:
    check(company, "SO1", 150_000)
    checked = check(company, "SO2", 60_001)
    assert checked.state == "held"
    [one] = checked.found
    assert (one["rule"], one["release_by"], one["over"]) == ("limit_exceeded", "deputy_gm", 10_001_00)
    assert "超出 10,001.00 元" in one["said"]
    assert "10,001.00" in one["release"]
    assert now(account).reserved == 150_000_00
    assert check(company, "SO3", 60_000).state == "passed"  # within the tolerance of 5 %
    assert is_sound()


def test_a_special_approval_lets_pass_what_was_approved_and_no_more(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 300_000)
    ask_release(checked, reason="重点工程", by=company.sales, on=DAY)
    with pytest.raises(Refusal):
        finish_item(Item.objects.get(state="open", act="approve"), by=company.sales, on=DAY, outcome="agree")
    agree(company, company.deputy_gm)
    checked.refresh_from_db()
    assert (checked.state, checked.approved_by, checked.approved_until) == (
        "passed", company.deputy_gm, DAY + timedelta(7)
    )  # fmt: skip
    assert now(account).reserved == 300_000_00
    assert checked.hold is not None
    assert checked.hold.until_day == DAY + timedelta(7)
    enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(300_000), by=company.sales)
    assert now(account).free == -100_000_00
    assert check(company, "SO2", 1).state == "held"
    assert is_sound()


def test_an_approval_ends_on_its_day_and_does_not_cover_a_larger_order(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 300_000)
    ask_release(checked, reason="重点工程", by=company.sales, on=DAY)
    agree(company, company.deputy_gm)
    assert check(company, "SO1", 300_001).state == "held"
    assert now(account).reserved == 300_000_00
    week = DAY + timedelta(7)
    assert check(company, "SO1", 300_000, on=week).state == "held"
    assert is_sound(on=week)


def test_an_approved_order_may_grow_by_what_the_policy_says(company: Company) -> None:
    text = resources.files("creditpolicy").joinpath("packs/leasing/policy.yaml").read_text("utf-8")
    rule = "release_by: deputy_gm\n      release_days: 7\n"
    assert text.count(rule) == 1
    account = leased(company, text=text.replace(rule, f"{rule}      release_within_percent: 5\n"))
    ask_release(check(company, "SO1", 300_000), reason="重点工程", by=company.sales, on=DAY)
    agree(company, company.deputy_gm)
    assert [check(company, "SO1", amount).state for amount in (310_000, 315_000)] == ["passed", "passed"]
    assert now(account).reserved == 315_000_00
    assert check(company, "SO1", 305_000).state == "passed"
    grown = check(company, "SO1", 315_001)  # of what was approved, not of what it has grown to since
    assert (grown.state, grown.let_pass) == ("held", {})
    assert now(account).reserved == 305_000_00
    assert is_sound()


def test_an_order_is_refused_its_approval(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 300_000)
    ask_release(checked, reason="重点工程", by=company.sales, on=DAY)
    finish_item(
        Item.objects.get(state="open", act="approve"), by=company.deputy_gm, on=DAY, outcome="refuse", remarks="不批"
    )
    checked.refresh_from_db()
    assert (checked.state, checked.approved_by, now(account).reserved) == ("held", None, 0)


def test_a_payment_frees_the_order_that_waits_by_itself(company: Company, account: Account) -> None:
    invoice = enter_invoice(
        company.ours,
        number="I1",
        invoiced_on=DAY,
        due_on=DAY + timedelta(30),
        amount=Decimal(150_000),
        by=company.finance,
    )
    checked = check(company, "SO1", 100_000)
    assert checked.state == "held"
    enter_receipt(
        company.ours, number="R1", received_on=DAY, amount=Decimal(150_000), by=company.finance,
        to={invoice.pk: Decimal(150_000)},
    )  # fmt: skip
    checked.refresh_from_db()
    assert (checked.state, now(account).reserved) == ("passed", 100_000_00)
    assert Item.objects.filter(person=company.sales, title__contains="SO1 已自动放行").count() == 1
    assert is_sound()


def test_a_higher_limit_frees_the_longest_waiting_order_first(company: Company, account: Account) -> None:
    first, second = check(company, "SO1", 300_000), check(company, "SO2", 290_000)
    limits.grant(account, Limit("revolving", "application", 400_000_00, DAY, DAY + timedelta(30)), by=SYSTEM, on=DAY)
    assert daily(on=DAY) is not None
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("passed", "held")


def test_what_is_long_overdue_blocks_and_a_trifle_does_not(company: Company, account: Account) -> None:
    old = DAY - timedelta(90)
    told = {"invoiced_on": old, "due_on": DAY - timedelta(31), "by": company.finance}
    enter_invoice(company.ours, number="I1", amount=Decimal(5_000), **told)
    assert check(company, "SO1", 1_000).state == "reminded"
    enter_invoice(company.ours, number="I2", amount=Decimal("0.01"), **told)
    checked = check(company, "SO2", 1_000)
    assert checked.state == "blocked"
    assert rules(checked) == ["overdue_remind", "overdue_block"]
    assert "最久 31 天" in checked.found[1]["said"]


def test_a_prepaid_order_passes_although_much_is_overdue(company: Company, account: Account) -> None:
    enter_invoice(
        company.ours, number="I1", invoiced_on=DAY - timedelta(90), due_on=DAY - timedelta(60), amount=Decimal(250_000),
        by=company.finance,
    )  # fmt: skip
    enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(10_000), by=company.finance, to={})
    checked = check(company, "SO1", 10_000)
    assert (checked.state, rules(checked)) == ("reminded", ["overdue_remind", "overdue_block"])
    assert now(account).reserved == 10_000_00
    assert check(company, "SO2", 1).state == "blocked"
    assert is_sound()


def test_an_order_that_grew_is_checked_for_what_it_grew_by(company: Company, account: Account) -> None:
    check(company, "SO1", 150_000)
    assert check(company, "SO1", 200_000).state == "passed"
    assert now(account).reserved == 200_000_00
    assert check(company, "SO1", 215_000).state == "held"
    assert now(account).reserved == 200_000_00
    assert check(company, "SO1", 120_000).state == "passed"
    assert (now(account).reserved, Hold.objects.count()) == (120_000_00, 1)
    assert is_sound()


def test_an_order_given_up_frees_what_was_reserved(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 150_000)
    waiting = check(company, "SO2", 100_000)
    drop_order(checked, by=company.sales, on=DAY, why="客户取消")
    waiting.refresh_from_db()
    assert (waiting.state, now(account).reserved) == ("passed", 100_000_00)
    with pytest.raises(Refusal, match="已取消"):
        drop_order(checked, by=company.sales, on=DAY, why="客户取消")
    assert check(company, "SO1", 50_000).pk != checked.pk
    assert is_sound()


def test_who_froze_does_not_thaw(company: Company, account: Account) -> None:
    waiting = check(company, "SO0", 300_000)
    limits.grant(account, Limit("revolving", "grade", 400_000_00, DAY), by=SYSTEM, on=DAY)
    freeze_credit(account, by=company.credit_group, on=DAY, why="涉诉")
    checked = check(company, "SO1", 1_000)
    assert (checked.state, rules(checked)) == ("blocked", ["customer_frozen"])
    with pytest.raises(Refusal, match="另一人"):
        thaw_credit(account, by=company.credit_group, on=DAY, why="已了结")
    with pytest.raises(Refusal, match="角色"):
        thaw_credit(account, by=company.finance, on=DAY, why="已了结")
    thaw_credit(account, by=company.general_manager, on=DAY, why="已了结")
    for one in (waiting, checked):
        one.refresh_from_db()
        assert one.state == "passed"
    assert is_sound()


def test_without_contract_or_grade_the_rules_say_what_is_missing(company: Company) -> None:
    published(company, "leasing", on=DAY)
    checked = check(company, "SO1", 1_000)
    assert checked.state == "blocked"
    assert {"limit_exceeded", "rating_stale", "no_contract"} <= set(rules(checked))
    assert now(checked.account).reserved == 0


def test_a_stranger_and_an_administrator_check_nothing(company: Company, account: Account) -> None:
    for who in (company.stranger, company.security_admin, company.risk):
        with pytest.raises(Refusal, match="角色"):
            check(company, "SO1", 1, by=who)
    assert not OrderCheck.objects.exists()


def test_each_check_is_a_line_in_the_record(company: Company, account: Account) -> None:
    checked = check(company, "SO1", 300_000)
    line = Entry.objects.filter(act="credit.check").latest("pk")
    assert line.after["rules"] == rules(checked) == ["limit_exceeded"]
    assert line.after["limit"] == str(yuan(200_000_00))
