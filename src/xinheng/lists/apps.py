"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """The room `lists`."""

    name = "xinheng.lists"
    label = "lists"
    verbose_name = "列表"
