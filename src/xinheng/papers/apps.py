"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """The room `papers`."""

    name = "xinheng.papers"
    label = "papers"
    verbose_name = "档案"
