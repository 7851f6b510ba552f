"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    """The room `papers`."""

    name = "xinheng.papers"
    label = "papers"
    verbose_name = "档案"

    def ready(self) -> None:
        """Declare who may do what; store the kinds of paper once the tables are there."""
        from xinheng.customers.tabs import TABS, Tab
        from xinheng.papers import permissions as _permissions  # noqa: F401
        from xinheng.papers.kinds import ensure_kinds

        post_migrate.connect(ensure_kinds, sender=self, dispatch_uid="papers.kinds")
        if not any(tab.key == "papers" for tab in TABS):
            TABS.append(Tab("papers", _("档案"), "papers.of_customer", "papers.see", 70))
