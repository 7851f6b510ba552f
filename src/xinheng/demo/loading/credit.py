"""Orders of the last days, held against the policy: some pass, some wait for somebody, and two customers want more."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from creditpolicy.problems import Refusal
from xinheng.credit.actions import apply_for_limit, ask_release, check_order
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Account, Grant, OrderCheck
from xinheng.customers.models import Customer
from xinheng.demo.story import Story
from xinheng.ledger.actions import enter_order
from xinheng.ledger.models import Contract
from xinheng.org.models import Person
from xinheng.org.roles import Role

ORDERS = 8
"""Of customers with room for more, and half as many of those without."""
SELLERS = (Role.SALES, Role.SALES_ENGINEER)


def load_credit(story: Story) -> None:
    """Check orders of customers with a limit, ask for special approval of one, and apply for more for two."""
    found = Account.objects.filter(granted__gt=0, is_frozen=False, customer__owner__isnull=False)
    accounts = [
        account
        for account in found.select_related("customer__owner").order_by("customer__number")
        if account.customer.owner is not None and account.customer.owner.is_one_of(*SELLERS)
    ]
    roomy = [account for account in accounts if (account.free or 0) > 0][:ORDERS]
    full = [account for account in accounts if (account.free or 0) <= 0][: ORDERS // 2]
    wanting: list[OrderCheck] = []
    for place, account in enumerate([*roomy, *full], 1):
        by = account.customer.owner
        assert by is not None
        share = (account.free or 0) if account in roomy else (account.granted or 0)
        checked = _asked(account.customer, place, share * (15 if place % 4 == 0 else 3) // 10, by, story)
        if checked.is_waiting:
            wanting.append(checked)
    asked = 0
    for checked in wanting:
        by = checked.customer.owner
        assert by is not None
        with suppress(Refusal):  # a policy may let nobody release it, or say nothing of limits applied for
            if asked == 0:
                ask_release(checked, reason="项目已开工, 甲方节点款本月到账, 申请先发货。", by=by, on=story.today)
            else:
                apply_for_limit(
                    checked.customer, kind=Grant.Kind.TEMPORARY, amount=(checked.account.granted or 0) // 2, by=by,
                    reason="旺季同时开两个工地, 现有额度不够周转。", on=story.today, until_day=story.today + timedelta(days=60),
                )  # fmt: skip
            asked += 1
        if asked == 3:
            return


def _asked(customer: Customer, place: int, amount: int, by: Person, story: Story) -> OrderCheck:
    """Enter an order, which is checked as it is entered; every second is only checked so far, and reserved for."""
    number = f"DD{story.today:%y%m}9{place:04d}"
    if place % 2 == 0:
        return check_order(customer, number=number, by=by, on=story.today, amount=amount)
    contract = Contract.objects.filter(customer=customer).first()
    enter_order(customer, number=number, by=by, ordered_on=story.today, amount=yuan(amount), contract=contract)
    return OrderCheck.objects.get(account__customer=customer, number=number)
