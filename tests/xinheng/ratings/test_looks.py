"""Regular looks that a policy asks for between ratings become tasks on their day: once, bounded, for whom it names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from creditpolicy import moving
from creditpolicy.reader import load_policy
from grading import graded
from policies import published, published_text
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ratings.jobs import daily
from xinheng.ratings.looks import due_on
from xinheng.ratings.models import Position, Standing
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 31)


def looks() -> Any:
    return Item.objects.filter(act="look").order_by("pk")


@pytest.fixture
def sales_credit(company: Any) -> Any:
    """Publish the policy that has customers looked at each month by sales, and grade our customer."""
    version = published(company, "sales-credit", on=DAY)
    graded(company.ours, version, "B", on=DAY)
    return version


def test_a_look_is_asked_for_on_its_day_once(company: Any, sales_credit: Any) -> None:
    for days in range(1, 30):
        daily(on=DAY + timedelta(days))
    assert not looks().exists(), "a month after 31 March is 30 April"
    due = date(2026, 4, 30)
    daily(on=due)
    daily(on=due)
    [item] = looks()
    assert (item.person, item.due_on, item.clause, item.opened_on) == (company.sales, due + timedelta(7), "3.3-1", due)
    assert item.subject == company.ours
    assert Entry.objects.filter(act="ratings.ask_look").count() == 1


def test_what_is_not_done_is_not_asked_for_again(company: Any, sales_credit: Any) -> None:
    daily(on=date(2026, 4, 30))
    daily(on=date(2026, 5, 30))
    assert looks().count() == 1
    finish_item(looks().get(), by=company.sales, on=date(2026, 6, 1), outcome="done")
    daily(on=date(2026, 6, 30))
    assert looks().count() == 2


def test_many_of_one_manager_are_one_task_that_opens_their_list(company: Any, client: Any, sales_credit: Any) -> None:
    made = [
        Customer.objects.create(
            number=f"L{number}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED, owner=company.sales,
            department=company.departments["sales1"],
        )
        for number in range(7)
    ]  # fmt: skip
    policy = sales_credit.policy
    for customer in made:
        Position.objects.create(customer=customer, policy=policy, version=sales_credit, rated_on=DAY)
        Standing.objects.create(
            customer=customer, policy=policy, version=sales_credit, grade="C", from_day=DAY, cause="first"
        )
    due = date(2026, 4, 30)
    daily(on=due)
    [item] = looks()
    assert (item.subject, item.person) == (policy, company.sales)
    assert "8 位客户" in item.title
    assert due_on(policy, sales_credit, due).count() == 8
    client.force_login(company.sales)
    page = client.get("/ratings/due/?show=looks&day=2026-04-30").content.decode()
    assert "客户6" in page
    assert "客户6" not in client.get("/ratings/due/?show=looks&day=2026-04-29").content.decode()


def test_a_role_of_the_policy_is_asked_and_only_its_grades(company: Any) -> None:
    text = load_policy("sales-credit").text
    said = "      act: monitor\n      role: sales\n"
    assert said in text
    version = published_text(
        company, text.replace(said, "      act: monitor\n      role: finance\n      grades: [C, D]\n"), on=DAY
    )
    graded(company.ours, version, "B", on=DAY)
    graded(company.theirs, version, "C", on=DAY)
    daily(on=date(2026, 4, 30))
    [item] = looks()
    assert (item.role, item.subject) == ("finance", company.theirs)


def test_looks_begin_anew_with_each_rating(company: Any, sales_credit: Any) -> None:
    graded(company.ours, sales_credit, "B", on=date(2026, 4, 10))
    daily(on=date(2026, 4, 30))
    assert not looks().exists()
    daily(on=date(2026, 5, 10))
    assert looks().count() == 1


def test_the_days_of_looks_follow_the_last_rating() -> None:
    policy = load_policy("sales-credit").policy
    assert policy is not None
    days = [DAY + timedelta(days) for days in range(100)]
    falls = [day for day in days if moving.looks_on(policy, DAY, day)]
    assert falls == [date(2026, 4, 30), date(2026, 5, 30), date(2026, 6, 30)]
    leasing = load_policy("leasing").policy
    assert leasing is not None
    falls = [day for day in (DAY + timedelta(days) for days in range(800)) if moving.looks_on(leasing, DAY, day)]
    assert falls == [date(2027, 1, 1), date(2028, 1, 1)]
