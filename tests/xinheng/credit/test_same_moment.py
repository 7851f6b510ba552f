"""What several do with one customer at one moment: nothing is done twice, nothing adds up wrongly, everybody is answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, leased, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import ask_release, check_order, drop_order, freeze_credit, return_order, use_order
from xinheng.credit.core import holds, limits, pools
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.once import once
from xinheng.credit.jobs import daily
from xinheng.credit.models import Answer, Hold, OrderCheck
from xinheng.credit.queries import prove_all
from xinheng.ledger.actions import enter_invoice, enter_order, enter_receipt, give_up
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db(transaction=True)
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}
NEXT = DAY + timedelta(1)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let each act be done by a thread of its own at one moment; give what came of it, a refusal as its words."""
    pause = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        pause.wait(60)
        try:
            return act()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result() for done in [threads.submit(one, act) for act in acts]]


def check(company: Company, number: str, amount: int, *, on: Any = DAY) -> OrderCheck:
    return check_order(company.ours, number=number, amount=amount * 100, by=company.sales, on=on)


def test_one_request_sent_by_eight_at_one_moment_is_answered_alike_to_all(company: Company) -> None:
    account = with_limit(company.ours, 100_00)

    def asking(key: str, number: str) -> Callable[[], Any]:
        return lambda: once("erp", key, {"number": number}, lambda: json.dumps(check(company, number, 60).state))

    for turn in range(4):
        told = at_once(*[asking(f"k{turn}", f"SO{turn}")] * 8)
        assert told == [told[0]] * 8
        assert not isinstance(told[0], Refusal)
    assert (now(account).reserved, Answer.objects.count(), OrderCheck.objects.count()) == (60_00, 4, 4)
    assert Counter(OrderCheck.objects.values_list("state", flat=True)) == {"passed": 1, "blocked": 3}
    other = at_once(*[asking("k0", "SO9")] * 4)
    assert all(isinstance(one, Refusal) and "number 不同" in one.message for one in other)
    assert is_sound()


def test_the_proof_finds_nothing_while_orders_and_payments_go_on(company: Company) -> None:
    account = with_limit(company.ours, 1_000_00)
    pools.found("group", "甬江集团", 5000_00, members=[account])
    done = Event()

    def dealing(name: str) -> Callable[[], Any]:
        def deal() -> None:
            try:
                for turn in range(12):
                    number = f"{name}{turn}"
                    order = enter_order(
                        company.ours, number=number, ordered_on=DAY, amount=Decimal(10), by=company.sales
                    )
                    enter_invoice(
                        company.ours, number=number, invoiced_on=DAY, due_on=DAY, amount=Decimal(10), order=order,
                        by=company.finance,
                    )  # fmt: skip
                    enter_receipt(
                        company.ours, number=number, received_on=DAY, amount=Decimal(9), by=company.finance
                    )  # fmt: skip
            finally:
                done.set()

        return deal

    def proving() -> list[Any]:
        found: list[Any] = []
        while not done.is_set():
            found += prove_all(on=DAY)
        return found

    assert at_once(dealing("A"), dealing("B"), proving)[-1] == []
    assert prove_all(on=DAY) == []


def test_an_order_that_waits_for_a_shared_limit_passes_when_another_member_gives_room(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    pools.found("group", "甬江集团", 100_00, members=[one, two])
    first = check(company, "SO1", 80)
    waits = check_order(company.theirs, number="SO2", amount=30_00, by=company.stranger, on=DAY)
    assert waits.state == "blocked"
    drop_order(first, by=company.sales, on=DAY, why="客户取消")
    waits.refresh_from_db()
    assert (waits.state, now(two).reserved) == ("passed", 30_00)
    assert is_sound()


def test_members_who_pay_at_one_moment_free_each_others_orders(company: Company) -> None:
    one, two = with_limit(company.ours, 1000_00), with_limit(company.theirs, 1000_00)
    pools.found("group", "甬江集团", 200_00, members=[one, two])
    for customer in (company.ours, company.theirs):
        enter_invoice(customer, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(100), by=company.finance)
    waiting = [
        check_order(customer, number="SO1", amount=60_00, by=by, on=DAY)
        for customer, by in ((company.ours, company.sales), (company.theirs, company.stranger))
    ]

    def paying(customer: Any) -> Callable[[], Any]:
        return lambda: enter_receipt(
            customer, number="R1", received_on=DAY, amount=Decimal(60), by=company.finance
        )  # fmt: skip

    told = at_once(paying(company.ours), paying(company.theirs))
    assert not [one for one in told if isinstance(one, Refusal)]
    daily(on=DAY)
    assert {OrderCheck.objects.get(pk=each.pk).state for each in waiting} == {"passed"}
    assert (now(one).used, now(one).reserved, now(two).reserved) == (40_00, 60_00, 60_00)
    assert is_sound()


def test_use_release_amendment_and_return_of_one_order_at_one_moment_add_up(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    checked = check(company, "SO1", 60)
    told = at_once(
        lambda: use_order(checked, amount=40_00, by=company.sales, on=DAY),
        lambda: use_order(checked, amount=40_00, by=company.sales, on=DAY),
        lambda: check(company, "SO1", 90),
        lambda: check(company, "SO1", 50),
        lambda: drop_order(checked, by=company.sales, on=DAY, why="客户取消"),
        lambda: return_order(checked, amount=40_00, by=company.sales, on=DAY),
    )
    assert [one for one in told if not isinstance(one, Refusal)]
    row = now(account)
    hold_rows = list(Hold.objects.all())
    assert row.reserved == sum(hold.left for hold in hold_rows if hold.state == "open")
    assert row.used == sum(hold.used - hold.returned for hold in hold_rows)
    assert row.used + row.reserved <= 100_00
    assert is_sound()


def test_a_freeze_at_the_moment_of_an_order_lets_it_pass_before_or_stops_it(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    told = at_once(
        lambda: freeze_credit(account, by=company.risk, on=DAY, why="涉诉"),
        *[lambda number=number: check(company, f"SO{number}", 10) for number in range(5)],
    )
    states = Counter(one.state for one in told[1:])
    assert set(states) <= {"passed", "blocked", "held"}
    assert now(account).reserved == states["passed"] * 10_00
    assert check(company, "SO9", 1).state == "blocked"
    assert is_sound()


def test_a_special_approval_at_the_moment_of_another_limit_reserves_once(company: Company) -> None:
    account = leased(company)
    checked = check(company, "SO1", 300_000)
    ask_release(checked, reason="重点工程", by=company.sales, on=DAY)
    item = Item.objects.get(state="open", act="approve")
    raised = Limit("revolving", "application", 400_000_00, DAY, DAY + timedelta(30))
    told = at_once(
        lambda: finish_item(item, by=company.deputy_gm, on=DAY, outcome="agree"),
        lambda: limits.grant(account, raised, by=SYSTEM, on=DAY),
        lambda: daily(on=DAY),
    )
    assert not [one for one in told if isinstance(one, Refusal)]
    checked.refresh_from_db()
    assert (checked.state, now(account).reserved, now(account).granted) == ("passed", 300_000_00, 400_000_00)
    assert is_sound()


def test_at_midnight_some_order_today_and_some_tomorrow_and_each_cent_is_taken_once(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    limits.grant(account, Limit("temporary", "application", 50_00, DAY, NEXT), **BY)
    assert isinstance(holds.reserve(account, 60_00, until_day=NEXT, **BY), Hold)

    def ordering(number: int) -> Callable[[], Any]:
        return lambda: check(company, f"SO{number}", 30, on=(DAY, NEXT)[number % 2])

    told = at_once(*map(ordering, range(8)), lambda: daily(on=NEXT))
    assert not [one for one in told if isinstance(one, Refusal)]
    with transaction.atomic():
        holds.pass_day(account, by=SYSTEM, on=NEXT)
    row = now(account)
    assert row.granted == 100_00
    assert row.reserved == 30_00 * sum(one.state == "passed" for one in told[:-1])
    assert row.reserved <= 150_00
    assert not Hold.objects.filter(state="open", until_day__lte=NEXT).exists()
    assert is_sound(on=NEXT)


def test_an_order_entered_given_up_and_paid_for_at_one_moment_adds_up(company: Company) -> None:
    account = with_limit(company.ours, 50_00)
    order = enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(80), by=company.sales)
    told = at_once(
        lambda: enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(80), by=company.finance),
        lambda: give_up(order, amount=Decimal(40), by=company.sales, on=DAY, why="取消"),
        lambda: limits.grant(account, Limit("revolving", "grade", 20_00, DAY), **BY),
        lambda: check(company, "SO1", 80),
    )
    row = now(account)
    given_up = isinstance(told[1], Refusal)
    assert (row.prepayment, row.open_orders) == (80_00, 80_00 if given_up else 40_00)
    assert row.used == row.open_orders - 80_00
    assert row.reserved in (0, 40_00)  # checked for 80 after half of it was given up, it is asked for anew
    assert prove_all(on=DAY) == []
