"""Guarantees: registered by one, checked by another, adding what the policy recognises, right on any day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from grading import SHIPPED, graded
from lending import DAY, is_sound, now, with_limit
from policies import published_text
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.credit import queries
from xinheng.credit.actions import check_order, register_guarantee, release_guarantee
from xinheng.credit.core import exposure, holds, limits
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.holds import Short
from xinheng.credit.core.limits import Limit
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, Guarantee
from xinheng.customers.models import Guarantor
from xinheng.ledger.models import Rate, Receipt
from xinheng.papers.models import Paper, PaperKind
from xinheng.ratings.queries import grade_in_force
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
UNTIL = DAY + timedelta(100)
RULES = """
  guarantees:
    - {guarantee: insurance, percent: 80, most_percent: 50, notice_days: 20, clause: 第九条}
    - {guarantee: mortgage, percent: 60, grades: [A], assumed: 抵押物变现打折}
  order_rules:
"""


@pytest.fixture
def account(company: Company) -> Account:
    """Give the account of a customer with grade A and 200,000 yuan under a policy that recognises guarantees."""
    text = (SHIPPED / "sales-credit" / "policy.yaml").read_text("utf-8")
    graded(company.ours, published_text(company, text.replace("\n  order_rules:\n", RULES, 1), on=DAY), "A", on=DAY)
    account = Account.objects.get(customer=company.ours)
    limits.grant(account, Limit("revolving", "grade", 200_000_00, DAY), by=SYSTEM, on=DAY)
    return now(account)


def evidence(customer: Any, on: date = DAY) -> Paper:
    kind = PaperKind.objects.get(code="other")
    return Paper.objects.create(customer=customer, kind=kind, title="保单", filed_on=on, has_copy=True)


def register(company: Company, **more: Any) -> Guarantee:
    told: dict[str, Any] = {
        "kind": "insurance", "amount": 100_000_00, "percent": Decimal(90), "giver": "信用保险公司", "number": "BX1",
        "from_day": DAY, "until_day": UNTIL, "papers": [evidence(company.ours)], "by": company.sales, "on": DAY,
    }  # fmt: skip
    return register_guarantee(company.ours, **(told | more))


def verify(given: Guarantee, by: Any, outcome: str = "agree", on: date = DAY) -> Guarantee:
    item = Item.objects.get(state="open", act="verify", subject_id=str(given.pk))
    finish_item(item, by=by, on=on, outcome=outcome, remarks="与原件一致")
    given.refresh_from_db()
    return given


def test_what_another_has_checked_covers_and_adds_what_the_policy_recognises(
    company: Company, account: Account
) -> None:
    given = register(company, most=80_000_00)
    assert now(account).granted == 200_000_00
    with pytest.raises(Refusal):
        verify(given, company.sales)
    verify(given, company.finance)
    assert (given.state, given.decided_by, given.covers) == ("valid", company.finance, 72_000_00)
    assert (now(account).granted, now(account).valid_until) == (257_600_00, UNTIL)
    assert queries.at_a_glance(now(account), on=DAY).limit == Decimal("257600.00")
    assert is_sound()


def test_it_ends_on_its_day_though_no_job_has_run(company: Company, account: Account) -> None:
    verify(register(company), company.finance)
    exposure.book(account, [Step("receivables", 150_000_00, "I1")], by=SYSTEM, on=DAY)
    assert queries.net_exposure(now(account), on=DAY).net == Decimal("60000.00")
    assert queries.at_a_glance(now(account), on=UNTIL).limit == Decimal("200000.00")
    assert queries.net_exposure(now(account), on=UNTIL).net == Decimal("150000.00")
    held = check_order(company.ours, number="SO1", amount=80_000_00, by=company.sales, on=UNTIL)
    assert "over_limit" in [one["type"] for one in held.found]
    assert held.is_waiting
    short = holds.reserve(account, 50_000_01, by=SYSTEM, on=UNTIL)
    assert isinstance(short, Short)
    assert (short.missing, now(account).granted) == (1, 200_000_00)
    assert is_sound(on=UNTIL)


def test_guarantees_of_a_kind_together_add_no_more_than_the_policys_share_of_the_limit(
    company: Company, account: Account
) -> None:
    for number in ("BX1", "BX2"):
        verify(register(company, number=number, percent=Decimal(100)), company.finance)
    assert now(account).granted == 300_000_00
    limits.grant(account, Limit("revolving", "grade", 100_000_00, DAY), by=SYSTEM, on=DAY)
    assert now(account).granted == 150_000_00
    assert is_sound()


def test_a_kind_of_which_the_policy_says_nothing_covers_and_adds_nothing(company: Company, account: Account) -> None:
    given = verify(register(company, kind="bank_guarantee", percent=Decimal(100)), company.finance)
    assert (given.covers, given.grant, now(account).granted) == (100_000_00, None, 200_000_00)
    assert queries.covered([account], DAY) == {account.pk: 100_000_00}


def test_a_grade_for_which_it_does_not_count_takes_away_what_it_added(company: Company, account: Account) -> None:
    given = verify(register(company, kind="mortgage", number="", giver="", percent=Decimal(100)), company.finance)
    assert now(account).granted == 260_000_00
    standing = grade_in_force(company.ours, DAY)
    assert standing is not None
    graded(company.ours, standing.version, "B", on=DAY + timedelta(1))
    given.refresh_from_db()
    assert given.grant is None
    assert Entry.objects.filter(act="credit.recognise_anew").exists()
    assert is_sound(on=DAY + timedelta(1))


def test_released_by_another_it_covers_no_more_and_what_is_used_stays(company: Company, account: Account) -> None:
    given = verify(register(company), company.finance)
    for who, said in ((company.sales, "角色"), (company.finance, "角色")):
        with pytest.raises(Refusal, match=said):
            release_guarantee(given, by=who, on=DAY, why="还清")
    with pytest.raises(Refusal, match="原因"):
        release_guarantee(given, by=company.risk, on=DAY, why=" ")
    release_guarantee(given, by=company.risk, on=DAY, why="保单退保")
    assert (now(account).granted, queries.covered([account], DAY)) == (200_000_00, {})
    with pytest.raises(Refusal, match="不必解除"):
        release_guarantee(given, by=company.risk, on=DAY, why="再一次")
    assert is_sound()


def test_a_refused_one_neither_covers_nor_adds(company: Company, account: Account) -> None:
    given = verify(register(company), company.finance, "refuse")
    assert (given.state, given.covers, now(account).granted) == ("refused", None, 200_000_00)
    register(company)  # may be registered again


def test_one_in_another_currency_covers_at_the_rate_of_the_day(company: Company, account: Account) -> None:
    given = register(company, currency="USD", amount=10_000_00, percent=Decimal(100))
    with pytest.raises(Refusal, match="汇率"):
        verify(given, company.finance)
    Rate.objects.create(currency="USD", since=DAY, rate=Decimal("7.1234"))
    assert verify(given, company.finance).covers == 71_234_00


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"papers": []}, "凭证"), ({"giver": ""}, "保险公司"), ({"percent": Decimal(101)}, "承保比例"),
        ({"amount": 0}, "大于 0"), ({"until_day": DAY}, "失效日"), ({"kind": "surety"}, "保证人"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(company: Company, more: dict[str, Any], said: str) -> None:
    with_limit(company.ours, 1_00)
    with pytest.raises(Refusal, match=said):
        register(company, **more)
    assert not Guarantee.objects.exists()


def test_the_same_policy_is_registered_once_and_a_booked_deposit_never(company: Company) -> None:
    register(company)
    with pytest.raises(Refusal, match="已经登记过"):
        register(company)
    Receipt.objects.create(customer=company.ours, number="YJ1", amount=Decimal(1), received_on=DAY, kind="deposit")
    with pytest.raises(Refusal, match="已在往来里入账"):
        register(company, kind="deposit", number="YJ1")


def test_a_surety_goes_no_further_than_the_guarantor_and_ends_with_him(company: Company, account: Account) -> None:
    by = Guarantor.objects.create(
        customer=company.ours, guarantor=company.theirs, amount_yuan=Decimal(5000), since=DAY, until=UNTIL
    )
    told: dict[str, Any] = {"kind": "surety", "guarantor": by, "number": "", "giver": "", "percent": Decimal(100)}
    with pytest.raises(Refusal, match="只保证"):
        register(company, **told)
    with pytest.raises(Refusal, match="保证期"):
        register(company, **told, amount=5000_00, until_day=UNTIL + timedelta(2))
    given = verify(register(company, **told, amount=5000_00), company.finance)
    Guarantor.objects.filter(pk=by.pk).update(ended_on=DAY)
    daily(on=DAY + timedelta(1))
    given.refresh_from_db()
    assert (given.state, queries.covered([account], DAY + timedelta(1))) == ("released", {})


def test_people_are_reminded_once_before_it_ends(company: Company, account: Account) -> None:
    given = verify(register(company), company.finance)
    daily(on=UNTIL - timedelta(21))
    assert not Item.objects.filter(act="renew", subject_id=str(given.pk)).exists()
    for day in (20, 19):
        daily(on=UNTIL - timedelta(day))
    task = Item.objects.get(act="renew", subject_id=str(given.pk))
    assert (task.person, task.due_on) == (company.sales, UNTIL)


def test_it_is_registered_seen_and_released_on_the_pages(company: Company) -> None:
    today = timezone.localdate()
    with_limit(company.ours, 1000_00, on=today)
    paper = evidence(company.ours, today)
    client = Client()
    client.force_login(company.sales)
    page = reverse("credit.secure", args=[company.ours.pk])
    sent = {
        "kind": "insurance", "amount": "1234.56", "currency": "CNY", "percent": "90", "giver": "信用保险公司",
        "number": "BX77", "from_day": today.isoformat(), "papers": [paper.pk],
    }  # fmt: skip
    assert "保险公司或银行" in client.post(page, sent | {"giver": ""}).content.decode()
    assert client.post(page, sent).status_code == 302
    given = Guarantee.objects.get()
    verify(given, company.finance, on=today)
    shown = client.get(reverse("credit.customer", args=[company.ours.pk])).content.decode()
    assert "BX77" in shown
    assert "1,111.10" in shown
    own = reverse("credit.guarantee", args=[given.pk])
    assert "制度没有规定增加" in client.get(own).content.decode()
    stranger, risk = Client(), Client()
    stranger.force_login(company.stranger)
    risk.force_login(company.risk)
    assert stranger.get(own).status_code == 404
    risk.post(reverse("credit.release_guarantee", args=[given.pk]), {"why": "退保"})
    given.refresh_from_db()
    assert given.state == "released"
