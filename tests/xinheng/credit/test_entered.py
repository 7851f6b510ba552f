"""Orders that are entered in the ledger pass the gate: they count, or wait until something frees them."""

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
from lending import DAY, is_sound, leased, now
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import ask_release, check_order, drop_order, freeze_credit
from xinheng.credit.core import limits
from xinheng.credit.core.accounts import owed
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.proving import prove
from xinheng.credit.models import Account, OrderCheck
from xinheng.ledger.actions import (
    enter_delivery,
    enter_invoice,
    enter_order,
    enter_receipt,
    extend_order,
    give_up,
    reverse_order,
)
from xinheng.ledger.models import Order
from xinheng.ledger.queries import dealing_tables, exposure_parts, orders_on
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item, Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(company: Company) -> Account:
    """Give the account of a customer with grade A, a contract, and a limit of 200,000 yuan."""
    return leased(company)


def order(company: Company, number: str, yuan: int, **more: Any) -> Order:
    return enter_order(
        company.ours, number=number, amount=Decimal(yuan), **({"ordered_on": DAY, "by": company.sales} | more)
    )


def check_of(number: str) -> OrderCheck:
    return OrderCheck.objects.get(number=number)


def waits(order: Order) -> bool:
    return order.lines.filter(is_waiting=True).exists()


def agrees(account: Account, on: Any = DAY) -> bool:
    """Say whether the account is what its movements, holds, grants and documents make."""
    row = now(account)
    assert prove([row], on=on, owed=owed([row])) == []
    return is_sound(on=on)


def balances(account: Account) -> tuple[int, int]:
    row = now(account)
    return row.used // 100, row.reserved // 100


def test_an_order_within_the_limit_is_checked_and_counts_once(company: Company, account: Account) -> None:
    made = order(company, "SO1", 200_000)
    assert not waits(made)
    assert (check_of("SO1").state, balances(account)) == ("passed", (200_000, 0))
    assert agrees(account)


def test_an_order_that_is_stopped_is_kept_and_counts_nowhere(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    assert waits(made)
    assert check_of("SO1").state == "held"
    assert balances(account) == (0, 0)
    assert exposure_parts([company.ours.pk], on=DAY)[company.ours.pk].open_orders == 0
    assert dealing_tables([company.ours.pk], on=DAY, only=("orders",))["orders"].num_rows == 0
    assert [(one.open_on, one.is_waiting) for one in orders_on(DAY)] == [(0, True)]
    with pytest.raises(Refusal, match="等待授信放行"):
        enter_delivery(made, number="D1", delivered_on=DAY, amount=Decimal(1), by=company.sales)
    with pytest.raises(Refusal, match="等待授信放行"):
        enter_invoice(
            company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(1), order=made, by=company.finance
        )
    assert agrees(account)


def test_a_payment_lets_the_order_count_from_that_day(company: Company, account: Account) -> None:
    invoice = enter_invoice(
        company.ours,
        number="I1",
        invoiced_on=DAY,
        due_on=DAY + timedelta(30),
        amount=Decimal(150_000),
        by=company.finance,
    )
    made = order(company, "SO1", 100_000)
    assert waits(made)
    later = DAY + timedelta(3)
    enter_receipt(
        company.ours, number="R1", received_on=later, amount=Decimal(150_000), to={invoice.pk: Decimal(150_000)},
        by=company.finance,
    )  # fmt: skip
    assert not waits(made)
    assert (check_of("SO1").state, balances(account)) == ("passed", (100_000, 0))
    assert Item.objects.filter(person=company.sales, title__contains="SO1 已自动放行").count() == 1
    told = {day: exposure_parts([company.ours.pk], on=day)[company.ours.pk].open_orders for day in (DAY, later)}
    assert told == {DAY: 0, later: 100_000}
    assert dealing_tables([company.ours.pk], on=DAY, only=("orders",))["orders"].num_rows == 0
    assert dealing_tables([company.ours.pk], on=later, only=("orders",))["orders"].num_rows == 1
    assert agrees(account, later)


def test_a_special_approval_lets_the_order_count_and_it_is_used_in_parts(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    ask_release(check_of("SO1"), reason="重点工程", by=company.sales, on=DAY)
    finish_item(Item.objects.get(state="open", act="approve"), by=company.deputy_gm, on=DAY, outcome="agree")
    assert not waits(made)
    assert balances(account) == (300_000, 0)
    for number, part in (("D1", 120_000), ("D2", 180_000)):
        enter_delivery(made, number=number, delivered_on=DAY, amount=Decimal(part), by=company.sales)
        assert balances(account) == (300_000, 0)
        assert agrees(account)
    for number, part in (("I1", 120_000), ("I2", 180_000)):
        enter_invoice(
            company.ours, number=number, invoiced_on=DAY, due_on=DAY + timedelta(15), amount=Decimal(part), order=made,
            by=company.finance,
        )  # fmt: skip
        assert balances(account) == (300_000, 0)
        assert agrees(account)
    enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(250_000), by=company.finance)
    assert balances(account) == (50_000, 0)
    assert agrees(account)


def test_what_was_reserved_before_is_used_by_the_order(company: Company, account: Account) -> None:
    check_order(company.ours, number="SO1", amount=180_000_00, by=company.sales, on=DAY)
    assert balances(account) == (0, 180_000)
    order(company, "SO1", 150_000)
    assert balances(account) == (150_000, 0)
    assert agrees(account)


def test_an_order_that_grows_is_asked_only_for_what_it_grew_by(company: Company, account: Account) -> None:
    made = order(company, "SO1", 150_000)
    extend_order(made, amount=Decimal(30_000), by=company.sales, on=DAY)
    extend_order(made, amount=Decimal(20_000), by=company.sales, on=DAY)
    assert (balances(account), check_of("SO1").state, check_of("SO1").amount) == ((200_000, 0), "passed", 200_000_00)
    extend_order(made, lines=[("加长管", Decimal(50_000))], by=company.sales, on=DAY)
    assert (balances(account), check_of("SO1").state) == ((200_000, 0), "held")
    [one] = check_of("SO1").found
    assert one["over"] == 50_000_00
    enter_delivery(made, number="D1", delivered_on=DAY, amount=Decimal(200_000), by=company.sales)
    with pytest.raises(Refusal, match="只剩"):
        enter_delivery(made, number="D2", delivered_on=DAY, amount=Decimal(1), by=company.sales)
    limits.grant(account, Limit("temporary", "application", 50_000_00, DAY, DAY + timedelta(9)), by=SYSTEM, on=DAY)
    enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal("0.01"), by=company.finance, to={})
    assert not waits(made)
    assert check_of("SO1").state == "passed"
    assert now(account).used == 250_000_00 - 1
    assert agrees(account)


def test_an_order_that_shrinks_while_it_waits_is_asked_about_again(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    give_up(made, amount=Decimal(100_000), why="客户减量", by=company.sales, on=DAY)
    assert not waits(made)
    assert (check_of("SO1").state, check_of("SO1").amount, balances(account)) == ("passed", 200_000_00, (200_000, 0))
    assert agrees(account)


@pytest.mark.parametrize("at", ["check", "order"])
def test_an_order_given_up_while_it_waits_is_dropped_with_its_check(
    company: Company, account: Account, at: str
) -> None:
    made = order(company, "SO1", 300_000)
    if at == "check":
        drop_order(check_of("SO1"), by=company.sales, on=DAY, why="客户取消")
    else:
        give_up(made, why="客户取消", by=company.sales, on=DAY)
    assert check_of("SO1").state == "dropped"
    assert sum(line.open_amount for line in made.lines.all()) == 0
    enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(300_000), by=company.finance, to={})
    assert balances(account) == (-300_000, 0), "what was dropped is not freed any more"
    assert agrees(account)


def test_what_an_order_grew_by_is_given_up_and_the_rest_stands(company: Company, account: Account) -> None:
    made = order(company, "SO1", 150_000)
    extend_order(made, amount=Decimal(100_000), by=company.sales, on=DAY)
    drop_order(check_of("SO1"), by=company.sales, on=DAY, why="不加了")
    assert (check_of("SO1").state, check_of("SO1").amount, balances(account)) == ("passed", 150_000_00, (150_000, 0))
    with pytest.raises(Refusal, match="已在往来里"):
        drop_order(check_of("SO1"), by=company.sales, on=DAY, why="取消")
    assert agrees(account)


def test_an_order_reversed_drops_its_check_and_its_number_is_free(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    reverse_order(made, by=company.sales, on=DAY, why="录错")
    assert check_of("SO1").state == "dropped"
    assert not waits(order(company, "SO1", 200_000))
    assert balances(account) == (200_000, 0)
    assert agrees(account)


def test_an_order_in_approval_cannot_change(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    ask_release(check_of("SO1"), reason="重点工程", by=company.sales, on=DAY)
    for change in (
        lambda: give_up(made, why="取消", by=company.sales, on=DAY),
        lambda: extend_order(made, amount=Decimal(1), by=company.sales, on=DAY),
        lambda: reverse_order(made, why="录错", by=company.sales, on=DAY),
    ):
        with pytest.raises(Refusal, match="正在申请特批"):
            change()
    assert waits(made)


def test_a_check_does_not_let_pass_less_than_the_order_that_waits(company: Company, account: Account) -> None:
    made = order(company, "SO1", 300_000)
    with pytest.raises(Refusal, match=r"已录入, 金额 300000\.00 元"):
        check_order(company.ours, number="SO1", amount=100_00, by=company.sales, on=DAY)
    assert waits(made)


def test_a_fact_is_not_asked_about_and_ends_the_check_that_waits(company: Company, account: Account) -> None:
    waiting = check_order(company.ours, number="SO1", amount=300_000_00, by=company.sales, on=DAY)
    ask_release(waiting, reason="重点工程", by=company.sales, on=DAY)
    with pytest.raises(Refusal):
        order(company, "SO1", 300_000, is_fact=True)
    order(company, "SO1", 300_000, is_fact=True, by=company.finance)
    assert (check_of("SO1").state, balances(account)) == ("dropped", (300_000, 0))
    assert not Round.objects.filter(closed_at__isnull=True).exists()
    assert order(company, "SO2", 1).lines.get().is_waiting
    assert agrees(account)


def test_a_freeze_stops_new_orders_and_not_what_was_let_pass(company: Company, account: Account) -> None:
    made = order(company, "SO1", 100_000)
    freeze_credit(account, by=company.finance, on=DAY, why="查")
    assert waits(order(company, "SO2", 1))
    enter_delivery(made, number="D1", delivered_on=DAY, amount=Decimal(100_000), by=company.sales)
    enter_invoice(
        company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(100_000), order=made, by=company.finance
    )
    assert balances(account) == (100_000, 0)
    assert agrees(account)


def test_the_pages_say_why_an_order_waits_and_what_was_let_pass(company: Company, account: Account) -> None:
    client = Client()
    client.force_login(company.sales)
    today = timezone.localdate()
    told = {"number": "SO1", "ordered_on": today.isoformat(), "amount": "300000"}
    page = client.post(reverse("ledger.enter_order", args=[company.ours.pk]), told, follow=True).content.decode()
    assert "没有通过授信检查, 等待放行" in page
    made = Order.objects.get(number="SO1")
    page = client.get(reverse("ledger.order", args=[made.pk])).content.decode()
    assert check_of("SO1").get_absolute_url() in page
    assert reverse("ledger.enter_delivery", args=[made.pk]) not in page
    assert made.get_absolute_url() in client.get(check_of("SO1").get_absolute_url()).content.decode()
    give_up(made, amount=Decimal(200_000), why="减量", by=company.sales, on=today)
    page = client.get(reverse("ledger.order", args=[made.pk])).content.decode()
    assert reverse("ledger.enter_delivery", args=[made.pk]) in page
    client.post(reverse("ledger.extend_order", args=[made.pk]), {"amount": "200000"})
    assert made.lines.filter(is_waiting=True).count() == 1
    freeze_credit(account, by=company.finance, on=today, why="查")
    page = client.get(reverse("ledger.enter_delivery", args=[made.pk])).content.decode()
    assert "今天的新订单会被拦下" in page
    order(company, "SO9", 1, is_fact=True, by=company.finance)
    page = client.get(reverse("ledger.order", args=[Order.objects.get(number="SO9").pk])).content.decode()
    assert "没有经过授信检查" in page
