"""The room as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CreditConfig(AppConfig):
    """The room `credit`."""

    name = "xinheng.credit"
    label = "credit"
    verbose_name = "授信"

    def ready(self) -> None:
        """Guard the movements after every migration."""
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_rest: Any) -> None:
    """Put the triggers in place: a migration that makes the tables anew loses them."""
    from xinheng.credit.models import Answer
    from xinheng.credit.triggers import install

    if Answer._meta.db_table in connections[using].introspection.table_names():
        install(connections[using])
