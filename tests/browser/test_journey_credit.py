"""Credit as people meet it: a limit applied for, an order let pass by special approval and used in parts, one freed by a payment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from grading import graded
from policies import published
from walking import fill_in, goes_to, looked_at, press, send
from xinheng.audit.record import SYSTEM
from xinheng.command.credit import credit
from xinheng.credit.core import limits
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, OrderCheck
from xinheng.ledger.actions import enter_contract, enter_invoice
from xinheng.ledger.models import Order

TODAY = timezone.localdate()


@pytest.fixture
def account(company):
    """Give the account of a customer with grade A, a contract, and a limit of 200,000 yuan."""
    graded(company.ours, published(company, "leasing", on=TODAY), "A", on=TODAY)
    enter_contract(company.ours, number="HT1", signed_on=TODAY, by=company.sales)
    account = Account.objects.get(customer=company.ours)
    limits.grant(account, Limit("revolving", "application", 200_000_00, TODAY), by=SYSTEM, on=TODAY)
    return account


@pytest.fixture
def command(monkeypatch, capsys, company):
    """Give what the command says: the accounts must add up, and then whether an order would pass."""
    monkeypatch.setattr("xinheng.command.credit.initialised", lambda: None)

    def says(amount: str) -> tuple[int, str]:
        assert credit("prove") == 0, capsys.readouterr().out
        capsys.readouterr()
        return credit("check", customer=company.ours.number, amount=amount), capsys.readouterr().out

    return says


def test_a_limit_is_applied_for_and_an_order_above_it_is_let_pass(company, window, account, command):
    sales, page = _opened(window, company.sales, f"/customers/{company.ours.pk}/credit/")
    press(page, goes_to(page, "/credit/apply/"))
    fill_in(
        page, kind="temporary", amount="50000", from_day=TODAY.isoformat(),
        until_day=(TODAY + timedelta(60)).isoformat(), reason="旺季备货",
    )  # fmt: skip
    looked_at(sales, "journey-credit-01-apply")
    send(page)
    _agree(company, window, "额度申请 50,000.00 元", "journey-credit-02-decide")
    page = sales.open(f"/customers/{company.ours.pk}/credit/")
    _says(page, "250,000.00", "临时额度", "已批准")
    looked_at(sales, "journey-credit-03-granted")
    assert command("250000")[0] == 0
    code, told = command("300000")
    assert (code, "300,000.00" in told) == (1, True)

    press(page, goes_to(page, "/credit/order/"))
    fill_in(page, amount="300000", number="SO1")
    press(page, "main form button[formmethod=get]")
    _says(page, "现在不能下单 300,000.00 元", "超出 50,000.00 元")
    fill_in(page, number="SO1")
    send(page)
    looked_at(sales, "journey-credit-04-held")
    _ask(page, "重点工程")
    _agree(company, window, "特批订单 SO1", "journey-credit-05-release")
    page = sales.open(OrderCheck.objects.get().get_absolute_url())
    _says(page, "通过", "300,000.00")
    looked_at(sales, "journey-credit-06-passed")
    assert _balances(account) == (0, 300_000)
    assert command("1")[0] == 1


def test_an_order_is_blocked_let_pass_and_used_in_two_parts(company, window, account, command):
    enter_invoice(
        company.ours, number="I0", invoiced_on=TODAY - timedelta(90), due_on=TODAY - timedelta(60),
        amount=Decimal(20_000), by=company.finance,
    )  # fmt: skip
    sales, page = _opened(window, company.sales, f"/customers/{company.ours.pk}/dealings/")
    press(page, goes_to(page, "/dealings/order/"))
    fill_in(page, number="SO1", ordered_on=TODAY.isoformat(), amount="120000")
    send(page)
    _says(page, "没有通过授信检查, 等待放行")
    assert _balances(account) == (20_000, 0)
    order = Order.objects.get()
    page = sales.open(order.get_absolute_url())
    _says(page, "等待放行", "最久 60 天")
    expect(page.locator("main a[href$='/delivery/']")).to_have_count(0)
    looked_at(sales, "journey-credit-07-waits")
    press(page, "main .alert a[href^='/credit/orders/']")
    _ask(page, "客户已付款在途")
    _agree(company, window, "特批订单 SO1", "journey-credit-08-release")
    for number, amount, left in (("CK1", "50000", "70,000.00"), ("CK2", "70000", "0.00")):
        page = sales.open(f"/orders/{order.pk}/delivery/")
        line = f"line_{order.lines.get().pk}"
        fill_in(page, number=number, delivered_on=TODAY.isoformat(), **{line: amount})
        _says(page, "已放行, 可以交付")
        send(page)
        _says(page, left, number)
        assert _balances(account) == (140_000, 0)
        assert command("1")[0] == 1
    looked_at(sales, "journey-credit-09-delivered")
    finance, page = _opened(window, company.finance, f"/customers/{company.ours.pk}/dealings/invoice/")
    fill_in(
        page, number="I1", invoiced_on=TODAY.isoformat(), due_on=TODAY.isoformat(), amount="120000", order=str(order.pk)
    )
    send(page)
    page = finance.open(f"/customers/{company.ours.pk}/credit/")
    _says(page, "140,000.00", "60,000.00")
    looked_at(finance, "journey-credit-10-invoiced")
    account.refresh_from_db()
    assert (account.open_orders, account.delivered, account.receivables) == (0, 0, 140_000_00)
    assert command("1")[0] == 1


def test_a_payment_frees_an_order_by_itself(company, window, account, command):
    enter_invoice(
        company.ours, number="I0", invoiced_on=TODAY, due_on=TODAY + timedelta(30), amount=Decimal(150_000),
        by=company.finance,
    )  # fmt: skip
    sales, page = _opened(window, company.sales, f"/customers/{company.ours.pk}/dealings/order/")
    fill_in(page, number="SO1", ordered_on=TODAY.isoformat(), amount="100000")
    send(page)
    page = sales.open("/credit/held/")
    _says(page, "SO1", "超出 50,000.00 元")
    looked_at(sales, "journey-credit-11-queue")
    assert command("100000")[0] == 1
    finance, page = _opened(window, company.finance, f"/customers/{company.ours.pk}/dealings/receipt/")
    fill_in(page, number="R1", received_on=TODAY.isoformat(), amount="60000")
    send(page)
    assert _balances(account) == (190_000, 0)
    page = sales.open("/credit/held/")
    _says(page, "没有订单在等放行")
    page = sales.open("/inbox/copies/")
    press(page, "main a:has-text('SO1 已自动放行')")
    looked_at(sales, "journey-credit-12-told")
    page = sales.open(Order.objects.get().get_absolute_url())
    expect(page.locator("main a[href$='/delivery/']")).to_have_count(1)
    assert command("10000")[0] == 0
    finance.open(f"/customers/{company.ours.pk}/credit/")
    _says(finance.page, "190,000.00", "10,000.00")


def _opened(window, person, path: str):
    seen = window(person)
    return seen, seen.open(path)


def _says(page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("body")).to_contain_text(text)


def _ask(page, reason: str) -> None:
    """Ask for a special approval on the page of a check."""
    form = "form[action$='/release/']"
    page.locator(f"{form} [name=ask-why]").fill(reason)
    press(page, f"{form} button[type=submit]")
    _says(page, "正在等特批")


def _agree(company, window, title: str, shot: str) -> None:
    """Let whom the policy names agree, from his inbox."""
    seen, page = _opened(window, company.deputy_gm, "/inbox/")
    press(page, f"main a:has-text('{title}')")
    looked_at(seen, shot)
    fill_in(page, outcome="agree", remarks="同意")
    press(page, "form[data-decision] button[type=submit]")


def _balances(account: Account) -> tuple[int, int]:
    account.refresh_from_db()
    return account.used // 100, account.reserved // 100
