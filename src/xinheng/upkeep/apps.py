"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """The room `upkeep`."""

    name = "xinheng.upkeep"
    label = "upkeep"
    verbose_name = "维护"
