"""Grades in force: first, down at once, up after waiting, confirmed, revoked, thawed; one or many, the same comes out."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creditpolicy.problems import Refusal
from grading import graded, rated
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger.models import Incident
from xinheng.ratings.actions import bring_all_into_force, bring_into_force, pass_time, revoke
from xinheng.ratings.actions.changing import to_come
from xinheng.ratings.changes import folded_anew
from xinheng.ratings.listeners import LISTENERS
from xinheng.ratings.models import Batch, Happening, Position, Standing, Waiting
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def after(days: int) -> date:
    return DAY + timedelta(days)


@pytest.fixture
def version(company: Any) -> Any:
    """Publish the leasing policy."""
    return published(company, "leasing", on=DAY)


def history(customer: Any) -> list[tuple[str, str, int, int | None]]:
    rows = Standing.objects.filter(customer=customer).order_by("id")
    return [
        (row.grade, row.cause, (row.from_day - DAY).days, (row.until_day - DAY).days if row.until_day else None)
        for row in rows
    ]


def agrees(customer: Any) -> None:
    """Hold what is stored against the happenings folded anew."""
    row = Position.objects.get(customer=customer)
    stored = row.state
    rows = Happening.objects.filter(customer=customer).select_related("version__policy")
    assert folded_anew(rows, until=date.fromisoformat(stored["day"])).as_json() == stored


def test_a_first_rating_takes_force_with_limit_terms_and_next_review(company: Any, version: Any) -> None:
    rating = rated(company.ours, version, "A", on=DAY)
    standing = bring_into_force(rating, by=SYSTEM, on=DAY, why="首评")
    standing.refresh_from_db()
    assert (standing.grade, standing.cause, standing.rating, standing.from_day) == ("A", "first", rating, DAY)
    assert (standing.limit, standing.terms_days) == (rating.limit, rating.terms_days)
    assert standing.next_review_on == date(2027, 3, 2)
    assert standing.why == "首次评级为“A 级 优质客户”, 当日生效。\n首评"


def test_a_rating_takes_force_once(company: Any, version: Any) -> None:
    rating = rated(company.ours, version, "A", on=DAY)
    bring_into_force(rating, by=SYSTEM, on=DAY)
    with pytest.raises(Refusal, match="已经生效过"):
        bring_into_force(rating, by=SYSTEM, on=DAY)


def test_who_may_not_decide_brings_nothing_into_force(company: Any, version: Any) -> None:
    rating = rated(company.ours, version, "A", on=DAY)
    for person in (company.stranger, company.system_admin, company.audit_admin):
        with pytest.raises(Refusal, match="不能办理"):
            bring_into_force(rating, by=person, on=DAY)
    for person in (company.general_manager, company.finance, company.risk, company.sales):
        with pytest.raises(Refusal, match="没有走完流程"):
            bring_into_force(rating, by=person, on=DAY)
    assert not Standing.objects.exists()


def test_down_at_once_and_the_manager_is_told_why(company: Any, version: Any) -> None:
    graded(company.ours, version, "A", on=DAY)
    graded(company.ours, version, "C", on=after(10))
    assert history(company.ours) == [("A", "first", 0, 10), ("C", "rated", 10, None)]
    told = Item.objects.filter(act="read", person=company.sales).latest("id")
    assert told.title == "等级 A → C: 宁波甬江机械有限公司"
    assert "由“A 级 优质客户”下调为“C 级 一般客户”" in told.note


def test_a_better_result_waits_and_is_kept(company: Any, version: Any) -> None:
    graded(company.ours, version, "C", on=DAY)
    standing = graded(company.ours, version, "A", on=after(10))
    assert standing.grade == "C"
    waiting = Waiting.objects.get()
    assert (waiting.grade, waiting.since, waiting.effective_on, waiting.state) == (
        "B",
        after(10),
        after(100),
        "waiting",
    )
    assert standing.next_review_on == after(10) + timedelta(92)  # three months on from the last rating: 2026-06-12
    assert Happening.objects.latest("id").said.startswith("评级结果“A 级 优质客户”好于在用的“C 级 一般客户”")


def test_a_better_result_that_held_takes_force_by_itself_one_grade_at_a_time(company: Any, version: Any) -> None:
    graded(company.ours, version, "C", on=DAY)
    graded(company.ours, version, "A", on=after(10))
    assert pass_time(on=after(99)) == Counter()
    assert pass_time(on=after(100)) == Counter(up=1)
    assert pass_time(on=after(100)) == Counter()
    assert history(company.ours)[-1] == ("B", "waited", 100, None)
    assert list(Waiting.objects.order_by("id").values_list("grade", "state")) == [("B", "taken"), ("A", "waiting")]
    pass_time(on=after(200))  # The worker was off: it is made up for on the day that was due.
    assert history(company.ours)[-1] == ("A", "waited", 190, None)
    assert not Waiting.objects.filter(state="waiting").exists()
    agrees(company.ours)


def test_limit_and_terms_are_those_of_the_grade_in_force_not_of_the_result(company: Any, version: Any) -> None:
    graded(company.ours, version, "C", on=DAY)
    better = graded(company.ours, version, "A", on=after(10))
    result = Happening.objects.latest("id").rating
    pass_time(on=after(100))
    standing = Standing.objects.get(until_day__isnull=True)
    direct = graded(company.theirs, version, "B", on=after(100))
    assert standing.terms_days == direct.terms_days
    assert standing.limit != result.limit
    assert standing.limit > better.limit


def test_a_worse_result_in_between_ends_the_wait(company: Any, version: Any) -> None:
    graded(company.ours, version, "C", on=DAY)
    graded(company.ours, version, "B", on=after(10))
    graded(company.ours, version, "C", on=after(50))
    assert Waiting.objects.get().state == "overtaken"
    assert pass_time(on=after(400)) == Counter()
    agrees(company.ours)


def test_a_rating_of_a_version_that_is_not_published_does_not_take_force(company: Any, version: Any) -> None:
    from xinheng.policies.actions import create_draft_from_version

    draft = create_draft_from_version(version, by=company.risk, on=DAY)
    rating = rated(company.ours, draft, "A", on=DAY)
    with pytest.raises(Refusal, match="没有发布"):
        bring_into_force(rating, by=SYSTEM, on=DAY)


def test_what_is_older_than_the_last_thing_is_refused(company: Any, version: Any) -> None:
    graded(company.ours, version, "B", on=after(10))
    with pytest.raises(Refusal, match="不能再记"):
        graded(company.ours, version, "A", on=after(9))


def test_whoever_listens_is_told_in_the_same_transaction(company: Any, version: Any) -> None:
    told: list[Any] = []

    class Listener:
        def on_standings(self, moved: Any, *, by: Any, on: date) -> None:
            told.extend((each.before.grade if each.before else None, each.standing.grade) for each in moved)

        def on_ratings(self, ratings: Any, *, by: Any, on: date) -> None:
            pass

        def on_decided(self, assessment: Any, *, by: Any, on: date) -> None:
            pass

    listener = Listener()
    LISTENERS.append(listener)
    try:
        graded(company.ours, version, "A", on=DAY)
        graded(company.ours, version, "B", on=after(1))
    finally:
        LISTENERS.remove(listener)
    assert [each for each in told if each] == [(None, "A"), ("A", "B")]


# Revoked ----------------------------------------------------------------------------------------------------------------


def lie(customer: Any, by: Any) -> Incident:
    made: Incident = Incident.objects.create(
        customer=customer, kind="false_information", happened_on=DAY, detail="报表造假", entered_by=by
    )
    return made


def test_a_grade_is_revoked_by_another_than_who_reported(company: Any, version: Any) -> None:
    graded(company.ours, version, "A", on=DAY)
    incident = lie(company.ours, company.finance)
    with pytest.raises(Refusal, match="由另一人"):
        revoke(company.ours, incident, by=company.finance, on=after(1), why="与税务报表不符")
    with pytest.raises(Refusal, match="怎样核实"):
        revoke(company.ours, incident, by=company.risk, on=after(1), why=" ")
    with pytest.raises(Refusal, match="不能办理"):
        revoke(company.ours, incident, by=company.sales, on=after(1), why="与税务报表不符")
    standing = revoke(company.ours, incident, by=company.risk, on=after(1), why="与税务报表不符")
    assert (standing.grade, standing.cause, standing.limit) == ("", "revoked", Decimal(0))
    assert "与税务报表不符" in standing.why
    again = graded(company.ours, version, "A", on=after(5))
    assert again.grade == "ungraded"
    agrees(company.ours)


def test_another_customer_s_incident_revokes_nothing(company: Any, version: Any) -> None:
    graded(company.ours, version, "A", on=DAY)
    with pytest.raises(Refusal, match="资料不实"):
        revoke(company.ours, lie(company.theirs, company.finance), by=company.risk, on=DAY, why="与税务报表不符")


# Many -------------------------------------------------------------------------------------------------------------------


def customers(company: Any, count: int) -> list[Any]:
    return [
        Customer.objects.create(
            number=f"M{number:04}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], owner=company.sales,
        )
        for number in range(count)
    ]  # fmt: skip


def batch_of(company: Any, version: Any, grades: dict[Any, str], on: date) -> Batch:
    batch: Batch = Batch.objects.create(version=version, as_of=on, by=company.risk, state=Batch.State.RATED)
    for customer, grade in grades.items():
        rated(customer, version, grade, on=on, batch=batch)
    return batch


def test_a_batch_moves_everybody_as_one_by_one_would(company: Any, version: Any) -> None:
    first = dict(zip(customers(company, 6), ["A", "B", "C", "ungraded", "A", "C"], strict=True))
    batch = batch_of(company, version, first, DAY)
    assert bring_all_into_force(batch, by=company.finance, on=DAY) == Counter(first=6)
    then = dict(zip(first, ["A", "C", "A", "ungraded", "ungraded", "B"], strict=True))
    second = batch_of(company, version, then, after(30))
    done = bring_all_into_force(second, by=company.finance, on=after(30))
    assert done == Counter(same=2, down=2, waits=2)
    for customer in first:
        agrees(customer)
    assert [row.grade for row in Standing.objects.filter(until_day__isnull=True).order_by("customer_id")] == [
        "A", "C", "C", "ungraded", "ungraded", "C",
    ]  # fmt: skip
    assert Entry.objects.filter(act="ratings.bring_part_into_force").count() == 2
    assert pass_time(on=after(120)) == Counter(up=2)


def test_a_batch_that_stopped_goes_on_and_takes_nobody_twice(company: Any, version: Any) -> None:
    batch = batch_of(company, version, dict.fromkeys(customers(company, 4), "B"), DAY)
    keys = to_come(batch)
    bring_all_into_force(batch, by=company.finance, on=DAY, ratings=keys[:3])
    assert to_come(batch) == keys[3:]
    assert bring_all_into_force(batch, by=company.finance, on=DAY, ratings=keys) == Counter(first=1)
    assert Standing.objects.count() == 4


def test_whoever_began_a_batch_does_not_bring_it_into_force(company: Any, version: Any) -> None:
    batch = batch_of(company, version, dict.fromkeys(customers(company, 1), "B"), DAY)
    with pytest.raises(Refusal, match="另一人"):
        bring_all_into_force(batch, by=company.risk, on=DAY)
    with pytest.raises(Refusal, match="不能办理"):
        bring_all_into_force(batch, by=company.sales, on=DAY)


def test_a_customer_with_something_later_is_left_and_counted(company: Any, version: Any) -> None:
    one, other = customers(company, 2)
    batch = batch_of(company, version, {one: "B", other: "B"}, DAY)
    graded(one, version, "C", on=after(3))
    assert bring_all_into_force(batch, by=company.finance, on=after(1)) == Counter(first=1, skipped=1)
    assert Standing.objects.get(customer=one).grade == "C"


def test_the_statements_do_not_grow_with_the_customers(company: Any, version: Any) -> None:
    def count(number: int, on: date) -> int:
        batch = batch_of(
            company,
            version,
            dict.fromkeys(Customer.objects.filter(number__lt=f"M{number:04}", number__gt="M"), "B"),
            on,
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bring_all_into_force(batch, by=company.finance, on=on)
        return len(queries)

    customers(company, 40)
    few = count(4, DAY)
    assert count(40, after(1)) <= few + 6


def test_a_new_version_that_names_grades_otherwise_begins_anew_and_ends_overrides(company: Any, version: Any) -> None:
    from policies import publish
    from xinheng.policies.actions import create_draft_from_version, edit_text
    from xinheng.ratings.actions import ask_override
    from xinheng.ratings.models import Override
    from xinheng.workflow.actions import finish_item

    graded(company.ours, version, "C", on=DAY)
    override = ask_override(company.ours, grade="B", days=90, reason="总部担保", by=company.risk, on=DAY)
    finish_item(Item.objects.get(act="approve", state="open"), by=company.general_manager, on=DAY, outcome="agree")
    draft = create_draft_from_version(version, by=company.risk, on=after(5))
    renamed = draft.text.replace("grade: C\n", "grade: C2\n").replace("[C,", "[C2,").replace("[B, C,", "[B, C2,")
    draft = edit_text(draft, renamed, by=company.risk, on=after(5), edition=draft.edition)
    newer = publish(company, draft, on=after(5))
    standing = graded(company.ours, newer, "C2", on=after(10))
    assert (standing.grade, standing.cause, standing.version) == ("C2", "first", newer)
    override.refresh_from_db()
    assert override.state == Override.State.ENDED
    assert "换版" in override.ended_why
    agrees(company.ours)
