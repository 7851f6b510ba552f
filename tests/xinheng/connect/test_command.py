"""`app:` in the command: the application's customers and policies give the figures that its pages give."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from creditpolicy.problems import Refusal
from policies import published
from xinheng.audit.models import Entry
from xinheng.command import library
from xinheng.ledger.models import Invoice
from xinheng.ratings.facts import facts_of
from xinheng.ratings.rating import live

pytestmark = pytest.mark.django_db
APP = Path("app:")


@pytest.fixture(autouse=True)
def set_up(monkeypatch) -> None:
    """The tests are set up already, without the folder that `xinheng init` makes."""
    monkeypatch.setattr(library, "initialised", lambda: None)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def version(company, today):
    """The policy of the tiers in force, and something that it rates by."""
    version = published(company, "sales-tiering", on=today - timedelta(days=400))
    for customer, amount in ((company.ours, 6_000_000), (company.theirs, 1_200_000)):
        Invoice.objects.create(
            customer=customer, number=f"FP{customer.number}", invoiced_on=today - timedelta(days=60),
            due_on=today - timedelta(days=30), amount=Decimal(amount), entered_by=company.finance,
        )  # fmt: skip
    return version


def rated(policy: str, customers: str = "app:", **how: Any) -> Any:
    on = how.pop("on", None) or timezone.localdate()
    return library.rated(policy, Path(customers), on=on, progress=lambda _text: None, **how)


def test_the_figures_are_those_of_the_pages(company, version, today):
    result = rated("app:main")
    for customer in (company.ours, company.theirs):
        page = live(version, facts_of(customer, version, on=today), on=today)
        told = result.explain(customer.number)
        assert told.total is not None
        assert (told.total, told.grade, told.limit) == (page.total, page.grade, page.limit)
        assert [(item.id, item.points) for item in told.items] == [(item.id, item.points) for item in page.items]
    line = Entry.objects.get(act="connect.read_by_command")
    assert line.is_look


def test_a_version_is_named_by_its_key_and_number(company, version, today):
    assert library.policy("app:main", today).reading.sha256 == version.sha256
    assert library.policy(f"app:sales-tiering@{version.number}", None).reading.sha256 == version.sha256
    assert library.policy("leasing", today) == "leasing"
    with pytest.raises(Refusal, match="制度库里"):
        library.policy("app:nothing", today)
    with pytest.raises(Refusal, match="制度库里"):
        library.policy("app:sales-tiering", today - timedelta(days=500))
    assert [row[0] for row in library.versions()] == [f"sales-tiering@{version.number}"]


def test_a_part_of_the_customers_is_compared_with_everybody(company, version):
    result = rated("app:main", "app:department=sales1,kind=enterprise")
    assert [result.explain("C0001").customer_id] == ["C0001"]
    assert len(result) == 1
    whole = rated("app:main")
    assert whole.explain("C0001").total == result.explain("C0001").total


def test_a_shipped_policy_is_tried_on_the_applications_customers(company, version):
    assert rated("sales-tiering").explain("C0001").total == rated("app:main").explain("C0001").total


@pytest.mark.parametrize("customers", ["app:colour=red", "app:grade=", "app:department=nowhere", "app:due_by=soon"])
def test_a_part_that_is_not_understood_is_refused(company, version, customers):
    with pytest.raises(Refusal):
        rated("app:main", customers)


def test_options_of_files_are_refused(company, version):
    with pytest.raises(Refusal, match="--map"):
        rated("app:main", mapping={"a": "b"})


def test_who_cannot_be_rated_is_named_by_his_number(company, version):
    result = rated("leasing")
    assert [str(problem.where) for problem in result.problems] == ["客户 C0001", "客户 C0002"]
    assert {customer.customer_id for customer in result.refused} == {"C0001", "C0002"}
