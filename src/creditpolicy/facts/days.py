"""The days that definitions speak of: the day of the rating, twelve months ago, the turn of the year."""

from __future__ import annotations

import calendar
import datetime


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Go back whole months to the same day, or to the month's last day where `day` is the last day of its own.

    So twelve steps back from any day divide the year before it without gap or overlap, and steps from a month's end are
    calendar months.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    ends_month = day.day == calendar.monthrange(day.year, day.month)[1]
    return datetime.date(year, month + 1, last if ends_month else min(day.day, last))


def literal(day: datetime.date) -> str:
    """Write a day in SQL."""
    return f"DATE '{day.isoformat()}'"


def day_literals(as_of: datetime.date) -> dict[str, str]:
    """Give the days that the SQL of definitions names in braces."""
    return {
        "as_of": literal(as_of),
        "ago_12": literal(months_before(as_of, 12)),
        "ago_24": literal(months_before(as_of, 24)),
        "year": literal(datetime.date(as_of.year, 1, 1)),
        "last_year": literal(datetime.date(as_of.year - 1, 1, 1)),
        "month": str(as_of.year * 12 + as_of.month),
        **{f"month_back_of_{column}": month_back(column, as_of) for column in ("invoiced_on", "ordered_on")},
    }


def month_back(column: str, as_of: datetime.date) -> str:
    """Write how many whole months before the day a date of the last twelve months lies, 0 to 11."""
    bounds = [months_before(as_of, step) for step in range(1, 13)]
    branches = " ".join(f"WHEN {column} > {literal(bound)} THEN {step}" for step, bound in enumerate(bounds))
    return f"CASE {branches} END"
