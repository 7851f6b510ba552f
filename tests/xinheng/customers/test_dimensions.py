"""What follows from dealings and from figures: time, phase, standing; and how large an enterprise is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from taking_in import ON
from xinheng.customers import jobs
from xinheng.customers.dealings import Dealings, dealings_of, set_provider
from xinheng.customers.dimensions import LINES, deal_phase, months_before, size_class, time_phase
from xinheng.customers.models import Customer
from xinheng.customers.sizes import Industry, size_by_rule

TEN_THOUSAND = Decimal(10_000)


@pytest.mark.parametrize(
    ("industry", "staff", "turnover", "assets", "size"),
    [
        ("industry", 1000, 40_000, None, "large"), ("industry", 999, 40_000, None, "medium"),
        ("industry", 1000, 39_999, None, "medium"), ("industry", 300, 2_000, None, "medium"),
        ("industry", 299, 2_000, None, "small"), ("industry", 20, 300, None, "small"), ("industry", 19, 300, None, "micro"),
        ("industry", 5000, 299, None, "micro"), ("farming", None, 20_000, None, "large"), ("farming", None, 499, None, "small"),
        ("construction", None, 80_000, 80_000, "large"), ("construction", None, 80_000, 79_999, "medium"),
        ("construction", None, 300, 299, "micro"), ("wholesale", 5, 1_000, None, "small"), ("wholesale", 4, 1_000, None, "micro"),
        ("retail", 300, 20_000, None, "large"), ("retail", 49, 500, None, "small"), ("transport", 20, 200, None, "small"),
        ("real_estate", None, 1_000, 5_000, "medium"), ("real_estate", None, 200_000, 9_999, "medium"),
        ("leasing", 300, None, 120_000, "large"), ("leasing", 300, None, 119_999, "medium"), ("leasing", 9, None, 8_000, "micro"),
        ("software", 10, 50, None, "small"), ("software", 10, 49, None, "micro"), ("other", 100, None, None, "medium"),
    ],
)  # fmt: skip
def test_an_enterprise_is_as_large_as_every_line_of_its_industry_allows(industry, staff, turnover, assets, size):
    amounts = [None if one is None else one * TEN_THOUSAND for one in (turnover, assets)]
    assert size_by_rule(industry, staff, *amounts) == size


def test_where_a_figure_is_not_known_no_size_is_guessed():
    assert size_by_rule("industry", 500, None, None) == ""
    assert size_by_rule("", 500, Decimal(1), None) == ""
    for industry in Industry.values:
        assert size_by_rule(industry, 10**6, Decimal(10**12), Decimal(10**12)) == "large"
        assert size_by_rule(industry, 0, Decimal(0), Decimal(0)) == "micro"


@pytest.mark.parametrize(
    ("dealings", "time", "deal", "standing"),
    [
        (Dealings(), "future", "will_have", "occasional"),
        (Dealings(planned=True), "future", "will_have", "occasional"),
        (
            Dealings(first_on=date(2025, 11, 23), last_on=ON, sales_12m=Decimal(99_999), deals_12m=1),
            "new",
            "has",
            "occasional",
        ),
        (Dealings(first_on=date(2025, 11, 22), last_on=ON, sales_12m=Decimal(100_000)), "old", "has", "ordinary"),
        (Dealings(first_on=date(2020, 1, 1), last_on=date(2025, 11, 22)), "old", "had", "occasional"),
        (Dealings(first_on=date(2020, 1, 1), last_on=date(2025, 11, 23)), "old", "has", "occasional"),
        (
            Dealings(first_on=date(2020, 1, 1), last_on=date(2021, 1, 1), owed=Decimal("0.01")),
            "old",
            "has",
            "occasional",
        ),
        (
            Dealings(first_on=date(2020, 1, 1), last_on=date(2021, 1, 1), open_orders=Decimal(1)),
            "old",
            "has",
            "occasional",
        ),
        (Dealings(first_on=date(2020, 1, 1), last_on=ON, sales_12m=Decimal(10**6), deals_12m=6), "old", "has", "main"),
        (
            Dealings(first_on=date(2020, 1, 1), last_on=ON, sales_12m=Decimal(10**6), deals_12m=5),
            "old",
            "has",
            "ordinary",
        ),
        (Dealings(first_on=date(2020, 1, 1), last_on=ON, sales_12m=Decimal(1), deals_12m=4), "old", "has", "ordinary"),
        (Dealings(first_on=date(2027, 1, 1), last_on=date(2027, 1, 1)), "future", "will_have", "occasional"),
    ],
)
def test_the_dimensions_follow_from_the_dealings(dealings, time, deal, standing):
    assert (time_phase(dealings, ON), deal_phase(dealings, ON), size_class(dealings)) == (time, deal, standing)


def test_months_are_counted_back_to_the_last_day_of_a_shorter_month():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)


def test_every_line_says_why_it_is_drawn_there():
    for line in LINES.values():
        assert line.why
        assert line.value > 0


class Kept:
    """Dealings of one customer, as a room that keeps them would give."""

    def __init__(self, customer: int, dealings: Dealings) -> None:
        self.held = {customer: dealings}

    def dealings_of(self, customers, on):
        return {key: self.held[key] for key in customers if key in self.held}


@pytest.fixture
def own_provider() -> Iterator[None]:
    """Put back whoever keeps dealings."""
    from xinheng.customers import dealings

    before = list(dealings._provider)
    yield
    dealings._provider[:] = before


def test_without_anybody_who_keeps_dealings_nothing_is_said(company, own_provider):
    set_provider(None)
    assert dealings_of([company.ours.pk], ON) is None
    assert jobs.divide(ON) == 0
    assert Customer.objects.get(pk=company.ours.pk).phase_time == ""


def test_each_day_the_customers_are_divided_anew(company, own_provider):
    big = Dealings(first_on=date(2020, 1, 1), last_on=ON, sales_12m=Decimal(2 * 10**6), deals_12m=9)
    set_provider(Kept(company.ours.pk, big))
    assert jobs.divide(ON) == 2
    assert jobs.divide(ON) == 0
    ours, theirs = Customer.objects.get(pk=company.ours.pk), Customer.objects.get(pk=company.theirs.pk)
    assert (ours.phase_time, ours.phase_deal, ours.size_class, ours.phases_on) == ("old", "has", "main", ON)
    assert (theirs.phase_time, theirs.phase_deal, theirs.size_class) == ("future", "will_have", "occasional")
