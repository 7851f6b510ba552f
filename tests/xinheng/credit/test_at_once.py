"""The races: sixteen clients at one customer, one key, one shared limit; and the control that must overshoot.

Every round all clients look, and only when each has looked does any write: the pause between check and write that does
the harm. With the guard nothing passes the limit; with the guard taken away the same clients pass it, or these tests
would prove nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit import triggers
from xinheng.credit.actions import check_order
from xinheng.credit.core import holds, joining, pools, reserving
from xinheng.credit.core.holds import Beyond
from xinheng.credit.core.once import once
from xinheng.credit.models import Account, Answer, Hold, Movement, OrderCheck

pytestmark = pytest.mark.django_db(transaction=True)
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}
CLIENTS, ORDERS = 16, 100
STOPPED = "stopped by the database"
UNGUARDED = """
UPDATE credit_account SET reserved = reserved + %(amount)s, granted = granted + %(single)s WHERE id = %(account)s
RETURNING granted, used, reserved, is_pooled, CASE WHEN %(unbounded)s THEN NULL ELSE granted END
"""


def at_once(count: int, does: Callable[[int], Any]) -> list[Any]:
    """Let so many threads do something, each with a connection of its own."""

    def closing(number: int) -> Any:
        try:
            return does(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return [done.result() for done in [threads.submit(closing, number) for number in range(count)]]


def orders(account: Account, rounds: int, amount: int, beyond: Beyond = holds.WITHIN) -> Counter[str]:
    """Let all clients order in rounds: all look, then all that saw room write."""
    pause = Barrier(CLIENTS)

    def client(_number: int) -> Counter[str]:
        told: Counter[str] = Counter()
        for _round in range(rounds):
            room = now(account).free
            connection.close()  # a pool of connections may have fewer than there are clients
            pause.wait(60)
            if room is None or room < amount:
                told["saw none"] += 1
                continue
            try:
                told[type(holds.reserve(account, amount, beyond=beyond, **BY)).__name__] += 1
            except IntegrityError as wrong:
                told[STOPPED if "credit_never_over" in str(wrong) else str(wrong)] += 1
        return told

    return sum(at_once(CLIENTS, client), Counter())


@contextmanager
def unguarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(reserving, "RESERVE", UNGUARDED)
        triggers.install(connection)
        yield
    triggers.install(connection)


def test_sixteen_clients_cannot_pass_the_limit_of_one_customer(company: Company) -> None:
    account = with_limit(company.ours, 1000 * 7_77 + 5_00)
    told = orders(account, ORDERS, 7_77)
    assert told["Hold"] == 1000
    assert told.total() == CLIENTS * ORDERS
    found = now(account)
    assert found.reserved == 7770_00
    assert (found.free, Hold.objects.count()) == (5_00, 1000)
    assert not [row for row in Movement.objects.all() if row.kind == "reserve" and row.reserved > (row.granted or 0)]
    assert is_sound()


def test_control_without_the_guard_the_same_clients_pass_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    account = with_limit(company.ours, 10_00)
    with unguarded(monkeypatch):
        told = orders(account, 2, 10_00, Beyond(unbounded=True))
    assert told["Hold"] == CLIENTS
    assert now(account).reserved == CLIENTS * 10_00


def test_control_without_the_guard_the_database_still_refuses(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = with_limit(company.ours, 10_00)
    with unguarded(monkeypatch):
        told = orders(account, 1, 10_00)
    assert told == {"Hold": 1, STOPPED: CLIENTS - 1}
    assert now(account).reserved == 10_00
    assert is_sound()


def test_a_hundred_keys_each_sent_by_sixteen_have_a_hundred_effects(company: Company) -> None:
    account = with_limit(company.ours, 99_00)
    start = Barrier(CLIENTS)

    def client(_number: int) -> list[str]:
        start.wait(60)
        return [
            once("erp", f"k{n}", {"amount": "100"}, lambda n=n: ask(account, f"SO{n}"))  # type: ignore[misc]
            for n in range(100)
        ]

    answers = at_once(CLIENTS, client)
    assert all(told == answers[0] for told in answers)
    assert Counter(told.split()[0] for told in answers[0]) == {"held": 99, "short": 1}
    assert Answer.objects.count() == 100
    assert now(account).reserved == 99_00
    assert Hold.objects.values("document").distinct().count() == Hold.objects.count() == 99
    assert is_sound()


def ask(account: Account, document: str) -> str:
    found = holds.reserve(account, 1_00, document=document, **BY)
    return f"held {found.pk}" if isinstance(found, Hold) else f"short {found.missing}"


def test_one_hold_is_used_released_and_expired_once_by_many(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = holds.reserve(account, 100_00, **BY)
    assert isinstance(hold, Hold)
    ways = [partial(holds.use, hold, 30_00), partial(holds.release, hold, 30_00)]
    start = Barrier(CLIENTS)

    def client(number: int) -> int:
        start.wait(60)
        try:
            ways[number % 2](**BY)
        except Refusal:
            return 0
        return 1

    assert sum(at_once(CLIENTS, client)) == 3
    hold.refresh_from_db()
    assert (hold.left, hold.used + hold.released) == (10_00, 90_00)
    assert is_sound()


def test_a_shared_limit_is_not_passed_by_members_at_once(company: Company) -> None:
    accounts = [with_limit(company.ours, None, company=f"B{n}") for n in range(CLIENTS)]
    pool = pools.found("group", "甬江集团", 100_07, members=accounts)
    start = Barrier(CLIENTS)

    def client(number: int) -> int:
        start.wait(60)
        return sum(isinstance(holds.reserve(accounts[number], 1_00, **BY), Hold) for _round in range(10))

    assert sum(at_once(CLIENTS, client)) == 100
    assert pools.free(pool) == 7
    assert is_sound()


def test_one_order_checked_by_many_at_once_is_reserved_for_once(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    start = Barrier(8)

    def client(number: int) -> str:
        start.wait(60)
        try:
            return check_order(company.ours, number="SO1", amount=(60 + number) * 100, by=company.sales, on=DAY).state
        except Refusal as refused:
            return "refused" if "另一次检查" in refused.message else refused.message

    told = Counter(at_once(8, client))
    assert set(told) <= {"passed", "refused"}
    checked = OrderCheck.objects.get()
    assert now(account).reserved == checked.amount
    assert Hold.objects.filter(state="open").count() == 1
    assert is_sound()


def test_a_ceiling_set_while_all_order_is_not_passed_afterwards(company: Company) -> None:
    accounts = [with_limit(company.ours, None, company=f"B{n}") for n in range(CLIENTS)]
    pool = pools.found("company", "授信总额", 100_07)
    start = Barrier(CLIENTS + 1)

    def client(number: int) -> int:
        start.wait(60)
        if number == CLIENTS:
            return joining.join_all(pool, Account.objects.all())
        return sum(isinstance(holds.reserve(accounts[number], 1_00, **BY), Hold) for _round in range(20))

    told = at_once(CLIENTS + 1, client)
    assert told[-1] == CLIENTS
    reserved = sum(now(account).reserved for account in accounts)
    assert reserved == sum(told[:-1]) * 1_00
    assert pools.free(pool) == 100_07 - reserved
    assert not isinstance(holds.reserve(accounts[0], max(0, pools.free(pool)) + 1, **BY), Hold)
    assert is_sound()
