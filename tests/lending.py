"""Accounts with a limit, for tests: `with_limit(company.ours, 100_00)` gives one with so many cents granted."""

from __future__ import annotations

from datetime import date
from typing import Any

from grading import graded
from policies import published, published_text
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import limits
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.proving import prove, prove_pools
from xinheng.credit.models import Account, Grant
from xinheng.ledger.actions import enter_contract
from xinheng.ledger.models import Company

DAY = date(2026, 3, 2)


def with_limit(customer: Any, granted: int | None, *, on: date = DAY, company: str = "01") -> Account:
    """Open an account and grant it a revolving limit; None grants nothing."""
    seller = Company.default() if company == "01" else Company.objects.get_or_create(code=company, name=company)[0]
    account = open_account(customer, company=seller)
    if granted is not None:
        limits.grant(account, Limit(Grant.Kind.REVOLVING, Grant.Cause.GRADE, granted, on), by=SYSTEM, on=on)
    return now(account)


def leased(company: Any, *, text: str = "") -> Account:
    """Give the account, under the policy for leasing, of a customer with grade A, a contract, and a limit of 200,000 yuan.

    `text` is another policy instead.
    """
    version = published_text(company, text, on=DAY) if text else published(company, "leasing", on=DAY)
    graded(company.ours, version, "A", on=DAY)
    enter_contract(company.ours, number="HT1", signed_on=DAY, by=company.sales)
    account = Account.objects.get(customer=company.ours)
    limits.grant(account, Limit("revolving", "grade", 200_000_00, DAY), by=SYSTEM, on=DAY)
    return now(account)


def now(account: Account) -> Account:
    """Give the account as the database has it."""
    return Account.objects.get(pk=account.pk)


def is_sound(*, on: date = DAY) -> bool:
    """Say whether every balance is what it is made of."""
    assert prove(list(Account.objects.all()), on=on) == []
    assert prove_pools() == []
    return True
