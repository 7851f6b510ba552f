"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class AuditorConfig(AppConfig):
    """The room `auditor`."""

    name = "xinheng.auditor"
    label = "auditor"
    verbose_name = "查账"

    def ready(self) -> None:
        """Declare who may do what, and put the looks on the page of a customer."""
        from django.utils.translation import gettext_lazy as _

        from xinheng.auditor import permissions as _permissions  # noqa: F401
        from xinheng.customers.tabs import TABS, Tab

        TABS.append(Tab("looks", _("谁看过"), "audit.looks", "audit.see", 97))
