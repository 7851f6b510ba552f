"""The tabs of a version's page; other files of this room, and rooms above, append theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.policies.models import Version


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: the page `url_name`, which takes the version's `pk`, for those who have the permission.

    `drafts_only`: shown while the text may still be changed.
    """

    key: str
    label: str | Promise
    url_name: str
    permission: str = "policies.see"
    drafts_only: bool = False


TABS: list[Tab] = [
    Tab("version", _("概况"), "policies.version"),
    Tab("findings", _("检查"), "policies.findings", "policies.read"),
    Tab("comments", _("讨论"), "policies.comments"),
    Tab("trials", _("试算"), "policies.trials", "policies.see_trial"),
    Tab("readers", _("阅知"), "policies.readers"),
]


def tabs_of(version: Version, person: Person, here: str) -> list[dict[str, Any]]:
    """Give the tabs that a person sees, for `policies/parts/tabs.html`; `here` is the key of the page itself."""
    shown = []
    for tab in TABS:
        if (tab.drafts_only and not version.is_draft) or not may(person, tab.permission, version):
            continue
        try:
            url = reverse(tab.url_name, args=[version.pk])
        except NoReverseMatch:
            continue
        shown.append({"label": tab.label, "url": url, "is_here": tab.key == here})
    return shown
