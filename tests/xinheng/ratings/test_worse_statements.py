"""Approving statements that are worse than those before rates again by the policy's rule, in the same transaction."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditpolicy.problems import Refusal
from grading import graded
from policies import published
from xinheng.audit.models import Entry
from xinheng.customers import listeners
from xinheng.customers.actions import approve_statement, save_statement, submit_statement
from xinheng.customers.models import Figure, Statement
from xinheng.ratings.models import Assessment, Happening, Standing

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
GOOD = {"total_assets": 100, "total_liabilities": 40, "equity": 60, "revenue": 90, "net_profit": 5}


def approved(company: Any, end: date, figures: dict[str, int]) -> Statement:
    """Store a statement that was approved before."""
    made: Statement = Statement.objects.create(
        customer=company.ours, period_kind="year", period_end=end, state="approved", entered_by=company.finance,
        approved_by=company.risk,
    )  # fmt: skip
    for account, amount in figures.items():
        Figure.objects.create(statement=made, account=account, amount=Decimal(amount))
    return made


def approve(company: Any, end: date, figures: dict[str, int], on: date = DAY) -> Statement:
    """Enter a statement, hand it in and have it approved by another."""
    made = save_statement(
        company.ours, by=company.finance, on=on, period_kind="year", period_end=end, unit=1,
        figures={account: Decimal(amount) for account, amount in figures.items()},
    )  # fmt: skip
    submit_statement(made, by=company.finance, on=on)
    made.refresh_from_db()
    return approve_statement(made, by=company.risk, on=on)


@pytest.fixture
def dealer(company: Any) -> Any:
    """Publish the dealer's policy, which asks for a rating the same day, and grade our customer."""
    version = published(company, "auto-dealer", on=DAY)
    graded(company.ours, version, "B", on=DAY - timedelta(10))
    return version


LAST, NOW = date(2024, 12, 31), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("kind", "figures", "is_worse"),
    [
        ("worse by liabilities", {**GOOD, "total_liabilities": 50, "equity": 50}, True),
        ("just not so much worse", {**GOOD, "total_liabilities": 49, "equity": 51}, False),
        ("worse by a loss", {**GOOD, "net_profit": -1}, True),
        ("equal", GOOD, False),
        ("better", {**GOOD, "total_liabilities": 30, "equity": 70, "net_profit": 9}, False),
    ],
)
def test_worse_statements_rate_again_the_same_day(
    company: Any, dealer: Any, kind: str, figures: dict[str, int], is_worse: bool
) -> None:
    approved(company, LAST, GOOD)
    statement = approve(company, NOW, figures)
    assert statement.state == "approved"
    found = list(Happening.objects.filter(kind="event"))
    assert bool(found) is is_worse, kind
    if is_worse:
        [event] = found
        assert (event.event, event.statement, event.on, event.by) == ("worse_statements", statement, DAY, company.risk)
        line = Entry.objects.get(act="ratings.happened")
        assert line.clause == "三.3"
        case = Assessment.objects.filter(kind="event").first()
        assert case is None or case.due_on == DAY
        assert case is not None or Standing.objects.filter(from_day=DAY).exists()


def test_a_first_statement_is_worse_than_nothing(company: Any, dealer: Any) -> None:
    approve(company, NOW, {**GOOD, "net_profit": -9})
    assert not Happening.objects.filter(kind="event").exists()


def test_an_older_period_that_comes_in_late_says_nothing_of_today(company: Any, dealer: Any) -> None:
    approved(company, NOW, GOOD)
    approved(company, date(2023, 12, 31), GOOD)
    approve(company, LAST, {**GOOD, "net_profit": -9})
    assert not Happening.objects.filter(kind="event").exists()


def test_it_is_compared_with_the_last_of_its_own_sort(company: Any, dealer: Any) -> None:
    approved(company, date(2023, 12, 31), {**GOOD, "net_profit": -3})
    approved(company, LAST, GOOD)
    approve(company, NOW, {**GOOD, "net_profit": -1})
    assert Happening.objects.filter(event="worse_statements").count() == 1


def test_nobody_without_a_grade_is_rated_for_it(company: Any) -> None:
    published(company, "auto-dealer", on=DAY)
    approved(company, LAST, GOOD)
    approve(company, NOW, {**GOOD, "net_profit": -9})
    assert not Happening.objects.exists()


def test_the_days_are_the_policys(company: Any) -> None:
    version = published(company, "leasing", on=DAY)
    graded(company.ours, version, "B", on=DAY - timedelta(10))
    approved(company, LAST, GOOD)
    approve(company, NOW, {**GOOD, "net_profit": -9})
    case = Assessment.objects.get(kind="event")
    assert case.due_on == DAY + timedelta(7)
    assert Happening.objects.get(kind="event").said


def test_what_a_listener_refuses_is_not_approved(company: Any, dealer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def on_statement(self, statement: Statement, *, by: Any, on: date) -> None:
            raise Refusal("不行")

    monkeypatch.setattr(listeners, "LISTENERS", [Refusing()])
    with pytest.raises(Refusal, match="不行"):
        approve(company, NOW, GOOD)
    assert Statement.objects.get().state == "submitted"
