"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """The room `org`."""

    name = "xinheng.org"
    label = "org"
    verbose_name = "组织"
