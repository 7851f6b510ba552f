"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The room `ledger`."""

    name = "xinheng.ledger"
    label = "ledger"
    verbose_name = "往来"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.ledger import permissions as _permissions  # noqa: F401
