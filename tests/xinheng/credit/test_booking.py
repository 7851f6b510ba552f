"""A whole file of documents on many accounts at once: every account and what it shares as if each came alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from company import Company
from lending import is_sound
from xinheng.credit.core import pools
from xinheng.credit.core.accounts import open_account, owed
from xinheng.credit.core.booking import MANY
from xinheng.credit.core.proving import prove
from xinheng.credit.models import Account, Movement
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger.importing.invoices import New, take_in
from xinheng.ledger.models import Company as Ours
from xinheng.ledger.models import Invoice, Rate

DAY = date(2026, 3, 2)


@pytest.fixture
def customers(company: Company) -> list[Customer]:
    rows = [
        Customer(number=f"K{n:03d}", name=f"客户{n}", kind=Kind.ENTERPRISE, status=Status.FILED, department=company.ours.department)
        for n in range(MANY + 5)
    ]  # fmt: skip
    return Customer.objects.bulk_create(rows)


def invoices(customers: list[Customer], run: str, *, currency: str = "CNY") -> list[New]:
    ours = Ours.default()
    return [
        New(one, ours, f"{run}-{turn}", kind, Decimal(f"{100 + turn}.07"), currency, DAY, DAY, None, settled, "")
        for one in customers
        for turn, (kind, settled) in enumerate([("invoice", None), ("invoice", DAY), ("credit_note", None), ("invoice", None)])
    ]  # fmt: skip


def test_accounts_that_are_opened_and_accounts_that_are_there_come_out_as_the_documents_say(company, customers):
    Rate.objects.create(currency="USD", since=DAY, rate=Decimal(7))
    for currency in ("CNY", "USD"):
        for run in ("A", "B"):
            take_in(invoices(customers, f"{currency}{run}", currency=currency), by=company.finance, on=DAY)
    accounts = list(Account.objects.filter(customer__in=customers))
    assert len(accounts) == 2 * len(customers)
    assert {account.receivables for account in accounts} == {2 * (100_07 - 102_07 + 103_07)}
    assert prove(accounts, on=DAY, owed=owed(accounts)) == []
    later = Movement.objects.filter(account__in=accounts, document__contains="B-")
    assert later.count() == 3 * 2 * len(customers), "each open document is a movement of its own"
    assert Invoice.objects.filter(settled__gt=0).count() == 4 * len(customers)


def test_what_they_share_moves_with_them(company, customers):
    accounts = [open_account(one) for one in customers]
    pool = pools.found("company", "公司总额", 100_000_00, members=accounts[:-1])
    take_in(invoices(customers, "A"), by=company.finance, on=DAY)
    assert pools.free(pool) == 100_000_00 - (len(customers) - 1) * (100_07 - 102_07 + 103_07)
    assert is_sound()


def test_statements_do_not_grow_with_the_documents(company, customers):
    take_in(invoices(customers, "A"), by=company.finance, on=DAY)
    taken = []
    for runs in ("B", "CDEF"):
        new = [one for run in runs for one in invoices(customers, run)]
        with CaptureQueriesContext(connection) as queries:
            take_in(new, by=company.finance, on=DAY)
        taken.append(len(queries))
    assert taken[0] == taken[1]
