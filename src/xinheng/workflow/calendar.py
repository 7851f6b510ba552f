"""Working days: the public calendar of China with its exchanged days (调休), and the company's own changes to it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.countries.china import ChinaStaticHolidays

from creditpolicy.problems import Refusal
from xinheng.workflow.models import DayOff

SATURDAY = 5
FURTHEST = 366 * 4
"""How many days are looked through at most before a calendar without working days is refused."""


@lru_cache(maxsize=64)
def _public(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Give the days off of a year by public holiday, and the weekend days worked in exchange."""
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    off = {day for day in china if day.year == year}
    return frozenset(off), frozenset(day for day in china.weekend_workdays if day.year == year)


def known_until() -> date:
    """Give the last day for which the State Council's arrangement is known; after it weekends and fixed days are assumed."""
    return date(max(ChinaStaticHolidays.special_public_holidays), 12, 31)


def is_working_day(day: date) -> bool:
    """Say whether the company works on a day."""
    own = DayOff.objects.filter(day=day).values_list("is_working", flat=True).first()
    return _works(day, {} if own is None else {day: own})


def _works(day: date, own: dict[date, bool]) -> bool:
    if day in own:
        return own[day]
    off, worked = _public(day.year)
    return day in worked or (day.weekday() < SATURDAY and day not in off)


def _own(first: date, last: date) -> dict[date, bool]:
    return dict(DayOff.objects.filter(day__range=(first, last)).values_list("day", "is_working"))


def add_working_days(day: date, days: int) -> date:
    """Give the day `days` working days after `day` (before it where negative); 0 is `day` itself, or the next one worked."""
    step = timedelta(days=-1 if days < 0 else 1)
    reach = timedelta(days=FURTHEST + abs(days) * 3)
    own = _own(day - reach if days < 0 else day, day if days < 0 else day + reach)
    left, at = abs(days), day
    while left or not _works(at, own):
        at += step
        left -= 1 if left and _works(at, own) else 0
        if abs(at - day) > reach:
            raise Refusal("公司日历里几年都没有一个工作日。请系统管理员改正公司日历。")
    return at


def working_days_between(first: date, last: date) -> int:
    """Give how many working days lie after `first` up to and with `last`; negative where `last` comes before."""
    if last < first:
        return -working_days_between(last, first)
    own = _own(first, last)
    return sum(_works(first + timedelta(days=ahead), own) for ahead in range(1, (last - first).days + 1))


def working_days(first: date, last: date) -> frozenset[date]:
    """Give the days worked from `first` to `last`, both included."""
    own = _own(first, last)
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return frozenset(day for day in days if _works(day, own))


def name_of(day: date) -> str:
    """Give the name of a public holiday, empty for any other day."""
    return _names(day.year).get(day, "")


@lru_cache(maxsize=64)
def _names(year: int) -> dict[date, str]:
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    return {day: name for day, name in china.items() if day.year == year}


def public_days(year: int) -> list[tuple[date, str, bool]]:
    """Give the days of a year that differ from the plain week: the day, its name, whether it is worked."""
    off, worked = _public(year)
    return sorted([(day, _names(year)[day], False) for day in off] + [(day, "", True) for day in worked])
