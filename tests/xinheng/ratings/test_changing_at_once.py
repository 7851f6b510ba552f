"""Several move one customer's grade at the same moment: one is in force, nothing is lost, and the story folds the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from grading import graded, rated
from policies import published
from xinheng.audit.record import SYSTEM
from xinheng.ratings.actions import bring_into_force, happened, pass_time
from xinheng.ratings.changes import folded_anew
from xinheng.ratings.models import Happening, Position, Standing

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 2)


def test_at_once_one_grade_is_in_force_and_all_that_happened_is_counted(company: Any) -> None:
    version = published(company, "leasing", on=DAY)
    graded(company.ours, version, "B", on=DAY)
    on = DAY + timedelta(10)
    ratings = [rated(company.ours, version, grade, on=on) for grade in ("A", "C", "B", "ungraded", "C", "A")]
    acts: list[Any] = [lambda rating=rating: bring_into_force(rating, by=SYSTEM, on=on) for rating in ratings]
    acts += [lambda: happened(company.ours, "dispute", by=SYSTEM, on=on), lambda: pass_time(on=on)]
    start = Barrier(len(acts))

    def at_once(does: Any) -> None:
        try:
            start.wait(30)
            does()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(at_once, does) for does in acts]:
            done.result()
    assert Standing.objects.filter(customer=company.ours, until_day__isnull=True).count() == 1
    rows = Happening.objects.filter(customer=company.ours).select_related("version__policy").order_by("id")
    assert rows.filter(kind="rated").count() == 7
    stored = Position.objects.get(customer=company.ours).state
    again = folded_anew(rows, until=on).as_json()
    assert again["grade"] == stored["grade"] == "ungraded"
    assert again == stored
