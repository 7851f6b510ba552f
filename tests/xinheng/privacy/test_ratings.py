"""What the ratings keep of a person goes with him on his request, is handed to him on it, and says so when recalculated."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

import persons
from company import Company
from opening_zips import opened
from persons import ON, person_with_everything
from policies import published
from xinheng.audit.models import Entry
from xinheng.audit.record import record
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.privacy import actions
from xinheng.ratings.actions.printing import place_of
from xinheng.ratings.actions.reading import check_rating, look_at_rating
from xinheng.ratings.facts import entered
from xinheng.ratings.models import Assessment, Batch, Objection, Override, Rating, Refused, Score, Standing, Waiting
from xinheng.ratings.rating import Erased, make_rating, replay
from xinheng.ratings.replaying import replay_all
from xinheng.vault import files

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TRACES = ("无踪评语", "无踪投诉", "无踪答复", "无踪之友", "无踪调整", "无踪事由", "8.88", "无踪特殊")
FACTS = {"strength": "8.88", "potential": "12", "reputation": "17", "payment": "27", "other": "8"}


@pytest.fixture
def leasing(company: Company) -> Version:
    """Give the leasing policy in force."""
    return published(company, "leasing", on=ON)


@pytest.fixture
def rated(company: Company, leasing: Version) -> Customer:
    """Give a person about whom ratings keep something in every drawer."""
    person: Customer = person_with_everything(company)
    case = Assessment.objects.create(
        number="PG2026-00001", customer=person, version=leasing, policy=leasing.policy, kind="manual", why="无踪事由",
        special_why="无踪特殊", as_of=ON, opened_on=ON, state="in_force", facts={"strength": "8.88"}, digest="d",
    )  # fmt: skip
    Score.objects.create(
        assessment=case, fact="strength", step="score", role="sales", value="8.88", reason="无踪评语", by=company.sales,
        on=ON,
    )  # fmt: skip
    known: dict[str, Any] = {
        name: entered(name, Decimal(number), case=case.number, who="销售", on=ON) for name, number in FACTS.items()
    }
    known["is_new_customer"] = entered("is_new_customer", True, case=case.number, who="销售", on=ON)
    rating = make_rating(person, leasing, known, on=ON, assessment=case)
    kept: dict[str, Any] = {"customer": person, "policy": leasing.policy}
    Standing.objects.create(**kept, version=leasing, rating=rating, grade=rating.grade, from_day=ON, cause="first",
                            why="无踪事由")  # fmt: skip
    Waiting.objects.create(**kept, rating=rating, grade="A", since=ON, effective_on=ON, why="无踪事由")
    Override.objects.create(
        **kept, version=leasing, rating=rating, grade_by_score=rating.grade, grade="A", reason="无踪调整", days=30,
        asked_by=company.sales, asked_on=ON,
    )  # fmt: skip
    Objection.objects.create(
        **kept, number="YY2026-00001", kind="complaint", rating=rating, channel="staff", from_whom="无踪之友",
        text="无踪投诉", answer="无踪答复", received_on=ON,
    )  # fmt: skip
    batch = Batch.objects.create(version=leasing, as_of=ON)
    Refused.objects.create(
        batch=batch, customer=person, code="missing-fact", what="缺少: 付款情况。", facts=["payment"]
    )
    return person


def erase(company: Company, person: Customer) -> None:
    """Let him ask, legal propose, a leader approve."""
    request = actions.receive_request(
        person, by=company.sales, on=ON, kind="erasure", details="请删除我的资料", proven_by="本人持身份证到场"
    )
    actions.propose_erasure(request, by=company.legal, on=ON, why="合同已结清五年")
    actions.approve_erasure(request, by=company.deputy_gm, on=ON)


def test_his_ratings_are_handed_to_him(company: Company, rated: Customer) -> None:
    content = actions.export_person(
        rated, by=company.legal, on=ON, at=AT, why="查阅请求 1", password="very-long-secret"
    )
    told = opened(content, "very-long-secret")["个人信息.json"].decode()
    for trace in TRACES:
        assert trace in told, trace


def test_the_record_never_holds_his_name(company: Company, rated: Customer) -> None:
    rating = Rating.objects.get()
    look_at_rating(rating, by=company.risk)
    check_rating(rating, by=company.risk, on=ON)
    for row in (rating, Standing.objects.get(), Waiting.objects.get(), Override.objects.get(), Objection.objects.get()):
        record("ratings.look", row, by=company.risk, look=True)
    record("ratings.look", company.sales, by=company.risk, about=rated, why=f"为{persons.NAME}")
    told = "\n".join(f"{line.subject_label} {line.why}" for line in Entry.objects.filter(act__startswith="ratings."))
    assert rated.number in told
    assert persons.NAME not in told


def test_nothing_of_him_is_left_in_his_ratings(company: Company, rated: Customer) -> None:
    erase(company, rated)
    for model in (Assessment, Score, Rating, Standing, Waiting, Override, Objection, Refused):
        for row in model._default_manager.all():
            told = "\n".join(str(getattr(row, field.attname)) for field in model._meta.concrete_fields)
            for trace in (*TRACES, persons.NAME):
                assert trace not in told, (model.__name__, trace)
    rating = Rating.objects.get()
    assert (rating.record, rating.points, rating.grade) == ("", {}, "")
    assert len(rating.sha256) == 64, "the sum stays, so that nobody slips in another"


@pytest.mark.django_db(transaction=True)
def test_the_report_of_his_case_is_removed_from_the_store() -> None:
    from company import found_company

    company = found_company()
    person: Customer = person_with_everything(company)
    version = published(company, "leasing", on=ON)
    case = Assessment.objects.create(
        number="PG2026-00009", customer=person, version=version, policy=version.policy, kind="manual", as_of=ON,
        opened_on=ON, state="in_force",
    )  # fmt: skip
    kept = files.store([b"report"], place=place_of(case))
    Assessment.objects.update(report=kept.name)
    erase(company, person)
    assert not files.path_of(kept.name).exists()


def test_recalculating_says_erased_and_finds_nothing_wrong(company: Company, rated: Customer, leasing: Version) -> None:
    facts: dict[str, Any] = {name: Decimal(number) for name, number in FACTS.items()} | {"is_new_customer": True}
    make_rating(company.ours, leasing, facts, on=date(2026, 3, 2))
    erase(company, rated)
    with pytest.raises(Erased, match="按本人要求删除"):
        replay(Rating.objects.get(customer=rated))
    report = replay_all()
    assert (report.count, report.erased, report.found, report.sound) == (2, 1, 0, True)
