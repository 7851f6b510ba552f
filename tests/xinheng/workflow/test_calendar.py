"""Working days, held against the arrangements that the State Council published for 2025 and 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditpolicy.problems import Refusal
from xinheng.workflow import calendar
from xinheng.workflow.actions import keeping
from xinheng.workflow.models import DayOff

# 国办发明电〔2024〕12号 and 〔2025〕7号: days off in one piece, and weekend days worked in exchange.
OFF = (
    ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
)  # fmt: skip
WORKED = (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip


def day(text: str) -> date:
    """Read a day."""
    return date.fromisoformat(text)


def test_each_day_of_two_years_is_as_published(db):
    off = {day(a) + timedelta(days=n) for a, b in OFF for n in range((day(b) - day(a)).days + 1)}
    worked = {day(one) for one in WORKED}
    at = day("2025-01-01")
    while at <= day("2026-12-31"):
        expected = at in worked or (at.weekday() < 5 and at not in off)
        assert calendar.is_working_day(at) == expected, at
        at += timedelta(days=1)
    assert not off & worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02", 0, "2026-03-02"), ("2026-03-02", 1, "2026-03-03"), ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 0, "2026-03-09"), ("2026-02-13", 1, "2026-02-14"), ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-14", 5, "2026-02-28"), ("2026-09-30", 1, "2026-10-08"), ("2026-10-08", 3, "2026-10-12"),
        ("2026-02-24", -1, "2026-02-14"), ("2026-03-09", -1, "2026-03-06"), ("2025-09-30", 1, "2025-10-09"),
    ],
)  # fmt: skip
def test_days_are_counted_over_holidays_and_exchanged_days(db, start, days, end):
    assert calendar.add_working_days(day(start), days) == day(end)


def test_counting_back_gives_what_counting_forward_took(db):
    for ahead in range(0, 366, 7):
        first = day("2025-12-01") + timedelta(days=ahead)
        for days in (1, 2, 5, 11, 30):
            last = calendar.add_working_days(first, days)
            assert calendar.working_days_between(first, last) == days
            assert calendar.working_days_between(last, first) == -days


def test_the_company_may_differ_on_days_to_come(company):
    on = day("2026-03-02")
    keeping.set_day(day("2026-03-03"), is_working=False, name="厂庆", by=company.system_admin, on=on)
    keeping.set_day(day("2026-03-07"), is_working=True, name="盘点", by=company.system_admin, on=on)
    assert calendar.add_working_days(on, 1) == day("2026-03-04")
    assert calendar.add_working_days(day("2026-03-06"), 1) == day("2026-03-07")
    with pytest.raises(Refusal, match="已经设过"):
        keeping.set_day(day("2026-03-03"), is_working=True, name="又上班", by=company.system_admin, on=on)
    with pytest.raises(Refusal, match="已经过去"):
        keeping.set_day(day("2026-03-01"), is_working=True, name="补", by=company.system_admin, on=on)
    for other in (company.finance, company.security_admin, company.audit_admin):
        with pytest.raises(Refusal, match="角色"):
            keeping.set_day(day("2026-04-01"), is_working=False, name="x", by=other, on=on)
    row = DayOff.objects.get(name="厂庆")
    with pytest.raises(Refusal, match="已经过去"):
        keeping.unset_day(row, by=company.system_admin, on=day("2026-03-05"))
    keeping.unset_day(row, by=company.system_admin, on=on)
    assert calendar.add_working_days(on, 1) == day("2026-03-03")


def test_it_says_how_far_it_knows(db):
    until = calendar.known_until()
    assert until >= day("2026-12-31")
    beyond = date(until.year + 1, 10, 1)
    assert not calendar.is_working_day(beyond), "fixed days are assumed to be off"
    assert calendar.public_days(2026)[0] == (day("2026-01-01"), "元旦", False)


def test_a_company_that_never_works_is_told_so(db):
    DayOff.objects.bulk_create(
        DayOff(day=day("2026-03-02") + timedelta(days=n), is_working=False, name="停业") for n in range(2000)
    )
    with pytest.raises(Refusal, match="一个工作日"):
        calendar.add_working_days(day("2026-03-02"), 1)
