"""The list 额度与占用: filters, totals in the base currency, units, any day, and the workbook."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from company import Company
from lending import with_limit
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import exposure, holds, limits
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account
from xinheng.customers.models import Customer
from xinheng.ledger.models import Rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(company: Company) -> date:
    """Give two customers' accounts with what they use by today, and the day."""
    today = timezone.localdate()
    one = with_limit(company.ours, 100_000_00, on=today - timedelta(40))
    two = with_limit(company.theirs, 50_000_00, on=today)
    exposure.book(one, [Step("receivables", 30_000_00, "I1")], by=SYSTEM, on=today - timedelta(20))
    exposure.book(one, [Step("receivables", 20_000_00, "I2")], by=SYSTEM, on=today)
    exposure.book(two, [Step("open_orders", 60_000_00, "O1")], by=SYSTEM, on=today)
    return today


def shown(who: Any, **asked: Any) -> str:
    client = Client()
    client.force_login(who)
    return client.get(reverse("credit.accounts"), asked).content.decode()


def test_totals_are_exact_and_links_lead_to_what_they_are_made_of(company: Company, today: date) -> None:
    page = shown(company.risk)
    for figure in ("150,000.00 元", "110,000.00 元", "40,000.00 元"):
        assert figure in page
    account = Account.objects.get(customer=company.ours)
    assert f"{reverse('credit.customer', args=[company.ours.pk])}?account={account.pk}" in page
    in_wan = shown(company.risk, unit="wan")
    assert "11.00 万元" in in_wan
    assert ">5.00<" in in_wan


def test_another_currency_is_counted_at_the_rate_of_the_day_and_never_raw(company: Company, today: date) -> None:
    dollars = open_account(company.ours, currency="USD")
    exposure.book(dollars, [Step("receivables", 1_000_00, "U1")], by=SYSTEM, on=today)
    assert "没有当日可用的汇率, 未计入合计" in shown(company.risk)
    Rate.objects.create(currency="USD", since=today - timedelta(1), rate=Decimal("7.10"))
    page = shown(company.risk)
    assert "117,100.00 元" in page
    assert "折" in page
    assert ">7,100.00<" in page
    assert "其中 1 个账户没有核定额度: 它们已用和预占的" in page, "the free amount does not lack it"


def test_a_past_day_shows_what_was_used_then(company: Company, today: date) -> None:
    page = shown(company.risk, on=(today - timedelta(5)).isoformat())
    assert "30,000.00 元" in page
    assert "60,000.00" not in page
    before = shown(company.risk, on=(today - timedelta(50)).isoformat())
    assert "30,000.00" not in before


def test_filters_leave_what_they_say(company: Company, today: date) -> None:
    ours, theirs = company.ours.name, company.theirs.name
    for asked, expected in (
        ({"show": "over"}, theirs), ({"owner": company.sales.pk}, ours),
        ({"department": company.departments["sales2"].pk}, theirs), ({"q": "C0001"}, ours),
    ):  # fmt: skip
        page = shown(company.risk, **asked)
        other = theirs if expected == ours else ours
        assert (expected in page, other in page) == (True, False), asked
    limits.freeze(Account.objects.get(customer=company.ours), source="person", by=SYSTEM, on=today)
    assert theirs not in shown(company.risk, show="frozen")
    assert theirs not in shown(company.sales)


def test_limits_that_end_soon_stand_in_a_list_of_their_own(company: Company, today: date) -> None:
    account = Account.objects.get(customer=company.ours)
    assert company.ours.name not in shown(company.risk, show="ending")
    limit = Limit("temporary", "application", 5_000_00, today, today + timedelta(9))
    limits.grant(account, limit, by=SYSTEM, on=today)
    page = shown(company.risk, show="ending")
    assert company.ours.name in page
    assert "临时额度" in page
    assert (today + timedelta(9)).isoformat() in page


def test_what_expired_by_today_is_free_though_no_job_has_run(company: Company, today: date) -> None:
    account = Account.objects.get(customer=company.ours)
    day = today - timedelta(10)
    holds.reserve(account, 7_000_00, by=SYSTEM, on=day, until_day=today)
    limits.grant(account, Limit("temporary", "application", 9_000_00, day, today), by=SYSTEM, on=day)
    page = shown(company.risk)
    assert "7,000.00" not in page
    assert "150,000.00 元" in page
    assert "40,000.00 元" in page


def test_the_workbook_holds_the_same_and_leaves_a_line(company: Company, today: date) -> None:
    client = Client()
    client.force_login(company.finance)
    answer = client.post(reverse("credit.export"), {"query": "show=over"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[3:]] == ["C0002"]
    assert -10000 in rows[3]
    assert Entry.objects.filter(act="credit.export").count() == 1
    client.force_login(company.sales)
    assert client.post(reverse("credit.export"), {"query": ""}).status_code == 403


def test_the_page_asks_as_often_for_fifty_accounts_as_for_two(company: Company, today: date) -> None:
    client = Client()
    client.force_login(company.risk)
    page = reverse("credit.accounts")
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    made = Customer.objects.bulk_create(
        Customer(number=f"M{n}", name=f"客户{n}", kind="enterprise", department=company.departments["sales1"])
        for n in range(40)
    )
    Account.objects.bulk_create(Account(customer=one, company=open_account(company.ours).company) for one in made)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
