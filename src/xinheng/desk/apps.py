"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The room `desk`; it owns no tables."""

    name = "xinheng.desk"
    label = "desk"
    verbose_name = "工作台"
