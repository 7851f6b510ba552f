"""How single values are drawn in a list's cells."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

NOTHING = "—"


def dash() -> SafeString:
    """Draw nothing as a dash; a phone leaves it out."""
    return mark_safe(f'<span class="text-secondary none">{NOTHING}</span>')  # noqa: S308 - a constant


@lru_cache(500)
def badge(label: str, state: str) -> SafeString:
    """Draw a state as the whole application draws it; there are few, and each is drawn once."""
    return SafeString(render_to_string("lists/parts/badge.html", {"label": label, "state": state}).strip())


def day(value: datetime.date) -> SafeString:
    """Draw a day; of a moment, the day here."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return format_html('<time class="tabular" datetime="{0}">{0}</time>', value.isoformat())


def money(value: Decimal) -> SafeString:
    """Draw an amount with separators and two digits."""
    return format_html('<span class="tabular">{}</span>', f"{value:,.2f}")


def number(value: object) -> SafeString:
    """Draw a count with separators."""
    return format_html('<span class="tabular">{}</span>', f"{value:,}")
