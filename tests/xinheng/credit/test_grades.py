"""A grade brings its limit in the transaction that brings it into force; documents bring what is owed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from company import Company
from grading import graded
from lending import DAY, is_sound, now, with_limit
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import limits
from xinheng.credit.core.accounts import granted_on, open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.many import ByGrade, grant_by_grade
from xinheng.credit.core.money import cents
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, Movement
from xinheng.customers.models import Customer
from xinheng.ledger.actions import enter_invoice, enter_order, enter_receipt

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def test_a_grade_that_comes_into_force_grants_its_limit_at_once(company: Company) -> None:
    version = published(company, "leasing", on=DAY)
    standing = graded(company.ours, version, "B", on=DAY)
    account = Account.objects.get(customer=company.ours)
    assert standing.limit is not None
    assert account.granted == cents(standing.limit) > 0
    worse = graded(company.ours, version, "ungraded", on=DAY + timedelta(1))
    assert worse.limit == 0
    assert now(account).granted == 0
    assert is_sound(on=DAY + timedelta(1))


def test_a_worse_grade_ends_what_was_applied_for_and_a_better_one_does_not(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    limits.grant(account, Limit("revolving", "application", 500_00, DAY, DAY + timedelta(60)), **BY)
    key = company.ours.pk
    grant_by_grade({key: ByGrade(200_00, DAY, is_frozen=False, is_worse=False)}, **BY)
    assert now(account).granted == 500_00
    grant_by_grade({key: ByGrade(80_00, DAY, is_frozen=False, is_worse=True)}, **BY)
    assert now(account).granted == 80_00
    assert is_sound()


def test_a_grade_that_is_frozen_freezes_and_thaws_the_account(company: Company) -> None:
    key = company.ours.pk
    grant_by_grade({key: ByGrade(200_00, DAY, is_frozen=True, is_worse=False)}, **BY)
    account = Account.objects.get(customer=company.ours)
    limits.freeze(account, source="person", **BY)
    grant_by_grade({key: ByGrade(200_00, DAY, is_frozen=False, is_worse=False)}, **BY)
    assert now(account).frozen_for == "person"
    grant_by_grade({key: ByGrade(None, DAY, is_frozen=False, is_worse=False)}, **BY)
    assert now(account).granted is None
    assert is_sound()


def test_many_grades_bring_their_limits_in_as_many_statements_as_few(company: Company) -> None:
    def statements(first: int, count: int) -> int:
        made = Customer.objects.bulk_create(
            Customer(number=f"N{n}", name=f"客户{n}", kind="enterprise", department=company.departments["sales1"])
            for n in range(first, first + count)
        )
        wanted = {one.pk: ByGrade(100_00, DAY, is_frozen=False, is_worse=False) for one in made}
        with CaptureQueriesContext(connection) as asked:
            grant_by_grade(wanted, **BY)
        return len(asked)

    assert statements(90, 1)  # the first finds no company yet
    assert statements(0, 3) == statements(10, 40)
    assert Account.objects.filter(granted=100_00).count() == 44
    assert is_sound()


def test_documents_of_the_ledger_use_the_limit_and_payments_free_it(company: Company) -> None:
    account = with_limit(company.ours, 1000_00)
    on = DAY - timedelta(5)
    enter_order(company.ours, number="SO1", ordered_on=on, amount=Decimal("300.00"), by=company.sales)
    invoice = enter_invoice(
        company.ours, number="I1", invoiced_on=on, due_on=DAY, amount=Decimal("450.50"), by=company.finance
    )
    found = now(account)
    assert (found.used, found.open_orders, found.receivables) == (750_50, 300_00, 450_50)
    enter_receipt(
        company.ours, number="R1", received_on=DAY, amount=Decimal("500.00"), by=company.finance,
        to={invoice.pk: Decimal("450.50")},
    )  # fmt: skip
    assert (now(account).used, now(account).prepayment) == (250_50, 49_50)
    assert Movement.objects.filter(account=account, document="I1").count() == 2
    assert is_sound()


def test_an_account_that_is_opened_late_has_all_that_is_owed_on_it(company: Company) -> None:
    enter_invoice(
        company.theirs,
        number="I1",
        invoiced_on=date(2026, 1, 1),
        due_on=DAY,
        amount=Decimal("70.00"),
        by=company.finance,
    )
    assert Account.objects.get(customer=company.theirs).used == 70_00
    assert open_account(company.theirs).used == 70_00
    assert granted_on(open_account(company.theirs), DAY).amount is None
    assert is_sound()


def test_the_day_lets_accounts_count_what_the_policy_in_force_counts(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    Account.objects.filter(pk=account.pk).update(counts="receivables")
    published(company, "leasing", on=DAY)
    assert daily(on=DAY) is None
    assert now(account).counted == frozenset(Account.PARTS)
    assert Entry.objects.filter(act="credit.count_anew").count() == 1
