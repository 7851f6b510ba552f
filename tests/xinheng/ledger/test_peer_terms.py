"""Payment terms of other products, with the same days and amounts; the figures are facts read in their public tests.

A contract here agrees on days after the invoice and on nothing else. Where others work a due day out (the end of a month,
the fifteenth), the invoice brings it: it comes from the ERP that worked it out, and what was printed on it is what counts.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from company import Company
from creditpolicy.problems import Refusal
from xinheng.ledger import actions
from xinheng.ledger.models import Instalment, Invoice
from xinheng.ledger.queries import exposure_parts

pytestmark = pytest.mark.django_db


def enter(company: Company, number: str, on: str, **told: Any) -> Invoice:
    told = {"amount": Decimal(100)} | told
    return actions.enter_invoice(
        company.ours, number=number, invoiced_on=date.fromisoformat(on), by=company.finance, **told
    )


def overdue(company: Company, on: date) -> Decimal:
    return exposure_parts([company.ours.pk], on=on)[company.ours.pk].overdue


def is_due_as_told(company: Company, invoiced: str, due: str) -> None:
    day = date.fromisoformat(due)
    enter(company, f"{invoiced} {due}", invoiced, due_on=day)
    assert (overdue(company, day), overdue(company, day + timedelta(1))) == (0, 100)


def test_odoo_term_02_no_days_after_the_invoice_is_the_day_of_the_invoice(company: Company) -> None:
    signed = date(2019, 1, 1)
    contract = actions.enter_contract(company.ours, number="HT", signed_on=signed, terms_days=0, by=company.sales)
    order = actions.enter_order(
        company.ours, number="D", ordered_on=signed, amount=Decimal(100), contract=contract, by=company.sales
    )
    assert enter(company, "I1", "2019-01-15", order=order).due_on == date(2019, 1, 15)


def test_erp_term_03_the_end_of_the_month_after_comes_with_the_invoice(company: Company) -> None:
    is_due_as_told(company, "2016-01-22", "2016-02-29")


@pytest.mark.parametrize(
    ("invoiced", "due"),
    [
        ("2019-01-01", "2019-03-17"),  # 45 days after the end of the month
        ("2019-01-31", "2019-03-17"),
        ("2019-01-15", "2019-02-15"),  # the fifteenth, 31 days later at least
        ("2019-01-01", "2019-01-31"),  # the end of the month
        ("2019-01-31", "2019-01-31"),
        ("2019-01-15", "2019-02-01"),  # the first of the next
    ],
)
def test_odoo_term_04_and_06_and_08_and_10_and_12_and_14_a_day_in_a_month_comes_with_the_invoice(
    company: Company, invoiced: str, due: str
) -> None:
    is_due_as_told(company, invoiced, due)


def test_try_term_01_parts_are_told_and_their_sum_is_the_amount_to_the_cent(company: Company) -> None:
    """Tryton gives the last cent to the last part; here the parts are told, and a cent too much or too little is refused."""
    plan = [
        (date(2011, 10, 31), Decimal("396.84")), (date(2011, 11, 1), Decimal("396.84")),
        (date(2011, 12, 1), Decimal("396.84")), (date(2012, 1, 14), Decimal("396.83")),
    ]  # fmt: skip
    with pytest.raises(Refusal, match=r"分期合计 1587\.36"):
        enter(company, "I1", "2011-10-01", amount=Decimal("1587.35"), plan=[*plan[:3], (plan[3][0], Decimal("396.84"))])
    enter(company, "I1", "2011-10-01", amount=Decimal("1587.35"), plan=plan)
    assert list(Instalment.objects.order_by("part").values_list("due_on", "amount")) == plan
    due = [overdue(company, day + timedelta(1)) for day, _amount in plan]
    assert due == [Decimal("396.84"), Decimal("793.68"), Decimal("1190.52"), Decimal("1587.35")]


def test_try_term_03_an_invoice_of_nothing_is_none(company: Company) -> None:
    """Tryton gives it one part of nothing; here nothing is owed, so there is nothing to enter."""
    with pytest.raises(Refusal, match="金额要大于 0"):
        enter(company, "I1", "2016-05-17", amount=Decimal(0), due_on=date(2016, 6, 17))
    assert not Invoice.objects.exists()
