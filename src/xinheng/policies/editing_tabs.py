"""The tabs of the pages on which a version is read and edited."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.policies.tabs import TABS, Tab

_OWN = [
    Tab("clauses", _("条款"), "policies.clauses", "policies.read"),
    Tab("text", _("文本"), "policies.text", "policies.read"),
    Tab("differences", _("差异"), "policies.differences", "policies.read"),
]
if not any(tab.key == "clauses" for tab in TABS):
    TABS[1:1] = _OWN
