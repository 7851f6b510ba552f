"""The invented company is the same from the same seed and day, holds together, and names nobody real."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest
from stdnum.cn import ric, uscc

from xinheng.demo.story import Story
from xinheng.demo.telling import tell

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def story() -> Story:
    return tell(TODAY)


def test_the_same_seed_and_day_give_the_same_company(story: Story):
    assert tell(TODAY) == story
    assert tell(TODAY, seed=21).customers != story.customers


def test_there_are_customers_of_every_kind_and_people_in_every_role(story: Story):
    assert len(story.customers) == 300
    assert set(Counter(one.kind for one in story.customers)) == {
        "enterprise", "person", "government", "public_institution", "association",
    }  # fmt: skip
    assert set(Counter(one.habit for one in story.customers)) == {"early", "steady", "slack", "late", "bad"}
    roles = {role for person in story.people for role in person.roles}
    assert len(roles) == 16
    assert all(person.username.isascii() for person in story.people)


def test_numbers_are_right_by_their_checksum_and_were_never_given_to_anybody(story: Story):
    numbers = [one.identity for one in story.customers]
    assert len(set(numbers)) == len(numbers)
    for one in story.customers:
        if one.kind == "person":
            assert ric.is_valid(one.identity)
            assert one.identity.startswith("110000")  # a province without a county: no such ID was ever given
        else:
            assert uscc.is_valid(one.identity)
            assert one.identity[2:8] == "990000"
    assert all(contact.phone.startswith("1990000") for one in story.customers for contact in one.contacts)


def test_the_books_agree(story: Story):
    told = story.dealings
    assert all(row.on <= TODAY for row in (*told.invoices, *told.receipts, *told.incidents))
    settled: dict[str, Decimal] = defaultdict(Decimal)
    for row in told.allocations:
        settled[row.invoice] += row.amount
    assert all(invoice.settled == settled[invoice.number] <= invoice.amount for invoice in told.invoices)
    used: dict[str, Decimal] = defaultdict(Decimal)
    for row in told.allocations:
        used[row.receipt] += row.amount
    assert all(used[receipt.number] == receipt.amount for receipt in told.receipts)
    assert len({invoice.number for invoice in told.invoices}) == len(told.invoices)
    for statement in story.statements:
        figures = statement.figures
        assert figures["total_assets"] == figures["total_liabilities"] + figures["equity"]


def test_whoever_pays_badly_owes_more(story: Story):
    owed: dict[str, Decimal] = defaultdict(Decimal)
    billed: dict[str, Decimal] = defaultdict(Decimal)
    habit = {one.number: one.habit for one in story.customers}
    for invoice in story.dealings.invoices:
        billed[habit[invoice.customer]] += invoice.amount
        owed[habit[invoice.customer]] += invoice.amount - invoice.settled if invoice.due < TODAY else Decimal(0)
    shares = [owed[name] / billed[name] for name in ("early", "steady", "slack", "late", "bad")]
    assert shares == sorted(shares)


def test_the_seasons_show(story: Story):
    by_month: dict[int, Decimal] = defaultdict(Decimal)
    for invoice in story.dealings.invoices:
        by_month[invoice.on.month] += invoice.amount
    assert by_month[2] * 2 < by_month[5]
