"""Orders from entry to payment, in any course, against a model in plain Python: nothing counts twice, nothing is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, now, with_limit
from xinheng.credit.actions import check_order
from xinheng.credit.core.accounts import owed as owed_by_documents
from xinheng.credit.core.proving import prove
from xinheng.credit.models import OrderCheck
from xinheng.ledger.actions import enter_delivery, enter_invoice, enter_order, enter_receipt, extend_order, give_up
from xinheng.ledger.models import Order

LIMIT = 100
AMOUNTS = st.integers(1, 60)


class Dealing(RuleBasedStateMachine):
    """What may happen to a customer's orders; the model knows of each what counts and what waits, and what is owed."""

    company: Any = None
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.sid = transaction.savepoint()
        self.number = 0
        self.counts: dict[str, int] = {}
        self.waits: dict[str, int] = {}
        self.delivered: dict[str, int] = {}
        self.invoiced: dict[str, int] = {}
        self.reserved: dict[str, int] = {}
        self.paid = self.prepaid = 0

    @initialize()
    def open(self) -> None:
        self.account = with_limit(self.company.ours, LIMIT * 100)

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.sid)

    def used(self) -> int:
        """Give what is owed or on order; what is invoiced of an order stays until it is paid."""
        return sum(self.counts.values()) - self.paid

    def next(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.number}"

    def order(self, number: str) -> Order:
        return Order.objects.get(number=number)

    def admit(self, number: str) -> None:
        """Let what waits of an order count where there is room; what was reserved for it is its own."""
        wanted = self.waits[number]
        others = sum(held for key, held in self.reserved.items() if key != number)
        prepaid = self.open_orders() + others + wanted <= self.prepaid
        if self.used() + others + wanted <= LIMIT or prepaid:
            self.counts[number] += wanted
            self.waits[number] = 0
            self.reserved.pop(number, None)

    def open_orders(self) -> int:
        return sum(self.counts[key] - max(self.delivered.get(key, 0), self.invoiced.get(key, 0)) for key in self.counts)

    def free(self) -> None:
        """Examine the orders that wait again, the first asked first."""
        for checked in OrderCheck.objects.exclude(state="dropped").order_by("pk").values_list("number", flat=True):
            if self.waits.get(checked):
                self.admit(checked)

    @rule(target=orders, amount=AMOUNTS, reserve=st.booleans())
    def enter(self, amount: int, reserve: bool) -> str:
        number = self.next("SO")
        if reserve:
            checked = check_order(self.company.ours, number=number, amount=amount * 100, by=self.company.sales, on=DAY)
            if not checked.is_waiting:
                self.reserved[number] = amount
        enter_order(self.company.ours, number=number, ordered_on=DAY, amount=Decimal(amount), by=self.company.sales)
        self.counts[number], self.waits[number] = 0, amount
        self.admit(number)
        return number

    @rule(number=orders, amount=AMOUNTS)
    def extend(self, number: str, amount: int) -> None:
        extend_order(self.order(number), amount=Decimal(amount), by=self.company.sales, on=DAY)
        self.waits[number] += amount
        self.admit(number)

    @rule(number=orders, amount=AMOUNTS)
    def deliver(self, number: str, amount: int) -> None:
        left = self.counts[number] - self.delivered.get(number, 0)
        try:
            enter_delivery(
                self.order(number), number=self.next("CK"), delivered_on=DAY, amount=Decimal(amount),
                by=self.company.sales,
            )  # fmt: skip
        except Refusal:
            assert amount > left
            return
        assert amount <= left
        self.delivered[number] = self.delivered.get(number, 0) + amount
        self.free()

    @rule(number=orders)
    def invoice(self, number: str) -> None:
        amount = self.delivered.get(number, 0) - self.invoiced.get(number, 0)
        if amount <= 0:
            return
        enter_invoice(
            self.company.ours, number=self.next("I"), invoiced_on=DAY, due_on=DAY, amount=Decimal(amount),
            order=self.order(number), by=self.company.finance,
        )  # fmt: skip
        self.invoiced[number] = self.invoiced.get(number, 0) + amount
        self.free()

    @rule(amount=AMOUNTS)
    def pay(self, amount: int) -> None:
        enter_receipt(
            self.company.ours, number=self.next("R"), received_on=DAY, amount=Decimal(amount), by=self.company.finance
        )
        owed = sum(self.invoiced.values()) - (self.paid - self.prepaid)
        self.paid += amount
        self.prepaid += max(0, amount - owed)
        self.free()

    @rule(number=orders)
    def give_up_what_waits(self, number: str) -> None:
        if not self.waits[number]:
            return
        give_up(self.order(number), amount=Decimal(self.waits[number]), why="取消", by=self.company.sales, on=DAY)
        self.waits[number] = 0
        self.free()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "account"):
            return
        row = now(self.account)
        assert prove([row], on=DAY, owed=owed_by_documents([row])) == []
        found = {
            order.number: sum(line.not_given_up for line in order.lines.filter(is_waiting=True))
            for order in Order.objects.all()
        }
        assert found == self.waits
        assert (row.used, row.reserved) == (self.used() * 100, sum(self.reserved.values()) * 100)


@pytest.mark.django_db
def test_any_course_of_orders_agrees_with_the_model(company: Company) -> None:
    run_state_machine_as_test(
        type("OfCompany", (Dealing,), {"company": company}),
        settings=settings(max_examples=10, stateful_step_count=12, deadline=None),
    )
