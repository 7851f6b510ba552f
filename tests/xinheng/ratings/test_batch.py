"""Everyone is rated at once: as one by one, nobody twice, nobody lost, and nothing takes force before it was looked at."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

import creditpolicy
from company import Company
from creditpolicy.problems import Refusal
from policies import agree_to_all, published
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue, Customer, Kind, Status
from xinheng.ledger.models import Allocation, Invoice, Receipt
from xinheng.policies.models import Version
from xinheng.policies.queries import policy_of
from xinheng.ratings import running, storing
from xinheng.ratings.actions import batches as actions
from xinheng.ratings.facts import facts_of, table_of
from xinheng.ratings.models import Batch, Rating, Refused, Standing
from xinheng.ratings.portfolio import on_file
from xinheng.ratings.rating import make_rating, replay, replayed
from xinheng.workflow.models import Round

DAY = date(2026, 6, 30)
NOW = date(2026, 7, 1)


@pytest.fixture
def leasing(company: Company) -> Version:
    """Give the leasing policy in force."""
    version: Version = published(company, "leasing", on=DAY)
    return version


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests do the jobs, not the queue."""
    monkeypatch.setattr(actions, "_begin", lambda _pk: None)


def people(company: Company, count: int, *, department: str = "sales1") -> list[Customer]:
    """Store customers on file with dealings and what was judged of them; every tenth has not been judged."""
    made = []
    for number in range(count):
        customer = Customer.objects.create(
            number=f"K{number:04d}", name=f"客户{number}", kind=Kind.ENTERPRISE if number % 3 else Kind.PERSON,
            status=Status.FILED, department=company.departments[department],
        )  # fmt: skip
        made.append(customer)
        for name, value in {"strength": number % 11, "potential": 12, "reputation": 5 + number % 16,
                            "payment": 10 + number % 21, "other": 8}.items():  # fmt: skip
            if number % 10 != 9 or name != "payment":
                judged(customer, name, f"{value}.00")
        if number % 4:
            invoice = Invoice.objects.create(
                number=f"F{number}", customer=customer, invoiced_on=date(2024, 5, 1), due_on=date(2024, 6, 1),
                amount=Decimal(1000 * number + 7),
            )  # fmt: skip
            receipt = Receipt.objects.create(
                number=f"S{number}", customer=customer, received_on=date(2024, 6, 1), amount=invoice.amount
            )
            Allocation.objects.create(receipt=receipt, invoice=invoice, amount=invoice.amount, on=receipt.received_on)
    return made


def judged(customer: Customer, fact: str, text: str, *, on: date = DAY, trust: int = 2) -> CardValue:
    """Store what somebody brought for the card."""
    return CardValue.objects.create(
        customer=customer, field=f"leasing.{fact}", plain=text, source="visit", as_of=on, trust=trust
    )


def batch_of(company: Company, version: Version, **segment: object) -> Batch:
    """Ask for a batch."""
    return actions.start_batch(version, as_of=DAY, segment=segment, by=company.risk, on=NOW)


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_what_he_gets_alone_and_by_the_command(company: Company, leasing: Version) -> None:
    people(company, 60)
    batch = batch_of(company, leasing)
    running.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (Batch.State.RATED, "")
    everyone = on_file(DAY)
    given = creditpolicy.rate("leasing", table_of(everyone, leasing, on=DAY), as_of=DAY)
    assert batch.done + batch.refused == everyone.count() == 62
    for customer in everyone:
        expected = given.explain(customer.number)
        if expected.grade is None:
            assert Refused.objects.get(batch=batch, customer=customer).what == expected.problems[0].what
            continue
        rating = Rating.objects.get(batch=batch, customer=customer)
        assert (rating.grade, rating.total, rating.limit) == (expected.grade, expected.total, expected.limit)
        assert rating.points == {
            item.id: None if item.points is None else f"{item.points:f}" for item in expected.items
        }
        alone = make_rating(customer, leasing, facts_of(customer, leasing, on=DAY), on=DAY)
        assert alone.record == rating.record
        assert replay(rating) == rating.record.encode()
        assert not replayed(rating).differs
    assert Refused.objects.filter(batch=batch).count() == batch.refused > 5
    assert sum(cell[2] for cell in batch.summary["cells"]) == batch.done
    assert Entry.objects.filter(act="ratings.batch_rated").count() == 1
    assert not Standing.objects.exists(), "nothing takes force by being rated"


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_was_killed_goes_on_with_nobody_twice_and_nobody_lost(
    company: Company, leasing: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(company, 30)
    batch = batch_of(company, leasing)
    monkeypatch.setattr(running, "PART", 7)
    stored, parts = storing.store, []

    class Killed(BaseException):
        """The process is gone: nothing of ours runs any more."""

    def store(*args: object, **options: object) -> None:
        stored(*args, **options)  # type: ignore[arg-type]
        parts.append(1)
        if len(parts) in {2, 4}:
            raise Killed

    monkeypatch.setattr(running, "store", store)
    for _kill in range(2):
        Batch.objects.update(beat_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(Killed):
            running.run(batch.pk)
        batch.refresh_from_db()
        assert batch.state == Batch.State.RUNNING
        assert Rating.objects.count() == batch.done, "what was not committed with the cursor is not there"
        running.run(batch.pk)
        batch.refresh_from_db()
        assert batch.state == Batch.State.RUNNING, "another job's mark holds while it is fresh"
    Batch.objects.update(beat_at=timezone.now() - timedelta(hours=1))
    running.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.done + batch.refused) == (Batch.State.RATED, 32)
    rated = list(Rating.objects.filter(batch=batch).values_list("customer", flat=True))
    missed = list(Refused.objects.filter(batch=batch).values_list("customer", flat=True))
    assert sorted(rated + missed) == sorted(on_file(DAY).values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_was_called_off_stops_and_rates_nobody_more(company: Company, leasing: Version) -> None:
    people(company, 5)
    batch = batch_of(company, leasing)
    actions.cancel_batch(batch, by=company.risk, on=NOW, why="资料还没录完")
    running.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Rating.objects.count()) == (Batch.State.CANCELLED, 0)
    with pytest.raises(Refusal, match="不能取消"):
        actions.cancel_batch(batch, by=company.risk, on=NOW, why="再来")


@pytest.mark.django_db(transaction=True)
def test_a_batch_takes_force_only_by_another_than_who_started_it(company: Company, leasing: Version) -> None:
    people(company, 12)
    batch = batch_of(company, leasing)
    running.run(batch.pk)
    batch.refresh_from_db()
    step = actions.approval_of(leasing)
    if step is None:
        with pytest.raises(Refusal, match="另一人"):
            actions.send_into_force(batch, by=company.risk, on=NOW)
        actions.send_into_force(batch, by=company.credit_group, on=NOW)
    else:
        actions.send_into_force(batch, by=company.credit_group, on=NOW)
        agree_to_all(Round.objects.get(procedure=actions.PROCEDURE), on=NOW)
    batch.refresh_from_db()
    assert batch.applied_by_id != company.risk.pk
    running.apply(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (Batch.State.APPLIED, "")
    assert Standing.objects.filter(until_day__isnull=True).count() == batch.done
    with pytest.raises(Refusal, match="不能提请生效"):
        actions.send_into_force(batch, by=company.finance, on=NOW)


@pytest.mark.django_db(transaction=True)
def test_who_is_sent_to_people_gets_a_case_and_no_grade_by_the_batch(company: Company, leasing: Version) -> None:
    people(company, 6)
    batch = batch_of(company, leasing)
    running.run(batch.pk)
    chosen = list(Rating.objects.filter(batch=batch).order_by("pk")[:2])
    opened = actions.send_into_procedure(
        batch, [rating.pk for rating in chosen], by=company.credit_group, on=NOW, why="降得太多"
    )
    assert {case.customer_id for case in opened} == {rating.customer_id for rating in chosen}
    Batch.objects.update(state=Batch.State.APPLYING, applied_by=company.credit_group)
    running.apply(batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.APPLIED
    graded = set(Standing.objects.values_list("customer", flat=True))
    assert not graded & {rating.customer_id for rating in chosen}
    assert len(graded) == batch.done - 2


@pytest.mark.django_db(transaction=True)
def test_a_batch_says_what_was_in_force_and_how_far_each_moves(company: Company, leasing: Version) -> None:
    best = {"strength": "10", "potential": "15", "reputation": "20", "payment": "30", "other": "10"}
    falling, rising = people(company, 10)[:2]
    for name, text in best.items():
        judged(falling, name, text, trust=3)
    first = batch_of(company, leasing)
    running.run(first.pk)
    Batch.objects.update(state=Batch.State.APPLYING, applied_by=company.credit_group)
    running.apply(first.pk)
    for name, text in best.items():
        judged(falling, name, "0", on=NOW, trust=3)
        judged(rising, name, text, on=NOW, trust=3)
    second = actions.start_batch(leasing, as_of=NOW, segment={}, by=company.finance, on=NOW)
    running.run(second.pk)
    second.refresh_from_db()
    fallen = Rating.objects.get(batch=second, customer=falling)
    risen = Rating.objects.get(batch=second, customer=rising)
    order = [grade.grade for grade in policy_of(leasing).grades]
    for rating in (fallen, risen):
        was = Rating.objects.get(batch=first, customer=rating.customer)
        assert (rating.before, rating.limit_before) == (was.grade, was.limit)
        assert rating.moved == order.index(was.grade) - order.index(rating.grade)
    assert fallen.moved is not None
    assert fallen.moved < 0
    assert risen.moved is not None
    assert risen.moved > 0
    assert (second.summary["down"], second.summary["up"]) == (1, 1)
    assert Rating.objects.filter(batch=second, before="").count() == 0


@pytest.mark.parametrize(
    ("segment", "count"),
    [
        ({}, 14),
        ({"kind": ["person"]}, 4),
        ({"department": "sales2"}, 1),
        ({"unrated": True}, 14),
        ({"grade": ["A"]}, 0),
    ],
)
def test_a_segment_is_who_it_says(company: Company, leasing: Version, segment: dict[str, object], count: int) -> None:
    from xinheng.ratings.segments import customers_in

    people(company, 12, department="east")
    if "department" in segment:
        segment = {"department": [company.departments[str(segment["department"])].pk]}
    assert customers_in(segment, leasing, on=DAY).count() == count
    branch = {"department": [company.departments["sales1"].pk]}
    assert customers_in(branch, leasing, on=DAY).count() == 13, "a department with all below it"


def test_who_may_not_or_for_whom_nobody_is_there_is_refused(company: Company, leasing: Version) -> None:
    with pytest.raises(Refusal):
        actions.start_batch(leasing, as_of=DAY, segment={}, by=company.sales, on=NOW)
    with pytest.raises(Refusal, match="没有符合条件"):
        actions.start_batch(leasing, as_of=DAY, segment={"kind": ["government"]}, by=company.risk, on=NOW)
    with pytest.raises(Refusal, match="不能晚于今天"):
        actions.start_batch(leasing, as_of=NOW, segment={}, by=company.risk, on=DAY)
    actions.start_batch(leasing, as_of=DAY, segment={}, by=company.risk, on=NOW)
    with pytest.raises(Refusal, match="正在进行"):
        actions.start_batch(leasing, as_of=DAY, segment={}, by=company.finance, on=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_worker_died_goes_on_by_itself(company: Company, leasing: Version) -> None:
    from xinheng.running.working import _resume

    people(company, 3)
    batch = batch_of(company, leasing)
    Batch.objects.update(state=Batch.State.RUNNING, beat_at=timezone.now())
    _resume()
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING, "it gave a sign just now"
    Batch.objects.update(beat_at=timezone.now() - timedelta(minutes=10))
    _resume()
    batch.refresh_from_db()
    assert (batch.state, batch.done + batch.refused) == (Batch.State.RATED, 5)
