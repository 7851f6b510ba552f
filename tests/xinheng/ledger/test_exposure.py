"""What customers take up: part by part from the documents, and told by every act as it changes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crash_points import is_crashing
from creditpolicy.problems import Refusal
from xinheng.ledger import actions
from xinheng.ledger.listeners import EXPOSURE_LISTENERS, Change
from xinheng.ledger.models import Allocation, Delivery, Dispute, Invoice, Order, Receipt
from xinheng.ledger.queries import exposure_documents, exposure_parts

DAY = date(2026, 3, 2)


class Account:
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.parts: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        self.told: list[Change] = []

    def on_exposure(self, changes: Sequence[Change], *, by: Any, on: date) -> None:
        """Add changes up; not those of an act that is being crashed, which never happened."""
        if is_crashing():
            return
        self.told += changes
        for change in changes:
            assert change.delta
            self.parts[change.customer, change.part] += change.delta


@pytest.fixture
def account() -> Iterator[Account]:
    listener = Account()
    EXPOSURE_LISTENERS.append(listener)
    yield listener
    EXPOSURE_LISTENERS.remove(listener)


def parts(customer, on: date = DAY) -> dict[str, Decimal]:
    found = asdict(exposure_parts([customer.pk], on=on)[customer.pk])
    return {part: amount for part, amount in found.items() if amount}


def order(company, number: str = "D1", **more) -> Order:
    told = {"lines": [("立杆", Decimal(100)), ("横杆", Decimal(50))], "ordered_on": DAY} | more
    return actions.enter_order(company.ours, number=number, by=company.sales, **told)


def invoice(company, number: str, amount: str, *, due: int = 30, **more) -> Invoice:
    return actions.enter_invoice(
        company.ours, number=number, invoiced_on=DAY, due_on=DAY + timedelta(days=due), amount=Decimal(amount),
        by=company.finance, **more,
    )  # fmt: skip


def test_an_order_goes_from_open_to_delivered_to_receivable_to_nothing(company, account):
    ordered = order(company)
    assert parts(company.ours) == {"open_orders": 150}
    actions.enter_delivery(ordered, number="J1", delivered_on=DAY, amount=Decimal(120), by=company.sales)
    assert parts(company.ours) == {"open_orders": 30, "delivered": 120}
    invoice(company, "F1", "90.00", order=ordered)
    assert parts(company.ours) == {"open_orders": 30, "delivered": 30, "receivables": 90}
    actions.give_up(ordered, on=DAY, why="客户不要了", by=company.sales)
    assert parts(company.ours) == {"delivered": 30, "receivables": 90}
    actions.enter_receipt(company.ours, number="S1", received_on=DAY, amount=Decimal(100), by=company.finance)
    assert parts(company.ours) == {"delivered": 30, "prepayment": 10}
    told = {part: amount for (_customer, part), amount in account.parts.items() if amount}
    assert told == parts(company.ours)


def test_each_part_opens_its_documents(company):
    ordered = order(company)
    actions.enter_delivery(ordered, number="J1", delivered_on=DAY, amount=Decimal(120), by=company.sales)
    owed = invoice(company, "F1", "90.00", order=ordered)
    note = invoice(company, "H1", "5.00", kind=Invoice.Kind.CREDIT_NOTE)
    money = actions.enter_receipt(
        company.ours, number="S1", received_on=DAY, amount=Decimal(8), by=company.finance, kind=Receipt.Kind.DEPOSIT
    )
    later = DAY + timedelta(days=40)

    def behind(part: str, on: date = DAY) -> list[Any]:
        return list(exposure_documents(company.ours, part, on=on))

    assert behind("open_orders") == behind("delivered") == [ordered]
    assert behind("receivables") == [owed, note]
    assert behind("overdue") == []
    assert behind("overdue", later) == [owed]
    assert behind("deposit") == [money]
    assert behind("prepayment") == []
    assert parts(company.ours, later)["overdue"] == 90


def test_only_what_is_left_is_delivered_or_given_up(company):
    ordered = order(company)
    first, second = ordered.lines.all()
    with pytest.raises(Refusal, match=r"只剩 150\.00 元未执行"):
        actions.enter_delivery(ordered, number="J1", delivered_on=DAY, amount=Decimal("150.01"), by=company.sales)
    with pytest.raises(Refusal, match=r"第 2 行只剩 50\.00 元"):
        actions.enter_delivery(
            ordered, number="J1", delivered_on=DAY, parts={second.pk: Decimal("50.01")}, by=company.sales
        )
    actions.enter_delivery(
        ordered, number="J1", delivered_on=DAY, parts={first.pk: Decimal("99.99"), second.pk: Decimal(50)},
        by=company.sales,
    )  # fmt: skip
    with pytest.raises(Refusal, match=r"只剩 0\.01 元未执行"):
        actions.give_up(ordered, on=DAY, why="多了", amount=Decimal("0.02"), by=company.sales)
    with pytest.raises(Refusal, match="已有交付或开票"):
        actions.reverse_order(ordered, on=DAY, why="录错", by=company.sales)
    assert parts(company.ours) == {"open_orders": Decimal("0.01"), "delivered": Decimal("149.99")}


def test_what_is_reversed_counts_no_more_from_that_day_and_its_number_is_free(company, account):
    ordered = order(company)
    delivered = actions.enter_delivery(ordered, number="J1", delivered_on=DAY, amount=Decimal(120), by=company.sales)
    wrong = invoice(company, "F1", "90.00", order=ordered)
    later = DAY + timedelta(days=2)
    actions.reverse_invoice(wrong, on=later, why="开错", by=company.finance)
    assert parts(company.ours, later) == {"open_orders": 30, "delivered": 120}
    assert parts(company.ours) == {"open_orders": 30, "delivered": 30, "receivables": 90}, "the past stays"
    actions.reverse_delivery(delivered, on=later, why="录错", by=company.sales)
    actions.reverse_order(ordered, on=later, why="录错", by=company.sales)
    assert parts(company.ours, later) == {}
    assert not any(account.parts.values())
    order(company)
    assert Order.objects.filter(number="D1").count() == 2


def test_cents_that_binary_fractions_cannot_hold_add_up(company):
    for number, amount in enumerate(("0.10", "0.20", "0.30", "4.35", "1.15")):
        invoice(company, f"F{number}", amount)
    money = actions.enter_receipt(
        company.ours, number="S1", received_on=DAY, amount=Decimal("0.10"), by=company.finance
    )
    for number, amount in enumerate(("0.10", "0.10", "0.10", "5.70")):
        actions.enter_receipt(
            company.ours, number=f"T{number}", received_on=DAY, amount=Decimal(amount), by=company.finance
        )
    assert parts(company.ours) == {}
    assert list(exposure_documents(company.ours, "receivables", on=DAY)) == []
    actions.reverse_receipt(money, on=DAY, why="退票", by=company.finance)
    assert parts(company.ours) == {"receivables": Decimal("0.10")}


def test_what_is_told_is_what_the_documents_come_to_whatever_is_done(company, account):
    dice = random.Random("exposure")
    done = 0
    for turn in range(150):
        on = DAY + timedelta(days=turn // 15)
        try:
            _something(company, dice, turn, on)
            done += 1
        except Refusal:
            pass
    assert done > 60
    for customer in (company.ours, company.theirs):
        found = asdict(exposure_parts([customer.pk], on=DAY + timedelta(days=400))[customer.pk])
        found.pop("overdue")
        assert found == {part: account.parts[customer.pk, part] for part in found}


def _something(company, dice: random.Random, turn: int, on: date) -> None:
    amount = Decimal(dice.randint(1, 20_000)) / 100
    orders, invoices = list(Order.objects.all()), list(Invoice.objects.all())
    receipts, finance, sales = list(Receipt.objects.all()), company.finance, company.sales
    allocations, deliveries = list(Allocation.objects.all()), list(Delivery.objects.all())
    what = dice.randrange(12)
    told: dict[str, Any] = {"number": f"N{turn}", "by": finance}
    if what in (0, 1):
        actions.enter_order(
            company.ours, ordered_on=on, lines=[("甲", amount), ("乙", Decimal(7))], **told | {"by": sales}
        )
    elif what in (2, 3):
        plan = [(on + timedelta(days=10), amount / 2), (on + timedelta(days=50), amount / 2)] if turn % 2 else []
        mine = [one for one in orders if one.customer_id == company.ours.pk]
        kind = dice.choice(("invoice", "invoice", "invoice", "credit_note"))
        actions.enter_invoice(
            company.ours, invoiced_on=on, due_on=on, plan=plan, amount=amount, kind=kind,
            order=dice.choice([None, *mine]), **told,
        )  # fmt: skip
    elif what in (4, 5):
        kind = dice.choice(("payment", "payment", "deposit"))
        actions.enter_receipt(company.ours, received_on=on, amount=amount, kind=kind, **told)
    elif what == 6 and orders:
        actions.enter_delivery(dice.choice(orders), delivered_on=on, amount=amount, **told | {"by": sales})
    elif what == 7 and orders:
        does = dice.choice((actions.give_up, actions.reverse_order))
        does(dice.choice(orders), on=on, why="不要了", by=sales)
    elif what == 8 and invoices:
        dice.choice((actions.reverse_invoice, actions.dispute_invoice))(
            dice.choice(invoices), on=on, why="数量不符", by=finance
        )
    elif what == 9 and invoices:
        actions.set_off(dice.choice(invoices), on=on, by=finance)
    elif what == 10 and receipts:
        money = dice.choice(receipts)
        if turn % 2:
            actions.use_prepayment(money, on=on, by=finance)
        else:
            actions.reverse_receipt(money, on=on, why="退票", by=finance)
    elif what == 11 and allocations and turn % 2:
        actions.undo_allocation(dice.choice(allocations), on=on, why="核错", by=finance)
    elif what == 11 and deliveries and not turn % 3:
        actions.reverse_delivery(dice.choice(deliveries), on=on, why="录错", by=sales)
    elif what == 11:
        dispute = Dispute.objects.filter(ended_on__isnull=True).first()
        if dispute:
            actions.end_dispute(dispute, on=on, outcome="说清楚了", by=finance)
