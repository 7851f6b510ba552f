"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """The room `connect`."""

    name = "xinheng.connect"
    label = "connect"
    verbose_name = "对接"

    def ready(self) -> None:
        """Declare who may do what, and listen to what other systems are told of."""
        from xinheng.connect import permissions as _permissions  # noqa: F401
        from xinheng.connect.webhooks.telling import OUTBOX
        from xinheng.policies import listeners as policies
        from xinheng.ratings import listeners as ratings

        policies.LISTENERS.append(OUTBOX)
        ratings.LISTENERS.append(OUTBOX)
