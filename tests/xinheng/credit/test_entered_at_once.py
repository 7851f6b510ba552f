"""Orders and payments entered by many at once: no more counts than fits, what waits is freed once, and all adds up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from company import Company
from lending import DAY, now, with_limit
from xinheng.credit.core.accounts import owed
from xinheng.credit.core.proving import prove
from xinheng.credit.models import OrderCheck
from xinheng.ledger.actions import enter_order, enter_receipt
from xinheng.ledger.models import OrderLine
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 8


def at_once(*acts: Callable[[], Any]) -> None:
    """Let each act be done by a thread of its own, with a connection of its own, all at one moment."""
    pause = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> None:
        pause.wait(60)
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(one, act) for act in acts]:
            done.result()


def test_orders_entered_at_once_count_as_far_as_they_fit_and_payments_free_the_rest_once(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    sales, finance = company.sales, company.finance

    def ordering(number: int) -> Callable[[], Any]:
        return lambda: enter_order(
            company.ours, number=f"SO{number}", ordered_on=DAY, amount=Decimal(30), by=sales
        )  # fmt: skip

    def paying(number: int) -> Callable[[], Any]:
        return lambda: enter_receipt(
            company.ours, number=f"R{number}", received_on=DAY, amount=Decimal(45), by=finance
        )  # fmt: skip

    at_once(*map(ordering, range(ORDERS)))
    assert (now(account).used, OrderLine.objects.filter(is_waiting=True).count()) == (90_00, ORDERS - 3)
    at_once(*map(paying, range(2)))
    row = now(account)
    assert (row.open_orders, row.prepayment, row.used, row.reserved) == (180_00, 90_00, 90_00, 0)
    assert OrderLine.objects.filter(is_waiting=True).count() == ORDERS - 6
    assert OrderCheck.objects.filter(state="passed").count() == 6
    assert Item.objects.filter(title__contains="已自动放行").count() == 3
    assert prove([row], on=DAY, owed=owed([row])) == []
