"""Each room's daily job runs once a day, missed days are made up, and a failure stops nobody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from xinheng.audit.origin import origin
from xinheng.running.ticking import DEAD_AFTER, Job, is_due, jobs, tick
from xinheng.upkeep.models import DailyRun

MONDAY = date(2026, 11, 16)
State = DailyRun.State


@pytest.fixture
def done() -> list[tuple[str, date]]:
    return []


def job(name: str, done: list[tuple[str, date]]) -> Job:
    return Job(name, lambda *, on: done.append((name, on)))


def ticked(day: date, *among: Job) -> list[tuple[date, str, str]]:
    return [(run.day, run.job, run.state) for run in tick(day, among=among)]


def test_a_job_runs_once_a_day_however_often_it_is_asked(db: None, done: list[tuple[str, date]]):
    assert ticked(MONDAY, job("a", done), job("b", done)) == [(MONDAY, "a", State.DONE), (MONDAY, "b", State.DONE)]
    assert ticked(MONDAY, job("a", done), job("b", done)) == []
    assert done == [("a", MONDAY), ("b", MONDAY)]


def test_missed_days_are_made_up_in_order(db: None, done: list[tuple[str, date]]):
    ticked(MONDAY, job("a", done))
    ticked(MONDAY + timedelta(days=3), job("a", done))
    assert [day for _name, day in done] == [MONDAY + timedelta(days=passed) for passed in range(4)]


def test_the_very_first_run_makes_up_nothing(db: None, done: list[tuple[str, date]]):
    ticked(MONDAY, job("a", done))
    assert done == [("a", MONDAY)]


def test_at_most_a_month_is_made_up(db: None, done: list[tuple[str, date]]):
    ticked(MONDAY - timedelta(days=400), job("a", done))
    ticked(MONDAY, job("a", done))
    assert len(done) == 1 + 32


def test_a_failed_job_stops_nobody_is_told_and_is_tried_again(db: None, done: list[tuple[str, date]]):
    fails = [True]

    def run(*, on: date) -> str:
        if fails[0]:
            raise ValueError("没有网")
        return "3 条"

    assert ticked(MONDAY, Job("bad", run), job("good", done)) == [
        (MONDAY, "bad", State.FAILED),
        (MONDAY, "good", State.DONE),
    ]
    assert DailyRun.objects.get(job="bad").note == "ValueError: 没有网"
    fails[0] = False
    assert ticked(MONDAY, Job("bad", run), job("good", done)) == [(MONDAY, "bad", State.DONE)]
    again = DailyRun.objects.get(job="bad")
    assert (again.tries, again.note) == (2, "3 条")


def test_a_job_that_another_is_at_is_left_alone_until_it_must_be_dead(db: None, done: list[tuple[str, date]]):
    run = DailyRun.objects.create(day=MONDAY, job="a", state=State.RUNNING, started_at=timezone.now())
    assert ticked(MONDAY, job("a", done)) == []
    DailyRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - DEAD_AFTER - timedelta(minutes=1))
    assert ticked(MONDAY, job("a", done)) == [(MONDAY, "a", State.DONE)]


def test_what_a_job_does_is_recorded_as_coming_from_a_job(db: None):
    seen: list[str] = []
    ticked(MONDAY, Job("a", lambda *, on: seen.append(origin().channel)))
    assert seen == ["job"]


def test_the_real_jobs_of_all_rooms_run_on_an_empty_company_and_on_a_small_one(company: object):
    names = [one.name for one in jobs()]
    assert {"workflow", "customers", "papers"} <= set(names)
    today = timezone.localdate()
    assert is_due(today)
    runs = list(tick(today))
    assert [run.job for run in runs] == names
    assert [(run.job, run.note) for run in runs if run.state != State.DONE] == []
    assert not is_due(today)


def test_the_day_is_that_of_the_companys_clock():
    evening = datetime(2026, 11, 16, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert timezone.localdate(evening) == MONDAY
