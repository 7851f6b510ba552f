"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The room `desk`; it owns no tables."""

    name = "xinheng.desk"
    label = "desk"
    verbose_name = _("工作台")

    def ready(self) -> None:
        """Declare who may see what."""
        import xinheng.desk.permissions  # noqa: F401
