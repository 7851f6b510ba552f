"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The room `policies`."""

    name = "xinheng.policies"
    label = "policies"
    verbose_name = "制度库"
