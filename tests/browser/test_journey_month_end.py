"""The end of a month: what is owed by age, the statement of account, the customer's yes to one and his no to another."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from walking import fill_in, goes_to, looked_at, press, send
from xinheng.ledger import actions
from xinheng.ledger.models import AccountStatement
from xinheng.portal.actions import invite

TODAY = timezone.localdate()
LAST = TODAY.replace(day=1) - timedelta(days=1)
BEFORE = LAST.replace(day=1) - timedelta(days=1)
OWED, OVERDUE, OPENED = "170,000.35", "50,000.00", "80,000.00"


@pytest.fixture
def books(company):
    """Enter what a customer owes: overdue, partly paid, not due, and from after the month; another owes as well."""
    for customer, number, amount, on, due in (
        (company.ours, "F1", "80000", BEFORE - timedelta(30), LAST - timedelta(40)),
        (company.ours, "F2", "120000.35", LAST - timedelta(10), LAST + timedelta(60)),
        (company.ours, "F3", "999", TODAY, TODAY + timedelta(30)),
        (company.theirs, "F4", "7000", LAST, LAST + timedelta(60)),
    ):
        actions.enter_invoice(
            customer, number=number, invoiced_on=on, due_on=max(on, due), amount=Decimal(amount), by=company.finance
        )
    actions.enter_receipt(
        company.ours, number="S1", received_on=LAST - timedelta(5), amount=Decimal(30_000), by=company.finance
    )
    return company


def test_a_month_is_closed_and_the_customer_confirms_it(books, window):
    finance, page = _opened(window, books.finance, "/receivables/")
    fill_in(page, on=LAST.isoformat())
    press(page, "main form.filters button[type=submit]")
    _says(page, "177,000.35", OWED)
    looked_at(finance, "journey-month-end-01-ageing")
    press(page, f"main tbody td a:has(:text-is('{OVERDUE}'))")
    expect(page.locator("main tbody tr")).to_have_count(1)
    _says(page, "F1", OVERDUE)
    looked_at(finance, "journey-month-end-02-behind")
    press(page, f"main tbody a:text-is('{books.ours.name}')")
    _says(page, OWED, OVERDUE)
    press(page, "main a[href*='/dealings/statement/']")
    assert [page.locator(f"main [name={name}]").input_value() for name in ("since", "until")] == [
        LAST.replace(day=1).isoformat(),
        LAST.isoformat(),
    ]
    send(page)
    statement = AccountStatement.objects.get()
    _says(page, OPENED, OWED, OVERDUE, "已编制")
    looked_at(finance, "journey-month-end-03-statement")
    assert _file(finance, statement, "pdf").startswith(b"%PDF")
    assert _workbook(finance, statement) == (Decimal(80_000), Decimal("170000.35"), Decimal("170000.35"), None)
    press(page, goes_to(page, "/send/"), sure=True)
    _says(page, "待客户确认")

    customer = _let_in(window, books)
    page = customer.page
    press(page, goes_to(page, "/my/statements/"))
    _says(page, OWED)
    press(page, goes_to(page, f"/my/statements/{statement.pk}/"))
    _says(page, OPENED, OWED, "F1", "S1")
    looked_at(customer, "journey-month-end-04-customer")
    assert customer.page.request.get(f"{customer.server}/my/statements/{statement.pk}/pdf/").body()[:4] == b"%PDF"
    fill_in(page, agrees="yes")
    send(page)
    _says(page, "客户已确认")

    page = finance.open("/inbox/copies/")
    press(page, f"main a:has-text('{statement.number} 客户已确认')")
    page = finance.open(statement.get_absolute_url())
    _says(page, "客户已确认", TODAY.isoformat(), OWED)
    expect(page.locator("main a[href$='/withdraw/']")).to_have_count(0)
    looked_at(finance, "journey-month-end-05-confirmed")


def test_what_the_customer_contests_is_marked_from_then_on(books, window):
    told = {"by": books.finance, "on": TODAY}
    earlier = actions.make_statement(books.ours, since=BEFORE.replace(day=1), until=BEFORE, **told)
    actions.send_statement(earlier, **told)
    customer = _let_in(window, books)
    page = customer.open(f"/my/statements/{earlier.pk}/")
    fill_in(page, agrees="no", remarks="F1 少到两件, 差 8,000 元")
    send(page)
    _says(page, "客户有异议")

    finance, page = _opened(window, books.finance, "/inbox/")
    press(page, f"main a:has-text('{earlier.number} 客户有异议')")
    _says(page, "差 8,000 元", OPENED)
    looked_at(finance, "journey-month-end-06-task")
    press(page, goes_to(page, earlier.get_absolute_url()))
    press(page, "main a:text-is('F1')")
    press(page, goes_to(page, "/dispute/"))
    fill_in(page, amount="8000", since=TODAY.isoformat(), why="少到两件")
    send(page)
    page = finance.open(earlier.get_absolute_url())
    press(page, goes_to(page, "/clear/"))
    fill_in(page, outcome="已登记争议 8,000 元, 补发两件")
    send(page)
    _says(page, "异议已处理")
    looked_at(finance, "journey-month-end-07-cleared")
    page = customer.open(f"/my/statements/{earlier.pk}/")
    _says(page, "补发两件")

    page = finance.open("/receivables/")
    _says(page, "争议中", "8,000.00", "42,000.00", "170,999.35")
    press(page, "main tbody td a:has(:text-is('8,000.00'))")
    _says(page, "F1", "争议中")
    looked_at(finance, "journey-month-end-08-contested")
    page = finance.open(f"/customers/{books.ours.pk}/dealings/statement/")
    fill_in(page, since=TODAY.replace(day=1).isoformat(), until=TODAY.isoformat())
    send(page)
    _says(page, "170,999.35", "42,000.00", "8,000.00", "争议中")
    looked_at(finance, "journey-month-end-09-marked")
    statement = AccountStatement.objects.get(until=TODAY)
    assert _workbook(finance, statement)[1:] == (Decimal("170999.35"), Decimal("170999.35"), Decimal(8000))


def _opened(window, person, path: str):
    seen = window(person)
    return seen, seen.open(path)


def _let_in(window, company):
    invited = invite(company.ours, to_name="王会计", days=7, by=company.sales, now=timezone.now())
    seen, page = _opened(window, None, f"/my/in/{invited.link}/")
    fill_in(page, code=invited.code)
    send(page)
    return seen


def _says(page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("main")).to_contain_text(text)


def _file(seen, statement: AccountStatement, form: str) -> bytes:
    """Give what the button on the page gives."""
    button = seen.page.locator(f"main a[href$='/account-statements/{statement.pk}/{form}/']")
    return seen.page.request.get(seen.server + button.get_attribute("href")).body()


def _workbook(seen, statement: AccountStatement) -> tuple[Decimal | date | None, ...]:
    """Give from the workbook the opening and closing balance, what is open in all, and what of it is contested."""
    book = openpyxl.load_workbook(io.BytesIO(_file(seen, statement, "xlsx")))
    lines, items = (list(sheet.values)[3:] for sheet in book.worksheets)
    amounts = [(Decimal(str(row[4])), row[2]) for row in items]
    contested = sum(amount for amount, state in amounts if state == "争议中")
    return (
        Decimal(str(lines[0][5])), Decimal(str(lines[-1][5])), sum(amount for amount, _state in amounts),
        contested or None,
    )  # fmt: skip
