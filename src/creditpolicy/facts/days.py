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
        **{f"month_back_of_{name}": month_back(name, as_of) for name in _COUNTED_BACK},
    }


_COUNTED_BACK = ("invoiced_on", "first_invoice", "ordered_on", "last_dealing")


def month_back(column: str, as_of: datetime.date) -> str:
    """Write how many whole months before the day a date lies: 0 for the month that ends on the day.

    The same months as `months_before` gives: from a month's end no day of a month counts as past it.
    """
    month = as_of.year * 12 + as_of.month
    ends_month = (as_of + datetime.timedelta(days=1)).day == 1
    last = 31 if ends_month else as_of.day
    return f"({month} - (year({column}) * 12 + month({column})) - CAST(day({column}) > {last} AS INTEGER))"
