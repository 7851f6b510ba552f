"""Whatever people do, in whatever order: after every act all balances are what the documents and movements say.

The acts are drawn with a dice; one that is refused must have left nothing. `XINHENG_WALKS=8 XINHENG_STEPS=300` goes further.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model, QuerySet

from company import Company
from creditpolicy.problems import Refusal
from grading import graded
from lending import DAY
from policies import published
from xinheng.audit.record import SYSTEM
from xinheng.credit import actions as credit
from xinheng.credit import jobs
from xinheng.credit.core import joining, limits, pools
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.proving import prove_pools
from xinheng.credit.models import Account, Grant, Hold, Movement, OrderCheck, Pool
from xinheng.credit.queries import at_a_glance, prove_all
from xinheng.customers.actions import set_parent
from xinheng.ledger import actions as ledger
from xinheng.ledger.models import Allocation, Delivery, Dispute, Invoice, Order, Receipt, Refund
from xinheng.ledger.models import Company as Seller
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

WALKS, STEPS = int(os.environ.get("XINHENG_WALKS", "2")), int(os.environ.get("XINHENG_STEPS", "45"))


OFTEN = ["do_check", "do_order", "do_deliver", "do_invoice", "do_receive"]


class Course:
    """One course of events; `told` keeps what was done, for whoever must find out."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company, self.dice, self.day, self.number = company, random.Random(seed), DAY, 0
        self.told: list[str] = []
        self.customers = [company.ours, company.theirs]
        names = [name for name in dir(self) if name.startswith("do_")]
        self.acts: list[Callable[[], Any]] = [getattr(self, name) for name in [*names, *OFTEN * 4]]

    def next(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.number}"

    def amount(self, most: int = 90) -> Decimal:
        return Decimal(self.dice.randint(1, most * 100)).scaleb(-2)

    def one(self, rows: QuerySet[Any] | type[Model]) -> Any:
        """Draw one of the rows; Refusal where there is none."""
        every: QuerySet[Any] = rows._default_manager.all() if isinstance(rows, type) else rows
        if hasattr(every.model, "reversed_on") and self.dice.random() < 0.9:
            every = every.filter(reversed_on=None)
        keys = list(every.order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refusal("nothing there")
        return every.get(pk=self.dice.choice(keys))

    def book(self) -> dict[str, Any]:
        """Draw a company of ours and a currency, the usual ones mostly."""
        if self.dice.random() < 0.8:
            return {}
        return self.dice.choice([{"currency": "USD"}, {"company": Seller.objects.get(code="B")}])

    def customer(self) -> Any:
        return self.dice.choice(self.customers)

    def sales(self, customer: Any) -> Any:
        return self.company.sales if customer.pk == self.company.ours.pk else self.company.stranger

    def step(self) -> None:
        act = self.dice.choice(self.acts)
        before = Movement.objects.count(), Hold.objects.count(), Allocation.objects.count()
        try:
            with transaction.atomic():
                act()
            self.told.append(f"{self.day} {act.__name__}")
        except Refusal as refused:
            self.told.append(f"{self.day} {act.__name__} refused: {refused.message}")
            assert before == (Movement.objects.count(), Hold.objects.count(), Allocation.objects.count()), self.told

    # Orders -----------------------------------------------------------------------------------------------------------

    def do_check(self) -> None:
        customer, number = self.customer(), f"SO{self.dice.randint(1, 12)}"
        credit.check_order(
            customer,
            number=number,
            amount=int(self.amount() * 100),
            by=self.sales(customer),
            on=self.day,
            **self.book(),
        )

    def do_check_by_single_limit(self) -> None:
        grant = self.one(Grant.objects.filter(kind="single", hold=None))
        account = grant.account
        credit.check_order(
            account.customer, number=self.next("SG"), amount=int(self.amount() * 100), single=grant, on=self.day,
            by=self.sales(account.customer), company=account.company, currency=account.currency,
        )  # fmt: skip

    def do_drop(self) -> None:
        checked = self.one(OrderCheck)
        credit.drop_order(checked, by=self.sales(checked.customer), on=self.day, why="取消")

    def do_use(self) -> None:
        checked = self.one(OrderCheck.objects.filter(hold__state="open"))
        credit.use_order(checked, amount=int(self.amount(50) * 100), by=self.sales(checked.customer), on=self.day)

    def do_return(self) -> None:
        checked = self.one(OrderCheck.objects.filter(hold__used__gt=0))
        credit.return_order(checked, amount=int(self.amount(30) * 100), by=self.sales(checked.customer), on=self.day)

    def do_ask_release(self) -> None:
        checked = self.one(OrderCheck.objects.filter(state__in=OrderCheck.WAITING))
        credit.ask_release(checked, reason="急单", by=self.sales(checked.customer), on=self.day)

    def do_decide(self) -> None:
        item = self.one(Item.objects.filter(state="open", act="approve"))
        outcome = self.dice.choice(["agree", "agree", "refuse"])
        for person in (self.company.deputy_gm, self.company.general_manager):
            if person.is_one_of(item.role):
                finish_item(item, by=person, on=self.day, outcome=outcome, remarks="看过")

    def do_order(self) -> None:
        customer = self.customer()
        ledger.enter_order(
            customer, number=f"SO{self.dice.randint(1, 12)}", ordered_on=self.day, by=self.company.finance,
            lines=[("甲", self.amount(50)), ("乙", self.amount(50))], is_fact=self.dice.random() < 0.2, **self.book(),
        )  # fmt: skip

    def do_extend(self) -> None:
        ledger.extend_order(
            self.one(Order), amount=self.amount(40), by=self.company.finance, on=self.day,
            is_fact=self.dice.random() < 0.2,
        )  # fmt: skip

    def do_deliver(self) -> None:
        ledger.enter_delivery(
            self.one(Order),
            number=self.next("CK"),
            delivered_on=self.day,
            amount=self.amount(60),
            by=self.company.finance,
        )

    def do_give_up(self) -> None:
        ledger.give_up(
            self.one(Order),
            amount=self.dice.choice([None, self.amount(20)]),
            why="取消",
            by=self.company.finance,
            on=self.day,
        )

    def do_reverse_order(self) -> None:
        ledger.reverse_order(self.one(Order), by=self.company.finance, on=self.day, why="录错")

    def do_reverse_delivery(self) -> None:
        ledger.reverse_delivery(self.one(Delivery), by=self.company.finance, on=self.day, why="录错")

    # Invoices and money -----------------------------------------------------------------------------------------------

    def do_invoice(self) -> None:
        order = self.one(Order) if self.dice.random() < 0.6 and Order.objects.exists() else None
        customer = order.customer if order else self.customer()
        kind = "credit_note" if self.dice.random() < 0.2 else "invoice"
        amount, due = self.amount(120) + 2, self.day + timedelta(self.dice.randint(0, 40))
        plan = (
            [(due, amount - 1), (due + timedelta(9), Decimal(1))]
            if kind == "invoice" and self.dice.random() < 0.3
            else ()
        )
        more = {"currency": order.currency} if order else self.book()
        ledger.enter_invoice(
            customer, number=self.next("I"), invoiced_on=self.day, due_on=None if plan else due, plan=plan, kind=kind,
            amount=amount, order=order, by=self.company.finance, **more,
        )  # fmt: skip

    def do_reverse_invoice(self) -> None:
        ledger.reverse_invoice(self.one(Invoice), by=self.company.finance, on=self.day, why="开错")

    def do_dispute(self) -> None:
        ledger.dispute_invoice(
            self.one(Invoice), amount=self.amount(30), by=self.company.finance, on=self.day, why="短少"
        )

    def do_end_dispute(self) -> None:
        ledger.end_dispute(self.one(Dispute), by=self.company.finance, on=self.day, outcome="谈妥")

    def do_receive(self) -> None:
        kind = "deposit" if self.dice.random() < 0.2 else "payment"
        ledger.enter_receipt(
            self.customer(), number=self.next("R"), received_on=self.day, amount=self.amount(150), kind=kind,
            to={} if kind == "payment" and self.dice.random() < 0.3 else None, by=self.company.finance, **self.book(),
        )  # fmt: skip

    def do_use_prepayment(self) -> None:
        ledger.use_prepayment(self.one(Receipt), by=self.company.finance, on=self.day)

    def do_set_off(self) -> None:
        ledger.set_off(self.one(Invoice.objects.filter(kind="credit_note")), by=self.company.finance, on=self.day)

    def do_undo(self) -> None:
        ledger.undo_allocation(self.one(Allocation), by=self.company.finance, on=self.day, why="认错")

    def do_reverse_receipt(self) -> None:
        ledger.reverse_receipt(self.one(Receipt), by=self.company.finance, on=self.day, why="退票")

    def do_refund(self) -> None:
        ledger.ask_refund(
            self.one(Receipt),
            number=self.next("TK"),
            amount=self.amount(30),
            by=self.company.finance,
            on=self.day,
            why="多付",
        )

    def do_reverse_refund(self) -> None:
        ledger.ask_refund_reversal(self.one(Refund), by=self.company.finance, on=self.day, why="没有退出去")

    # Limits, and days -------------------------------------------------------------------------------------------------

    def do_grant(self) -> None:
        kind = self.dice.choice(["revolving", "revolving", "temporary", "single"])
        until = (
            None if kind == "revolving" and self.dice.random() < 0.5 else self.day + timedelta(self.dice.randint(1, 9))
        )
        limits.grant(
            self.one(Account), Limit(kind, "application", self.dice.randint(0, 300_00), self.day, until), by=SYSTEM,
            on=self.day,
        )  # fmt: skip

    def do_freeze(self) -> None:
        if self.dice.random() < 0.7:
            raise Refusal("not now")
        credit.freeze_credit(self.one(Account), by=self.company.risk, on=self.day, why="涉诉")

    def do_thaw(self) -> None:
        credit.thaw_credit(
            self.one(Account.objects.filter(is_frozen=True)), by=self.company.deputy_gm, on=self.day, why="结案"
        )

    def do_share(self) -> None:
        credit.share_in_group(
            self.company.ours,
            amount=self.dice.randint(0, 400_00),
            by=self.company.general_manager,
            on=self.day,
            why="核定",
        )

    def do_regroup(self) -> None:
        parent = self.dice.choice([None, self.company.ours])
        set_parent(self.company.theirs, parent=parent, by=self.company.stranger, on=self.day)
        self.company.theirs.refresh_from_db()

    def do_resize(self) -> None:
        pools.resize(self.one(Pool), self.dice.randint(100_00, 900_00))

    def do_next_day(self) -> None:
        self.day += timedelta(self.dice.randint(1, 4))

    def do_daily(self) -> None:
        jobs.daily(on=self.day)

    # What must be true ------------------------------------------------------------------------------------------------

    def agrees(self) -> None:
        assert prove_all(on=self.day) == [], self.told
        assert prove_pools() == [], self.told
        for account in Account.objects.all():
            glance = at_a_glance(account, on=self.day)
            if glance.free is not None:
                assert glance.limit is not None
                assert glance.free == glance.limit - glance.used - glance.reserved
        for checked in OrderCheck.objects.filter(state__in=("passed", "reminded"), hold__state="open"):
            assert checked.hold is not None
            assert checked.hold.amount - checked.hold.released + checked.done >= min(
                checked.amount, checked.hold.used
            ), self.told


@pytest.fixture
def founded(company: Company) -> Company:
    """Give the company with a policy, grades, a second seller, dollars, and a ceiling far and near."""
    version = published(company, "leasing", on=DAY)
    for customer in (company.ours, company.theirs):
        graded(customer, version, "A", on=DAY)
        ledger.enter_contract(customer, number="HT", signed_on=DAY, by=company.finance)
        limits.grant(
            Account.objects.get(customer=customer), Limit("revolving", "application", 200_00, DAY), by=SYSTEM, on=DAY
        )
    Seller.objects.create(code="B", name="乙公司")
    ledger.set_rate(currency="USD", since=DAY, rate=Decimal("7.1"), by=company.finance)
    pool = pools.found("company", "授信总额", 350_00)
    Pool.objects.filter(pk=pool.pk).update(company=Seller.default())
    joining.follow(Pool.objects.get(pk=pool.pk))
    return company


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WALKS))
def test_after_any_course_of_acts_every_balance_is_what_it_is_made_of(founded: Company, seed: int) -> None:
    course = Course(founded, seed)
    for _step in range(STEPS):
        course.step()
        course.agrees()
    assert sum("refused" not in one for one in course.told) > STEPS // 4, course.told
