"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """The room `connect`."""

    name = "xinheng.connect"
    label = "connect"
    verbose_name = "对接"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.connect import permissions as _permissions  # noqa: F401
