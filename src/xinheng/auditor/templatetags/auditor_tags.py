"""Moments with seconds, and the names of channels."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xinheng.auditor import columns

register = template.Library()
register.filter("channel_label", columns.channel_label)


@register.filter
def second(at: datetime) -> SafeString:
    """Write a moment with its second."""
    return format_html('<time class="tabular" datetime="{}">{}</time>', at.isoformat(), columns.moment(at))


@register.filter
def day_before(at: datetime) -> str:
    """Give the moment a day before, as a form field takes it."""
    return f"{timezone.localtime(at) - timedelta(days=1):%Y-%m-%dT%H:%M}"
