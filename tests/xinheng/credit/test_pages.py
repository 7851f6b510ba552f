"""The pages of credit: the tab, the simulator, the check of an order to its special approval, the lists."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from grading import graded
from lending import is_sound, now
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import apply_for_limit
from xinheng.credit.core import limits, pools
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, Application, Grant, OrderCheck
from xinheng.ledger.models import Rate
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    """Give the day."""
    return timezone.localdate()


@pytest.fixture
def account(company: Company, today: date) -> Account:
    """Give the account of a customer with a limit of 100,000 yuan under a policy that asks for a contract."""
    graded(company.ours, published(company, "credit-standing", on=today), "B", on=today)
    account = Account.objects.get(customer=company.ours)
    limits.grant(account, Limit("revolving", "grade", 100_000_00, today), by=SYSTEM, on=today)
    return now(account)


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def words_of(content: bytes) -> str:
    """Read what a Word document says."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


def test_a_salesman_asks_without_leaving_a_trace_and_is_told_in_words(company: Company, account: Account) -> None:
    client = signed_in(company.sales)
    page = reverse("credit.order", args=[company.ours.pk])
    assert "可以下单 60,000.00 元; 下单后还余 40,000.00 元" in text(client.get(page, {"amount": "60000"}))
    told = text(client.get(page, {"amount": "105000.01"}))
    assert "现在不能下单 105,000.01 元" in told
    assert "超出 5,000.01 元" in told
    assert "第六条(二)" in told
    assert not OrderCheck.objects.exists()
    assert now(account).reserved == 0


def test_an_order_goes_from_held_to_special_approval_on_its_pages(company: Company, account: Account) -> None:
    client = signed_in(company.sales)
    answer = client.post(
        reverse("credit.order", args=[company.ours.pk]), {"number": "SO1", "amount": "120000", "terms_days": "30"}
    )
    checked = OrderCheck.objects.get()
    assert answer["Location"] == reverse("credit.check", args=[checked.pk])
    assert "待批准" in text(client.get(answer["Location"]))
    assert "SO1" in text(client.get(reverse("credit.held")))
    client.post(reverse("credit.release", args=[checked.pk]), {"ask-why": "项目投产"})
    item = Item.objects.get(state="open", act="approve")
    boss = signed_in(company.general_manager)
    assert "120,000.00" in text(boss.get(reverse("workflow.item", args=[item.pk])))
    finish_item(item, by=company.general_manager, on=timezone.localdate(), outcome="agree")
    assert "规则已由特批放行" in text(client.get(answer["Location"]))
    assert "SO1" not in text(client.get(reverse("credit.held")))
    assert now(account).reserved == 120_000_00
    client.post(reverse("credit.drop", args=[checked.pk]), {"drop-why": "客户改期"})
    assert now(account).reserved == 0
    assert is_sound(on=timezone.localdate())


def test_the_tab_shows_the_account_to_the_cent_and_each_movement(company: Company, account: Account) -> None:
    client = signed_in(company.sales)
    client.post(reverse("credit.order", args=[company.ours.pk]), {"number": "SO7", "amount": "1234.56"})
    told = text(client.get(reverse("credit.customer", args=[company.ours.pk])))
    for words in ("98,765.44", "1,234.56", "SO7", "循环额度", "未交订单", "预占"):
        assert words in told, words


def test_a_customer_without_an_account_has_an_empty_tab(company: Company) -> None:
    client = signed_in(company.sales)
    assert "还没有授信账户" in text(client.get(reverse("credit.customer", args=[company.ours.pk])))
    assert "没有核定额度" in text(client.get(reverse("credit.order", args=[company.ours.pk]), {"amount": "5"}))
    assert not Account.objects.exists()


def test_a_limit_is_applied_for_and_granted(company: Company, account: Account, today: date) -> None:
    client = signed_in(company.sales)
    page = reverse("credit.apply", args=[company.ours.pk])
    told = {"kind": "temporary", "amount": "20000", "from_day": today, "until_day": today + timedelta(30)}
    assert "必填" in text(client.post(page, told)) or not Application.objects.exists()
    client.post(page, told | {"reason": "旺季"})
    asked = Application.objects.get()
    item = Item.objects.get(state="open", act="approve")
    boss = signed_in(company.general_manager)
    assert "20,000.00" in text(boss.get(reverse("workflow.item", args=[item.pk])))
    finish_item(item, by=company.general_manager, on=today, outcome="agree")
    assert now(account).granted == 120_000_00
    assert Grant.objects.get(kind="temporary").document == f"额度申请 {asked.pk}"
    ending = text(boss.get(reverse("credit.accounts"), {"show": "ending"}))
    assert "临时额度" in ending


def test_an_application_has_its_page_and_its_papers_for_those_who_see_the_customer(
    company: Company, account: Account, today: date
) -> None:
    client = signed_in(company.sales)
    form = text(client.get(reverse("credit.apply", args=[company.ours.pk])))
    assert "额度 100,000.00 元" in form
    asked = apply_for_limit(
        company.ours, kind="temporary", amount=20_000_00, until_day=today + timedelta(30), reason="旺季备货",
        by=company.sales, on=today,
    )  # fmt: skip
    item = Item.objects.get(state="open", act="approve")
    finish_item(item, by=company.general_manager, on=today, outcome="agree", remarks="同意, 月底收回")
    page = text(client.get(asked.get_absolute_url()))
    assert all(
        words in page for words in ("120,000.00", "旺季备货", "同意, 月底收回", company.general_manager.full_name)
    )
    printed = reverse("credit.print", args=[asked.pk])
    assert b"".join(client.post(printed, {"format": "pdf"})).startswith(b"%PDF")
    said = words_of(b"".join(client.post(printed, {"format": "docx"})))
    assert all(words in said for words in ("客户信用额度申请表", "贰万元整", "120,000.00", "同意, 月底收回")), said
    assert Entry.objects.filter(act="credit.print_application", is_look=True).count() == 2
    stranger = signed_in(company.stranger)
    assert stranger.get(asked.get_absolute_url()).status_code == 404
    assert stranger.post(printed, {"format": "pdf"}).status_code == 404


def test_an_account_is_frozen_and_thawed_by_different_hands(company: Company, account: Account) -> None:
    froze, thawed = signed_in(company.finance), signed_in(company.deputy_gm)
    froze.post(reverse("credit.freeze", args=[company.ours.pk]), {"why": "涉诉"})
    assert now(account).is_frozen
    assert company.ours.name in text(froze.get(reverse("credit.accounts"), {"show": "frozen"}))
    assert froze.get(reverse("credit.thaw", args=[company.ours.pk])).status_code == 403
    thawed.post(reverse("credit.thaw", args=[company.ours.pk]), {"why": "已了结"})
    assert not now(account).is_frozen


def test_a_stranger_sees_nothing_of_it(company: Company, account: Account) -> None:
    signed_in(company.sales).post(
        reverse("credit.order", args=[company.ours.pk]), {"number": "SO1", "amount": "120000"}
    )
    checked = OrderCheck.objects.get()
    client = signed_in(company.stranger)
    for page in (
        reverse("credit.customer", args=[company.ours.pk]), reverse("credit.order", args=[company.ours.pk]),
        reverse("credit.check", args=[checked.pk]),
    ):  # fmt: skip
        assert client.get(page).status_code == 404
    for page in (reverse("credit.held"), reverse("credit.accounts")):
        assert company.ours.name not in text(client.get(page))
    assert signed_in(company.system_admin).get(reverse("credit.accounts")).status_code == 403


@pytest.mark.parametrize("show", ["exposure", "free", "frozen", "ending", "other"])
def test_the_list_of_accounts_opens(company: Company, account: Account, show: str) -> None:
    assert text(signed_in(company.risk).get(reverse("credit.accounts"), {"show": show}))


def test_a_shared_limit_is_told_in_its_own_currency_beside_a_foreign_account(company: Company, today: date) -> None:
    Rate.objects.create(currency="USD", since=today, rate=Decimal("7.10"))
    dollars = open_account(company.ours, currency="USD")
    pool = pools.found("group", "集团", 900_000_00, head=company.ours, currency="CNY")
    pools.join(dollars, pool)
    page = reverse("credit.customer", args=[company.ours.pk])
    told = signed_in(company.finance).get(page, {"account": dollars.pk}).content.decode()
    assert "900,000.00" in told
    assert not re.search(r"900,000\.00(\s|<[^>]*>|&lt;[^&]*&gt;)*USD", told)
