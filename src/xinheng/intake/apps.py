"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room `intake`."""

    name = "xinheng.intake"
    label = "intake"
    verbose_name = "导入"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.intake import permissions as _permissions  # noqa: F401
