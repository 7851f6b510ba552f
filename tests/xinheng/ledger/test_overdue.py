"""Invoices overdue across customers, and all the documents of one: who sees which, in what order, and as a workbook."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from xinheng.audit import spans
from xinheng.audit.models import Entry
from xinheng.ledger import actions
from xinheng.ledger.models import Invoice
from xinheng.ledger.overdue import overdue_invoices
from xinheng.ledger.queries import invoices_on

DAY = date(2026, 6, 30)


def invoice(company, customer, number: str, amount: str, late: int, **more) -> Invoice:
    due = DAY - timedelta(days=late)
    return actions.enter_invoice(
        customer, number=number, invoiced_on=due - timedelta(days=30), due_on=due, amount=Decimal(amount),
        by=company.finance, **more,
    )  # fmt: skip


@pytest.fixture
def owed(company):
    """Four invoices: one in time, one just late, one long overdue and paid in part, one of another branch."""
    invoice(company, company.ours, "T0", "10.00", 0)
    invoice(company, company.ours, "T1", "100.00", 1)
    invoice(company, company.ours, "T2", "200.00", 95)
    actions.enter_receipt(company.ours, number="S1", received_on=DAY, amount=Decimal(110), by=company.finance)
    invoice(company, company.theirs, "T3", "300.00", 40)
    return company


def numbers(company, role: str, **more) -> list[str]:
    found = overdue_invoices(getattr(company, role), on=DAY, **more).order_by("due_on")
    return [one.number for one in found]


def test_what_is_due_today_is_not_overdue_and_a_branch_sees_its_own(owed):
    assert numbers(owed, "finance") == ["T2", "T3", "T1"]
    assert numbers(owed, "sales") == ["T2", "T1"]
    assert numbers(owed, "stranger") == ["T3"]
    assert numbers(owed, "finance", days=91) == ["T2"]


def test_an_invoice_settled_in_three_parts_is_not_overdue_by_a_trace_of_rounding(company):
    """SQLite adds in binary: 996.13 - (720.93 + 244.45 + 30.75) leaves a trace there, and once vetoed customers."""
    invoice(company, company.ours, "T4", "996.13", 95)
    for number, part in enumerate(("720.93", "244.45", "30.75")):
        actions.enter_receipt(
            company.ours, number=f"P{number}", received_on=DAY, amount=Decimal(part), by=company.finance
        )
    assert [one.open_on for one in invoices_on(DAY)] == [0]
    assert numbers(company, "finance") == []


def test_the_page_adds_up_what_it_lists_and_turns_at_its_heads(owed, client):
    client.force_login(owed.finance)
    page = client.get("/overdue/", {"on": DAY.isoformat(), "sort": "-open"})
    assert [row.record.number for row in page.context["table"].paginated_rows] == ["T3", "T1", "T2"]
    assert page.context["total"] == Decimal(300 + 100 + 90)
    by_days = client.get("/overdue/", {"on": DAY.isoformat(), "sort": "-late"})
    assert [row.record.number for row in by_days.context["table"].paginated_rows] == ["T2", "T3", "T1"]
    for nonsense in ({"on": "x"}, {"days": "7"}, {"page": "x"}, {"sort": "owner__password"}):
        assert client.get("/overdue/", nonsense).status_code == 200
    client.force_login(owed.archivist)
    assert client.get("/overdue/").status_code == 403


def test_the_workbook_holds_the_list_and_its_line_names_the_customers(owed, client):
    client.force_login(owed.sales)
    answer = client.post("/overdue/export/", {"on": DAY.isoformat(), "days": "1"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [(row[0], row[3], row[5], row[7]) for row in rows[3:]] == [
        (owed.ours.name, "T2", 95, 90), (owed.ours.name, "T1", 1, 100)
    ]  # fmt: skip
    line = Entry.objects.get(act="ledger.export_overdue")
    assert line.is_look
    assert line.after["customers"] == spans.many([owed.ours.pk])


def test_all_documents_of_a_customer_are_turned_page_by_page(company, client):
    today = timezone.localdate()
    for number in range(23):
        actions.enter_receipt(
            company.ours, number=f"S{number:02}", received_on=today, amount=Decimal(1), by=company.finance
        )
    client.force_login(company.finance)
    address = f"/customers/{company.ours.pk}/dealings/"
    first = client.get(address).content.decode()
    assert first.count("/reverse/") == 20
    assert "?show=receipts" in first
    shown = [client.get(address, {"show": "receipts", "page": page}).content.decode() for page in (1, 2)]
    assert [page.count("/reverse/") for page in shown] == [20, 3]
    assert "?show=orders" not in first, "few are all on the page"
    assert client.get(address, {"show": "nothing"}).status_code == 200
    assert client.get(address, {"show": "invoices"}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "2020-13-45", "9999-12-31", "昨天"])
def test_a_day_that_nothing_can_be_counted_from_is_as_if_none_were_named(company, client, day):
    client.force_login(company.finance)
    own = f"/customers/{company.ours.pk}"
    for page in ("/receivables/", "/receivables/items/", "/overdue/", f"{own}/dealings/", "/ratings/", "/credit/"):
        assert client.get(page, {"on": day}).status_code == 200, page
    client.force_login(company.archivist)
    assert client.get(f"{own}/history/", {"on": day}).status_code == 200
