"""All stored ratings are calculated again, by command and by sample each night; what differs is named and looked into."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from company import Company
from policies import published
from xinheng.audit.models import Entry
from xinheng.command.app import run_verb
from xinheng.policies.models import Version
from xinheng.ratings.models import Rating
from xinheng.ratings.rating import make_rating
from xinheng.ratings.replaying import replay_all, replay_sample
from xinheng.workflow.queries import items_for

DAY = date(2026, 6, 30)
FACTS = {"strength": 8, "potential": 12, "reputation": 17, "payment": 27, "other": 8}


@pytest.fixture
def rated(company: Company) -> list[Rating]:
    """Give ratings of two customers."""
    leasing: Version = published(company, "leasing", on=DAY)
    facts: dict[str, Any] = {name: Decimal(number) for name, number in FACTS.items()} | {"is_new_customer": True}
    return [
        make_rating(customer, leasing, facts | {"payment": Decimal(points)}, on=DAY)
        for customer in (company.ours, company.theirs)
        for points in (5, 15, 25)
    ]


def tampered(rating: Rating, grade: str = "A") -> None:
    """Write another grade past the application."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ratings_rating SET grade = %s WHERE id = %s", [grade, rating.pk])


def test_everything_comes_out_as_it_is_stored_and_a_line_says_so(rated: list[Rating]) -> None:
    report = replay_all()
    assert (report.count, report.found, report.erased) == (6, 0, 0)
    assert Entry.objects.get(act="ratings.replayed").after["ratings"] == 6
    assert replay_all(customer="C0001").count == 3
    assert replay_all(since=date(2999, 1, 1)).count == 0


def test_a_rating_that_was_changed_is_named(rated: list[Rating]) -> None:
    tampered(rated[0])
    report = replay_all()
    assert [(one.rating, one.customer, one.field) for one in report.differences] == [(rated[0].pk, "C0001", "grade")]
    assert not report.sound


def test_internal_audit_is_asked_once_to_look_into_what_differs(company: Company, rated: list[Rating]) -> None:
    tampered(rated[4])
    replay_sample(DAY)
    replay_sample(date(2026, 7, 1))
    tasks = [item for item in items_for(company.internal_audit, DAY) if item.act == "look_into"]
    assert [task.subject_id for task in tasks] == [str(rated[4].pk)]


def test_the_command_leaves_one_where_something_differs(
    rated: list[Rating], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.command.replay.initialised", lambda: None)
    assert run_verb(["ratings", "replay"]) == 0
    assert "逐字节相同" in capsys.readouterr().out
    tampered(rated[1])
    assert run_verb(["ratings", "replay", "--since", "2020-01-01"]) == 1
    assert "客户 C0001, 评级日 2026-06-30" in capsys.readouterr().out
