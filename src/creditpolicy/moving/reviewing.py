"""When a customer is looked at again, and how long a result is published before it takes force."""

from __future__ import annotations

import calendar
from datetime import timedelta
from typing import NamedTuple

from creditpolicy.model import Period, Policy
from creditpolicy.moving.position import Day


class Due(NamedTuple):
    """The day from which a regular look is due, and the rule that asks for it."""

    on: Day
    period: Period

    @property
    def last(self) -> Day:
        """The last day for it: the end of fixed days, or the day itself."""
        days = self.period.days
        return max(self.on, _in_month(self.on.year, self.on.month, days[1])) if days else self.on


def next_review(policy: Policy, grade: str | None, since: Day) -> Due | None:
    """Give when a customer who has a grade since a day is rated again; None where no period asks for it.

    A customer without a grade (revoked) is treated as one of the last grade.
    """
    rated = [due for due in next_looks(policy, grade, since) if due.period.act == "rate"]
    return rated[0] if rated else None


def next_looks(policy: Policy, grade: str | None, since: Day) -> tuple[Due, ...]:
    """Give every regular look (ratings and checks) after a day, the soonest first; periods not followed are left out."""
    named = grade if grade is not None else policy.grades[-1].grade
    found = [
        Due(_after(period, since), period)
        for period in (policy.review.periods if policy.review else ())
        if period.superseded is None and (period.grades is None or named in period.grades)
    ]
    return tuple(sorted(found, key=lambda due: due.on))


def looks_on(policy: Policy, since: Day, day: Day) -> tuple[Due, ...]:
    """Give the checks (not ratings) that fall on a day for a customer rated `since`, one period after another."""
    found = []
    for period in policy.review.periods if policy.review else ():
        if period.act != "monitor" or period.superseded is not None:
            continue
        on = since
        while on < day:
            on = _after(period, on)
        if on == day > since:
            found.append(Due(on, period))
    return tuple(found)


def published_until(policy: Policy, on: Day) -> Day | None:
    """Give the last day on which a result published on a day stays published; None where the policy publishes nothing."""
    publication = policy.procedure.publication if policy.procedure else None
    return on + timedelta(days=publication.days - 1) if publication is not None else None


def takes_force_on(policy: Policy, on: Day) -> Day:
    """Give the day on which a result decided on a day may take force: the same, or the day after its publication."""
    until = published_until(policy, on)
    return until + timedelta(days=1) if until is not None else on


def _after(period: Period, since: Day) -> Day:
    """Give the next day of a period: so long after `since`, or the next of its fixed days."""
    count, unit = period.every.split()
    if period.month is not None:
        return _fixed(period, since, max(0, _months(int(count), unit) - 12))
    later = _later(since, int(count), unit)
    if period.days is not None:
        first = _in_month(later.year, later.month, period.days[0])
        return first if first > since else _next_month(first, period.days[0])
    return later


def _fixed(period: Period, since: Day, months: int) -> Day:
    """Give the first of the fixed days that comes after `since` and these months."""
    assert period.month is not None
    from_ = _later(since, months, "months")
    first = period.days[0] if period.days else 1
    year = from_.year
    while (day := _in_month(year, period.month, first)) <= from_:
        year += 1
    return day


def _months(count: int, unit: str) -> int:
    return count * 12 if unit == "years" else count if unit == "months" else 0


def _later(day: Day, count: int, unit: str) -> Day:
    if unit in ("days", "weeks"):
        return day + timedelta(days=count * (7 if unit == "weeks" else 1))
    years, month = divmod(day.month - 1 + _months(count, unit), 12)
    return _in_month(day.year + years, month + 1, day.day)


def _in_month(year: int, month: int, day: int) -> Day:
    """Give a day of a month, or its last day where it is shorter."""
    return Day(year, month, min(day, calendar.monthrange(year, month)[1]))


def _next_month(day: Day, first: int) -> Day:
    return _in_month(day.year + day.month // 12, day.month % 12 + 1, first)
