"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """The room `privacy`."""

    name = "xinheng.privacy"
    label = "privacy"
    verbose_name = "个人信息"

    def ready(self) -> None:
        """Declare who may do what; let holds stop every room; add the customer's tab."""
        from xinheng.audit.record import AMONG, GUARDS
        from xinheng.customers.tabs import TABS, Tab
        from xinheng.privacy import permissions as _permissions  # noqa: F401
        from xinheng.privacy.holds import held_among, stored_only
        from xinheng.privacy.retention import ensure_rules

        post_migrate.connect(ensure_rules, sender=self, dispatch_uid="privacy.rules")
        if stored_only not in GUARDS:
            GUARDS.append(stored_only)
            AMONG.append(held_among)
        if not any(tab.key == "privacy" for tab in TABS):
            TABS.append(Tab("privacy", _("授权与共享"), "privacy.of_customer", "privacy.see", 80))
