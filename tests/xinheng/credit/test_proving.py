"""The proof tells every balance that is not what it is made of, and is silent where all is well."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from lending import now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.command.credit import credit
from xinheng.credit.core import holds, pools
from xinheng.credit.models import Account, Hold, Slot
from xinheng.credit.queries import prove_all
from xinheng.ledger.actions import enter_delivery, enter_invoice, enter_order, enter_receipt, reverse_receipt
from xinheng.ledger.models import Invoice

pytestmark = pytest.mark.django_db


def differences() -> list[tuple[str, int | None, int | None]]:
    return [(one.what, one.stands, one.should) for one in prove_all(on=timezone.localdate())]


@pytest.fixture
def account(company: Company) -> Account:
    """Give an account on which much has happened."""
    on = timezone.localdate()
    account = with_limit(company.ours, 1000_00, on=on)
    told: dict[str, Any] = {"by": SYSTEM, "on": on}
    hold = holds.reserve(account, 300_00, document="SO1", **told)
    assert isinstance(hold, Hold)
    holds.use(hold, 50_00, **told)
    order = enter_order(company.ours, number="SO1", ordered_on=on, amount=Decimal(300), by=company.sales)
    enter_delivery(order, number="DN1", delivered_on=on, amount=Decimal(200), by=company.commerce_specialist)
    invoice = enter_invoice(
        company.ours, number="I1", invoiced_on=on, due_on=on + timedelta(30), amount=Decimal(150), by=company.finance,
        order=order,
    )  # fmt: skip
    receipt = enter_receipt(
        company.ours, number="R1", received_on=on, amount=Decimal(180), by=company.finance,
        to={invoice.pk: Decimal(150)},
    )  # fmt: skip
    reverse_receipt(receipt, by=company.finance, on=on, why="退票")
    pools.found("group", "甬江集团", 5000_00, members=[now(account)])
    holds.reserve(account, 77_00, document="SO2", **told)
    return now(account)


def test_what_the_acts_keep_is_what_the_documents_say(account: Account) -> None:
    assert differences() == []
    assert (account.open_orders, account.delivered, account.receivables) == (100_00, 50_00, 150_00)
    assert (account.used, account.reserved, account.taken) == (300_00, 77_00, 0)


@pytest.mark.parametrize(
    ("field", "value"), [("used", 1), ("reserved", 0), ("granted", 999_00), ("receivables", 0), ("taken", 5)]
)
def test_a_balance_that_was_changed_behind_the_acts_is_told(account: Account, field: str, value: int) -> None:
    before = getattr(account, field)
    Account.objects.filter(pk=account.pk).update(**{field: value})
    assert (field, value, before) in differences()


def test_a_document_that_came_in_behind_the_acts_is_told(account: Account) -> None:
    Invoice.objects.filter(number="I1").update(amount=Decimal(160))
    assert ("receivables", 150_00, 160_00) in differences()


def test_a_slot_and_a_hold_that_were_changed_are_told(account: Account) -> None:
    Slot.objects.filter(taken__gt=0).update(taken=1)
    Hold.objects.filter(document="SO2").update(amount=78_00)
    assert {what for what, _stands, _should in differences()} == {"taken", "reserved"}


def test_the_command_proves_and_tells(account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("xinheng.command.credit.initialised", lambda: None)
    assert credit("prove") == 0
    assert "完全相符" in capsys.readouterr().out
    Account.objects.filter(pk=account.pk).update(used=1)
    assert credit("prove") == 1
    assert "应为 300.00" in capsys.readouterr().out


def test_the_command_says_whether_an_order_would_pass(
    account: Account, company: Company, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr("xinheng.command.credit.initialised", lambda: None)
    number = company.ours.number
    assert credit("check", customer=number, amount="623") == 0
    assert credit("check", customer=number, amount="623.01") == 1
    assert "0.01" in capsys.readouterr().out
    assert not account.checks.exclude(number="SO1").exists()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"amount": "NaN"}, "不是"), ({"amount": "Infinity"}, "不是"), ({"amount": "一百"}, "不是"), ({"amount": "-1"}, "大于 0"),
        ({"amount": "1.005"}, "零头"), ({"amount": "1e30"}, "太大"), ({"customer": "C9"}, "没有编号“C9”"),
        ({"customer": ""}, "--customer"), ({"company": "乙"}, "没有代码为“乙”"), ({"currency": "usd"}, "三个大写字母"),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong_with_what_it_was_told(
    company: Company, told: dict[str, str], said: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("xinheng.command.credit.initialised", lambda: None)
    with pytest.raises(Refusal, match=said):
        credit("check", **{"customer": company.ours.number, "amount": "1", **told})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="没有“推测”"):
        credit("推测")


def test_the_command_asks_of_an_account_in_another_currency(company: Company, monkeypatch: Any) -> None:
    monkeypatch.setattr("xinheng.command.credit.initialised", lambda: None)
    with_limit(company.ours, 0, on=timezone.localdate())
    assert credit("check", customer=company.ours.number, amount="1") == 1
    assert credit("check", customer=company.ours.number, amount="1", currency="USD") == 0
