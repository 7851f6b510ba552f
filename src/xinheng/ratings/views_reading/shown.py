"""What the pages that read share: the day asked for, what the person may see, addresses that may not be there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from xinheng.lists.asking import day_asked
from xinheng.org.access import may
from xinheng.org.models import Person

WHAT = ("grade", "score", "reasons", "file")


def day_in(request: HttpRequest, name: str = "on") -> date | None:
    """Give the day that the address names, no later than today; None where it names none."""
    day = day_asked(request.GET.get(name, ""))
    return min(day, timezone.localdate()) if day else None


def sees(person: Person, thing: Any = None) -> dict[str, bool]:
    """Say what of ratings the person may see, of a thing's customer; None: of customers he sees anyway."""
    return {what: may(person, f"ratings.see_{what}", thing) for what in WHAT}


def address(name: str, *arguments: Any) -> str:
    """Give the address of a page; empty where there is none."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
