"""Statements of account: right to the cent, frozen, laid before the customer, answered by him."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.ledger import actions, queries
from xinheng.ledger.models import AccountStatement, Company, Invoice, Receipt
from xinheng.ledger.queries.statements import account_of
from xinheng.portal.actions import invite
from xinheng.portal.entering import let_in
from xinheng.workflow.models import Item

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def invoice(company, number: str, amount: str, on: date, /, **more) -> Invoice:
    return actions.enter_invoice(
        company.ours, number=number, invoiced_on=on, due_on=on + timedelta(days=10), amount=Decimal(amount),
        by=company.finance, **more,
    )  # fmt: skip


def money(company, number: str, amount: str, on: date, /, **more) -> Receipt:
    return actions.enter_receipt(
        company.ours, number=number, received_on=on, amount=Decimal(amount), by=company.finance, **more
    )


@pytest.fixture
def made(company) -> AccountStatement:
    invoice(company, "F0", "10.00", date(2026, 2, 28))
    invoice(company, "F1", "100.00", FIRST)
    money(company, "S1", "60.00", LAST)
    money(company, "Y1", "1000.00", LAST, kind=Receipt.Kind.DEPOSIT)
    invoice(company, "F2", "7.00", date(2026, 4, 1))
    return actions.make_statement(company.ours, since=FIRST, until=LAST, by=company.finance, on=date(2026, 4, 2))


def test_a_statement_tells_the_period_and_stays_as_it_was_made(company, made):
    assert (made.opening, made.closing, made.overdue) == (10, 50, 50)
    assert [line[1:4] for line in made.lines] == [["invoice", "F1", "100.00"], ["receipt", "S1", "-60.00"]]
    assert made.open_items == [["F1", 0, "2026-03-11", "50.00", 20, False]]
    invoice(company, "F3", "3.00", LAST)
    made.refresh_from_db()
    assert made.closing == 50
    with pytest.raises(Refusal, match="先起后止"):
        actions.make_statement(company.ours, since=LAST, until=FIRST, by=company.finance, on=LAST)
    with pytest.raises(Refusal, match="不晚于今天"):
        actions.make_statement(company.ours, since=FIRST, until=LAST, by=company.finance, on=FIRST)
    with pytest.raises(Refusal):
        actions.make_statement(company.ours, since=FIRST, until=LAST, by=company.sales, on=LAST)


def test_the_balance_of_every_day_is_what_is_owed_less_what_is_prepaid(company):
    dice = random.Random("statement")
    for turn in range(30):
        on = FIRST + timedelta(days=turn)
        amount = str(Decimal(dice.randint(1, 10_000)) / 100)
        kind = Invoice.Kind.CREDIT_NOTE if turn % 5 == 4 else Invoice.Kind.INVOICE
        if turn % 3:
            invoice(company, f"F{turn}", amount, on, kind=kind)
        else:
            money(company, f"S{turn}", amount, on)
        if turn % 6 == 5:
            actions.reverse_receipt(
                Receipt.objects.filter(reversed_on=None).first(), on=on, why="退票", by=company.finance
            )
        if turn % 7 == 6 and (free := Invoice.objects.filter(reversed_on=None, settled=0).last()):
            actions.reverse_invoice(free, on=on, why="开错", by=company.finance)
    ours = Company.default()
    account = account_of(company.ours, ours, "CNY", since=FIRST, until=LAST)
    assert len(account.lines) > 30
    for day in (FIRST + timedelta(days=n) for n in range(0, 30, 3)):
        parts = queries.exposure_parts([company.ours.pk], on=day)[company.ours.pk]
        closing = account_of(company.ours, ours, "CNY", since=FIRST, until=day).closing
        assert closing == parts.receivables - parts.prepayment
    later = account_of(company.ours, ours, "CNY", since=date(2026, 3, 15), until=LAST)
    assert (later.opening + sum(line.amount for line in later.lines), later.closing) == (
        account.closing,
        account.closing,
    )


def test_what_is_contested_is_marked_on_paper_and_in_the_workbook(company, made, client):
    contested = invoice(company, "F9", "30.00", date(2026, 3, 2))
    actions.dispute_invoice(contested, amount=Decimal(12), by=company.sales, on=date(2026, 3, 5), why="少到两件")
    other = actions.make_statement(company.ours, since=FIRST, until=LAST, by=company.finance, on=date(2026, 4, 2))
    assert [one[0:1] + one[3:] for one in other.open_items] == [
        ["F1", "50.00", 20, False],
        ["F9", "12.00", 0, True],
        ["F9", "18.00", 19, False],
    ]
    assert (other.closing, other.overdue, other.contested, made.contested) == (80, 68, 12, 0)
    told = _said_on_paper(other)
    assert "其中争议12.00" in told
    assert told.count("争议中") == 1
    assert "其中争议" not in _said_on_paper(made)
    client.force_login(company.finance)
    content = b"".join(client.get(f"/account-statements/{other.pk}/xlsx/").streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["期末未结"].values)[3:]
    assert [(row[0], row[2], row[3], row[4]) for row in rows] == [
        ("F1", None, 20, 50),
        ("F9", "争议中", None, 12),
        ("F9", None, 19, 18),
    ]
    shown = client.get(f"/account-statements/{other.pk}/").content.decode()
    assert shown.count("争议中") == 1
    actions.end_dispute(contested.disputes.get(), outcome="补发两件", by=company.finance, on=date(2026, 4, 3))
    other.refresh_from_db()
    assert other.contested == 12, "a statement stays as it was made"


def _said_on_paper(statement) -> str:
    """Give every text that stands on the sheet, in its order."""
    from xinheng.ledger.printing import sheet_of

    told = sheet_of(statement)
    facts = [one["label"] + one["value"] for one in told["facts"]]
    return "\n".join([*facts, *(cell for part in ("lines", "items") for row in told[part]["rows"] for cell in row)])


def test_it_is_answered_once_and_only_after_it_was_sent(company, made):
    with pytest.raises(Refusal, match="已编制"):
        actions.answer_statement(made, agrees=True, by=company.sales, on=LAST)
    actions.send_statement(made, by=company.finance, on=LAST)
    with pytest.raises(Refusal, match="写明哪一笔"):
        actions.answer_statement(made, agrees=False, by=company.sales, on=LAST)
    actions.answer_statement(made, agrees=True, by=company.sales, on=LAST)
    told = Item.objects.get(act="read")
    assert (told.person, told.title) == (company.finance, f"对账单 {made.number} 客户已确认")
    for again in (
        lambda: actions.answer_statement(made, agrees=True, by=company.sales, on=LAST),
        lambda: actions.withdraw_statement(made, by=company.finance, on=LAST, why="发错"),
        lambda: actions.send_statement(made, by=company.finance, on=LAST),
    ):
        with pytest.raises(Refusal, match="客户已确认"):
            again()


def test_the_customer_confirms_or_objects_on_his_own_page(company, made, client):
    invitation = invite(company.ours, to_name="王", days=3, by=company.sales, now=timezone.now()).invitation
    visitor = _visitor(invitation)
    address = f"/my/statements/{made.pk}/"
    assert visitor.get(address).status_code == 404, "what was not sent is not his to read"
    client.force_login(company.finance)
    assert client.post(f"/account-statements/{made.pk}/send/").status_code == 302
    assert made.number in visitor.get("/my/statements/").content.decode()
    assert "100.00" in visitor.get(address).content.decode()
    assert b"".join(visitor.get(f"{address}pdf/").streaming_content).startswith(b"%PDF")
    assert "请写明哪一笔" in visitor.post(address, {"agrees": "no"}).content.decode()
    assert visitor.post(address, {"agrees": "no", "remarks": "S1 是 70 元"}).status_code == 302
    item = Item.objects.get(act="look_into")
    assert (item.role, item.about_id) == ("finance", str(company.ours.pk))
    assert "S1 是 70 元" in client.get(f"/account-statements/{made.pk}/").content.decode()
    sent = {"outcome": "银行回单为 60 元, 客户认可"}
    assert client.post(f"/account-statements/{made.pk}/clear/", sent).status_code == 302
    item.refresh_from_db()
    assert item.state == "done"
    shown = visitor.get(address).content.decode()
    assert "银行回单为 60 元" in shown
    assert Entry.objects.get(act="ledger.answer_statement").actor_id is None
    other = _visitor(invite(company.theirs, to_name="李", days=3, by=company.stranger, now=timezone.now()).invitation)
    assert other.get(address).status_code == 404


def _visitor(invitation):
    from django.http import HttpResponse
    from django.test import Client

    passing = HttpResponse()
    let_in(passing, invitation)
    visitor = Client()
    visitor.cookies = passing.cookies
    return visitor


def test_made_on_the_page_and_taken_along_as_a_workbook(company, client):
    invoice(company, "F1", "100.00", FIRST)
    client.force_login(company.finance)
    shown = client.get(f"/customers/{company.ours.pk}/dealings/statement/?on=2026-03-20").content.decode()
    assert 'value="2026-03-01"' in shown
    assert 'value="2026-03-20"' in shown
    answer = client.post(
        f"/customers/{company.ours.pk}/dealings/statement/", {"since": "2026-03-01", "until": "2026-03-31"}
    )
    made = AccountStatement.objects.get()
    assert answer["Location"] == f"/account-statements/{made.pk}/"
    content = b"".join(client.get(f"/account-statements/{made.pk}/xlsx/").streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    assert [row[5] for row in rows[3:]] == [0, 100, 100]
    assert client.post(f"/account-statements/{made.pk}/withdraw/", {"why": "期间选错"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "withdrawn"
    client.force_login(company.stranger)
    assert client.get(f"/account-statements/{made.pk}/").status_code == 404
    assert client.get(f"/account-statements/{made.pk}/pdf/").status_code == 404
