"""Cases of other products, with the same figures: what they expect and we do, and where we differ on purpose.

The figures are facts read in the public tests of ERPNext, Odoo, OCA and Tryton; each test names its case.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from company import Company
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import exposure, holds, limits
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.holds import Beyond, Short
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, Hold
from xinheng.ledger.actions import enter_invoice, enter_order

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}
ABOUT = ("credit_limit", "ar_ageing", "payment_terms")
"""What limits and receivables are about; what is left over of the cases is about dunning and scorecards."""


def test_every_case_about_limits_receivables_and_terms_is_a_test_that_names_it(shared: Path, repo: Path) -> None:
    cases = json.loads((shared / "peer_credit_cases.json").read_text(encoding="utf-8"))["cases"]
    rooms = (repo / "tests" / "xinheng" / room for room in ("credit", "ledger"))
    tests = [name for room in rooms for path in room.glob("test_*.py") for name in _named(path)]
    wanted = {one["id"] for one in cases if one["topic"] in ABOUT}
    assert len(wanted) == 41
    assert {case for case in wanted if not any(_names(test, case) for test in tests)} == set()


def _named(path: Path) -> list[str]:
    return re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)


def _names(test: str, case: str) -> bool:
    """Say whether a test's name has the case's, or its number after an `and`: `erp_lim_01_and_03`."""
    of, number = case.replace("-", "_").rsplit("_", 1)
    return bool(re.search(rf"{of}_(\d+_and_)*{number}(_|$)", test))


def passes(account: Account, amount: int, **more: Any) -> bool:
    return isinstance(holds.reserve(account, amount, **BY, **more), Hold)


def owing(company: Company, limit: int | None, owed: int) -> Account:
    account = with_limit(company.ours, limit)
    exposure.book(account, [Step("receivables", owed, "I1")], **BY)
    return account


def test_erp_lim_01_what_is_owed_above_the_limit_blocks_orders_but_not_deliveries_and_invoices(
    company: Company,
) -> None:
    """ERPNext blocks the delivery note and the invoice too; here goods that were sent can always be invoiced."""
    account = owing(company, 950_00, 1000_00)
    assert not passes(account, 1)
    exposure.book(account, [Step("receivables", 100_00, "I2")], **BY)
    assert now(account).used == 1100_00


def test_erp_lim_03_a_limit_below_what_is_owed_is_set_and_blocks(company: Company) -> None:
    """ERPNext refuses to set it; here it is set, and stops what is new. A second limit takes the first one's place."""
    account = owing(company, 1000_00, 1000_00)
    for _twice in range(2):
        limits.grant(account, Limit("revolving", "grade", 900_00, DAY), **BY)
    assert (now(account).granted, now(account).free) == (900_00, -100_00)
    assert not passes(account, 1)


def test_odoo_lim_01_reaching_the_limit_exactly_passes(company: Company) -> None:
    account = with_limit(company.ours, 1000_00)
    assert passes(account, 1000_00, document="SO1")
    enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(1000), by=company.sales)
    assert (now(account).receivables, now(account).open_orders) == (0, 1000_00)


def test_odoo_lim_03_an_invoice_of_an_order_is_not_counted_beside_the_order(company: Company) -> None:
    account = with_limit(company.ours, 1000_00)
    order = enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(1000), by=company.sales)
    enter_invoice(
        company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(1000), order=order, by=company.finance
    )
    enter_invoice(company.ours, number="I2", invoiced_on=DAY, due_on=DAY, amount=Decimal(500), by=company.finance)
    assert now(account).used == 1500_00
    assert not passes(account, 1)


def test_odoo_lim_05_an_account_is_in_one_currency(company: Company) -> None:
    """Odoo converts 110 at 2.0 to 55 and warns at a limit of 50; here each currency has an account of its own.

    The rules stop an order on an account without a limit where the customer's grade has one (`test_no_way_round`).
    """
    account = with_limit(company.ours, 50_00)
    other = open_account(company.ours, currency="USD")
    assert passes(other, 110_00)
    assert (now(account).reserved, now(other).reserved) == (0, 110_00)
    assert not passes(account, 55_00)


def test_odoo_lim_07_an_invoice_without_an_order_counts_beside_the_orders(company: Company) -> None:
    account = with_limit(company.ours, 1000_00)
    enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(1000), by=company.sales)
    enter_invoice(company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(2000), by=company.finance)
    found = now(account)
    assert (found.used, found.receivables, found.open_orders) == (3000_00, 2000_00, 1000_00)


def test_odoo_lim_09_an_order_with_one_company_does_not_use_the_limit_of_another(company: Company) -> None:
    ours, other = with_limit(company.ours, 1000_00), with_limit(company.ours, None, company="B")
    assert passes(other, 1000_00)
    assert (now(ours).reserved, now(other).reserved) == (0, 1000_00)


def test_oca_risk_01_what_counts_is_the_amount_with_tax(company: Company) -> None:
    """OCA counts drafts where it is told to; a draft is no document here, and a document is gross."""
    account = with_limit(company.ours, None)
    gross = 10 * Decimal(50) * Decimal("1.10")
    enter_invoice(company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=gross, by=company.finance)
    assert now(account).used == 550_00


def test_oca_risk_03_what_is_overdue_within_the_limit_is_no_excess(company: Company) -> None:
    account = with_limit(company.ours, 1100_00)
    late = DAY - timedelta(60)
    enter_invoice(company.ours, number="I1", invoiced_on=late, due_on=late, amount=Decimal(550), by=company.finance)
    assert now(account).free == 550_00
    assert passes(account, 550_00)


def test_oca_risk_05_there_are_no_limits_for_single_parts(company: Company) -> None:
    """OCA has a limit for open invoices alone; here a policy says which parts count, and one limit binds their sum."""
    account = owing(company, 300_00, 0)
    exposure.count(account, ["receivables"], **BY)
    exposure.book(account, [Step("open_orders", 900_00, "SO1")], **BY)
    assert now(account).free == 300_00
    assert not passes(account, 550_00)


def test_oca_sale_01_and_03_an_order_over_the_limit_waits_and_passes_with_an_approval(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    assert passes(account, 100_00)
    short = holds.reserve(account, 100_00, **BY)
    assert isinstance(short, Short)
    assert (short.reason, short.missing) == ("over", 100_00)
    assert passes(account, 100_00, beyond=Beyond(over=100_00))
    assert now(account).reserved == 200_00
    assert is_sound()


def test_oca_sale_05_an_order_in_another_currency_does_not_use_this_limit(company: Company) -> None:
    account = with_limit(company.ours, 99_00)
    assert passes(open_account(company.ours, currency="EUR"), 100_00)
    assert now(account).free == 99_00


@pytest.mark.parametrize("amount", [1, 100_00])
def test_try_lim_01_where_no_limit_is_set_the_account_bounds_nothing(company: Company, amount: int) -> None:
    """The rules of the policy may stop it all the same: a customer without a grade has been granted nothing."""
    assert passes(owing(company, None, 100_00), amount)


@pytest.mark.parametrize(("amount", "fits"), [(1_00, True), (150_00, False)])
def test_try_lim_03_what_is_owed_and_asked_for_is_held_against_the_limit(
    company: Company, amount: int, fits: bool
) -> None:
    assert passes(owing(company, 200_00, 100_00), amount) is fits


def test_try_lim_05_a_confirmed_order_goes_on_when_the_limit_falls_and_counts_once(company: Company) -> None:
    account = owing(company, 200_00, 100_00)
    assert passes(account, 50_00, document="SO1")
    order = enter_order(company.ours, number="SO1", ordered_on=DAY, amount=Decimal(50), by=company.sales)
    assert now(account).used == 150_00
    limits.grant(account, Limit("revolving", "grade", 100_00, DAY), **BY)
    enter_invoice(
        company.ours, number="I9", invoiced_on=DAY, due_on=DAY, amount=Decimal(25), order=order, by=company.finance
    )
    assert (now(account).used, now(account).reserved) == (150_00, 0)
    assert not passes(account, 1)
