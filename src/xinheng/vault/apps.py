"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """The room `vault`."""

    name = "xinheng.vault"
    label = "vault"
    verbose_name = "保密"
