"""The room as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """The room `policies`."""

    name = "xinheng.policies"
    label = "policies"
    verbose_name = "制度库"

    def ready(self) -> None:
        """Say who may do what; guard the versions after every migration."""
        from xinheng.policies import permissions  # noqa: F401

        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_rest: Any) -> None:
    """Put the triggers in place: a migration that makes the table anew loses them."""
    from xinheng.policies.models import Version
    from xinheng.policies.triggers import install

    if Version._meta.db_table in connections[using].introspection.table_names():
        install(connections[using])
