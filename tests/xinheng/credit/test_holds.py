"""Reserve, use, release, expire, return, amend: each cent once, and the limit is never passed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit import triggers
from xinheng.credit.core import exposure, holds, limits
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.holds import Beyond, Short
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.models import Account, Hold, Movement
from xinheng.customers.models import Customer

TOMORROW = DAY + timedelta(1)
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def held(account: Account, amount: int, **more: Any) -> Hold:
    hold = holds.reserve(account, amount, **(BY | more))
    assert isinstance(hold, Hold), hold
    return hold


def test_exactly_the_limit_may_be_reserved_and_a_cent_more_may_not(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    held(account, 60_00)
    short = holds.reserve(account, 40_01, **BY)
    assert isinstance(short, Short)
    assert (short.reason, short.missing) == ("over", 1)
    held(account, 40_00)
    assert now(account).free == 0
    assert is_sound()


def test_no_limit_is_not_a_limit_of_nothing(company: Company) -> None:
    unlimited, cash_only = with_limit(company.ours, None), with_limit(company.theirs, 0)
    held(unlimited, 1_000_000_00)
    assert now(unlimited).free is None
    refused = holds.reserve(cash_only, 1, **BY)
    assert isinstance(refused, Short)
    assert now(cash_only).free == 0
    assert is_sound()


def test_prepaid_money_can_be_ordered_for_without_any_limit(company: Company) -> None:
    account = with_limit(company.ours, 0)
    exposure.book(account, [Step("prepayment", 80_00, "R1")], **BY)
    assert isinstance(holds.reserve(account, 80_01, **BY), Short)
    held(account, 80_00)
    assert is_sound()


def test_an_order_paid_before_passes_although_much_else_is_owed(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    exposure.book(account, [Step("receivables", 500_00, "I1"), Step("prepayment", 80_00, "R1")], **BY)
    assert now(account).free == -320_00
    hold = held(account, 50_00, document="SO1")
    assert isinstance(holds.reserve(account, 30_01, **BY), Short)
    exposure.book(account, [Step("open_orders", 50_00, "SO1")], **BY)
    held(account, 30_00)
    assert isinstance(holds.reserve(account, 1, **BY), Short)
    assert Hold.objects.get(pk=hold.pk).state == "done"
    assert is_sound()


def test_a_hold_is_used_in_parts_and_the_rest_released(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 100_00, document="SO1")
    holds.use(hold, 30_00, **BY)
    hold = holds.use(hold, 50_00, **BY)
    assert (hold.left, hold.state) == (20_00, "open")
    hold = holds.release(hold, **BY)
    found = now(account)
    assert (hold.state, found.used, found.reserved, found.free) == ("done", 80_00, 0, 20_00)
    for again in (lambda: holds.use(hold, 1, **BY), lambda: holds.release(hold, **BY)):
        with pytest.raises(Refusal, match="SO1"):
            again()
    holds.give_back(hold, 80_00, **BY)
    with pytest.raises(Refusal, match="不足"):
        holds.give_back(hold, 1, **BY)
    assert now(account).free == 100_00
    assert is_sound()


def test_more_than_is_held_is_neither_used_nor_released(company: Company) -> None:
    hold = held(with_limit(company.ours, 100_00), 10_00)
    for act in (holds.use, holds.release):
        with pytest.raises(Refusal, match=r"10\.00 元, 不足 10\.01 元"):
            act(hold, 10_01, **BY)
        with pytest.raises(Refusal, match="大于 0"):
            act(hold, 0, **BY)


def test_a_hold_frees_its_amount_on_its_day_without_a_job(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 100_00, until_day=TOMORROW)
    assert isinstance(holds.reserve(account, 1, **BY), Short)
    with pytest.raises(Refusal, match="到期"):
        holds.use(hold, 1, by=SYSTEM, on=TOMORROW)
    held(account, 100_00, on=TOMORROW)
    hold.refresh_from_db()
    assert hold.state == "expired"
    assert is_sound(on=TOMORROW)


def test_an_amendment_is_checked_for_what_it_adds_only(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 80_00, document="SO1")
    limits.grant(account, Limit("revolving", "grade", 90_00, DAY), **BY)
    amended = holds.amend(hold, 90_00, **BY)
    assert isinstance(amended, Hold)
    assert (amended.pk, amended.left) == (hold.pk, 90_00)
    short = holds.amend(hold, 95_00, **BY)
    assert isinstance(short, Short)
    assert short.missing == 5_00
    limits.grant(account, Limit("revolving", "grade", 10_00, DAY), **BY)
    smaller = holds.amend(hold, 70_00, **BY)
    assert isinstance(smaller, Hold)
    assert (smaller.left, now(account).reserved, now(account).free) == (70_00, 70_00, -60_00)
    assert is_sound()


def test_an_amendment_does_not_go_below_what_was_used(company: Company) -> None:
    hold = held(with_limit(company.ours, 100_00), 80_00)
    holds.use(hold, 50_00, **BY)
    with pytest.raises(Refusal, match="已使用"):
        holds.amend(hold, 49_99, **BY)


def test_lowering_below_what_is_used_stops_what_is_new_but_not_what_was_sent(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 90_00, document="SO1")
    limits.grant(account, Limit("revolving", "grade", 50_00, DAY), **BY)
    assert now(account).free == -40_00
    assert isinstance(holds.reserve(account, 1, **BY), Short)
    holds.use(hold, 90_00, **BY)
    exposure.book(account, [Step("receivables", 90_00, "I1")], **BY)
    assert is_sound()


def test_a_frozen_account_takes_nothing_new_until_each_source_has_thawed_it(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 10_00)
    assert limits.freeze(account, source="grade", **BY)
    assert limits.freeze(account, source="person", **BY)
    assert not limits.freeze(account, source="person", **BY)
    assert limits.thaw(account, source="grade", **BY)
    short = holds.reserve(account, 1, **BY)
    assert isinstance(short, Short)
    assert short.reason == "frozen"
    holds.use(hold, 5_00, **BY)
    assert isinstance(holds.reserve(account, 1, beyond=Beyond(even_frozen=True), **BY), Hold)
    assert limits.thaw(account, source="person", **BY)
    held(account, 1)
    assert is_sound()


def test_a_tolerance_is_a_share_of_the_limit_to_the_cent(company: Company) -> None:
    account = with_limit(company.ours, 33_33)
    beyond = Beyond(tolerance=500)
    assert beyond.ceiling(33_33) == 34_99
    assert isinstance(holds.reserve(account, 35_00, beyond=beyond, **BY), Short)
    held(account, 34_99, beyond=beyond)
    assert now(account).free == -1_66
    held(account, 1_00, beyond=Beyond(over=2_66))
    assert isinstance(holds.reserve(account, 1, beyond=Beyond(over=2_66), **BY), Short)
    held(account, 5_00, beyond=Beyond(unbounded=True))
    assert is_sound()


def test_an_order_that_comes_into_the_ledger_counts_once(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    hold = held(account, 100_00, document="SO1")
    holds.use(hold, 30_00, **BY)
    exposure.book(account, [Step("open_orders", 100_00, "SO1")], **BY)
    found = now(account)
    assert (found.used, found.reserved, found.taken, found.open_orders) == (100_00, 0, 0, 100_00)
    exposure.book(
        account,
        [Step("open_orders", -60_00, "SO1"), Step("receivables", 60_00, "I1"), Step("deposit", 5_00, "D1")],
        **BY,
    )
    assert now(account).used == 95_00
    exposure.book(account, [Step("receivables", -60_00, "R1")], **BY)
    assert now(account).free == 65_00
    assert is_sound()


def test_a_part_that_the_policy_does_not_count_uses_nothing(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    exposure.book(account, [Step("open_orders", 40_00, "SO1"), Step("receivables", 30_00, "I1")], **BY)
    assert exposure.count(account, ["receivables"], **BY)
    assert now(account).used == 30_00
    assert not exposure.count(account, ["receivables"], **BY)
    exposure.book(account, [Step("open_orders", 5_00, "SO2")], **BY)
    assert now(account).used == 30_00
    assert exposure.count(account, ["receivables", "open_orders"], **BY)
    assert now(account).used == 75_00
    assert is_sound()


def test_a_movement_is_never_changed_or_deleted(company: Company) -> None:
    held(with_limit(company.ours, 100_00), 10_00)
    for wrong in (lambda rows: rows.update(amount=1), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            wrong(Movement.objects.all())
    triggers.remove(connection)
    try:
        with transaction.atomic():
            assert Movement.objects.update(amount=1)
            transaction.set_rollback(True)
    finally:
        triggers.install(connection)


def test_the_database_refuses_a_reservation_above_its_ceiling_whoever_writes_it(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    told = {
        "account": account,
        "kind": "reserve",
        "amount": 1,
        "granted": 100_00,
        "ceiling": 100_00,
        "on": DAY,
        "by_name": "",
    }
    Movement.objects.create(**told, used=0, reserved=100_00)
    with pytest.raises(IntegrityError, match="credit_never_over"), transaction.atomic():
        Movement.objects.create(**told, used=1, reserved=100_00)


@pytest.mark.parametrize(
    ("said", "kept"), [("0.01", 1), ("12345678901.23", 1_234_567_890_123), ("-7", -700), ("1E+3", 100_000)]
)
def test_an_amount_is_kept_to_the_cent(said: str, kept: int) -> None:
    assert cents(Decimal(said)) == kept
    assert yuan(kept) == Decimal(said)


@pytest.mark.parametrize("said", ["0.001", "NaN", "Infinity", "1000000000000.01", "-1E+15"])
def test_an_amount_that_cannot_be_kept_is_refused(said: str) -> None:
    with pytest.raises(Refusal, match="金额"):
        cents(Decimal(said))


def test_on_the_account_of_a_person_no_movement_tells_of_him_in_words(company: Company) -> None:
    Customer.objects.filter(pk=company.ours.pk).update(kind="person")
    for customer, said in ((Customer.objects.get(pk=company.ours.pk), ""), (company.theirs, "王某住院")):
        account = with_limit(customer, 100_00)
        limits.freeze(account, source="person", why="王某住院", **BY)
        assert Movement.objects.get(account=account, kind="freeze").why == said
