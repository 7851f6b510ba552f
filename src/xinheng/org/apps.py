"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """The room `org`."""

    name = "xinheng.org"
    label = "org"
    verbose_name = "组织"

    def ready(self) -> None:
        """Declare the permissions, and watch what happens to sessions and passwords."""
        import xinheng.org.permissions
        import xinheng.org.sign_in.watching  # noqa: F401
