"""The tabs of a customer's page: this room's own, and those that higher rooms append when they are made ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.org.models import Person


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its page takes the customer's key; `place` sorts, this room's own stand at 10, 20 … 90."""

    key: str
    label: str | Promise
    url_name: str
    permission: str
    place: int = 65


TABS: list[Tab] = [
    Tab("overview", _("概览"), "customers.customer", "customers.see", 10),
    Tab("card", _("档案卡"), "customers.card", "customers.see_file", 20),
    Tab("identity", _("身份"), "customers.identity", "customers.see_file", 30),
    Tab("people", pgettext_lazy("tab", "联系人"), "customers.people", "customers.see", 35),
    Tab("accounts", _("账户"), "customers.accounts", "customers.see_file", 40),
    Tab("guarantees", _("担保与关联"), "customers.guarantees", "customers.see_file", 45),
    Tab("statements", pgettext_lazy("tab", "报表"), "customers.statements", "customers.see_file", 50),
    Tab("timeline", _("时间线"), "customers.timeline", "customers.see_file", 90),
    Tab("history", _("历史"), "customers.history", "customers.see_file", 95),
]
"""Rooms above append theirs in their AppConfig.ready: 往来 at 60, 档案 at 70, 授权与共享 at 80."""


def tabs_for(customer: Customer, person: Person, here: str) -> list[dict[str, Any]]:
    """Give the tabs that a person who sees this customer may open, as the part `tabs.html` wants them."""
    found = []
    for tab in sorted(TABS, key=lambda tab: tab.place):
        if not may(person, tab.permission):
            continue
        try:
            url = reverse(tab.url_name, args=[customer.pk])
        except NoReverseMatch:
            continue
        found.append({"label": tab.label, "url": url, "is_here": tab.key == here, "key": tab.key})
    return found
