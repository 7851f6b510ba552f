"""The room as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """The room `audit`."""

    name = "xinheng.audit"
    label = "audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        """Gather what the rooms call their acts."""
        autodiscover_modules("labels")
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_rest: Any) -> None:
    """Put the triggers in place after every migration."""
    from xinheng.audit.models import Entry
    from xinheng.audit.triggers import install

    if Entry._meta.db_table in connections[using].introspection.table_names():
        install(connections[using])
