"""Dates as people type them: 2024-1-5, 2024年1月5日, 20240105, 5-Jan-2024, 1/5/2024, and serial numbers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from creditpolicy.tables import chinese
from creditpolicy.tables.characters import plain

Reason = Literal["not a date", "no such day", "which first", "short year", "part", "far"]
FIRST_YEAR, LAST_YEAR = 1900, 2200
EPOCH = datetime.date(1899, 12, 30)
"""Day 0 of Excel's serial numbers after February 1900; the 1904 calendar begins 1,462 days later."""


@dataclass(frozen=True, slots=True)
class NoDate:
    """A text that gives no day, and why."""

    reason: Reason


_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号號]?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})", re.ASCII)
_SHORT = re.compile(r"\d{1,2}\s?([-/.])\s?\d{1,2}\s?\1\s?\d{1,2}|'?\d{2}年\d{1,2}月\d{1,2}[日号號]?", re.ASCII)
_PART = re.compile(r"\d{4}[-/.年]?(\d{1,2}月?)?|\d{1,2}月(\d{1,2}[日号號]?)?|\d{1,2}[-/]\d{1,2}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d*)?", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?[- ,]+(?P<m1>[a-z]{3,9})|(?P<m2>[a-z]{3,9})\.?[- ]+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)"
    r"\.?[- ,]+(?P<y>\d{4})",
    re.ASCII,
)
_CHARACTERS = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号號]?"
)
_TIME = re.compile(
    r"(?:\s+|t|(?<=[日号號]))(?:上午|下午|am|pm)?\s?\d{1,2}(?::\d{2}){1,2}(?:\.\d{1,9})?\s?(?:am|pm)?\s?(?:z|[+-]\d{2}:?\d{2})?$"
    r"|\s*\d{1,2}[时點点]\d{1,2}分(?:\d{1,2}秒)?$",
    re.ASCII,
)
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|週|礼拜)[一二三四五六日天]\)?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)
LONGEST = 48


def read_date(text: str, day_first: bool | None = None) -> datetime.date | NoDate:
    """Read one text as a day; a time of day behind it is dropped.

    `day_first` says how to read 1/5/2024, where the text itself does not; None: it is asked about.
    """
    raw = plain(text).lower()
    if not raw or len(raw) > LONGEST:
        return NoDate("not a date")
    raw = _TIME.sub("", _WEEKDAY.sub("", raw)).strip()
    raw = _WEEKDAY.sub("", raw).strip()
    if match := _YEAR_FIRST.fullmatch(raw) or _COMPACT.fullmatch(raw):
        return day(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(raw):
        return _year_last(int(match[1]), int(match[3]), int(match[4]), day_first)
    if match := _SERIAL.fullmatch(raw):
        return of_serial(int(match[1]))
    if match := _NAMED.fullmatch(raw):
        return _named(match)
    if match := _CHARACTERS.fullmatch(raw):
        year, month, number = chinese.digits(match[1]), chinese.whole_number(match[2]), chinese.whole_number(match[3])
        return day(int(year or 0), month or 0, number or 0)
    if _SHORT.fullmatch(raw):
        return NoDate("short year")
    return NoDate("part" if _PART.fullmatch(raw) else "not a date")


def day(year: int, month: int, number: int) -> datetime.date | NoDate:
    """Give the day, if there is one and its year is from 1900 to 2200."""
    try:
        found = datetime.date(year, month, number)
    except ValueError:
        return NoDate("no such day")
    return found if FIRST_YEAR <= year <= LAST_YEAR else NoDate("far")


def of_serial(serial: int) -> datetime.date | NoDate:
    """Give the day of a serial number of the 1900 calendar, as Excel shows it: 1 is 1900-01-01, 60 was never a day."""
    if serial < 1 or serial > 200_000:
        return NoDate("far")
    if serial == 60:
        return NoDate("no such day")
    found = EPOCH + datetime.timedelta(days=serial + (1 if serial < 60 else 0))
    return found if found.year <= LAST_YEAR else NoDate("far")


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Tell from a whole column whether 1/5/2024 is the 1st of May (True) or the 5th of January (False); None: unsettled.

    One value settles it: 13/1/2024 can only be a day first. Values that settle it both ways settle nothing.
    """
    seen: set[bool] = set()
    for text in texts:
        match = _YEAR_LAST.match(plain(text))
        if match and int(match[1]) > 12 >= int(match[3]):
            seen.add(True)
        elif match and int(match[3]) > 12 >= int(match[1]):
            seen.add(False)
        if len(seen) == 2:
            return None
    return seen.pop() if seen else None


def _year_last(first: int, second: int, year: int, day_first: bool | None) -> datetime.date | NoDate:
    if first > 12 or second > 12:
        return day(year, second, first) if first > 12 else day(year, first, second)
    if first == second:
        return day(year, first, second)
    if day_first is None:
        return NoDate("which first")
    return day(year, second, first) if day_first else day(year, first, second)


def _named(match: re.Match[str]) -> datetime.date | NoDate:
    word, number = match["m1"] or match["m2"], match["d1"] or match["d2"]
    if word in _FULL_MONTHS:
        month = _FULL_MONTHS.index(word) + 1
    elif word in _MONTHS or word == "sept":
        month = _MONTHS.index(word[:3]) + 1
    else:
        return NoDate("not a date")
    return day(int(match["y"]), month, int(number))
