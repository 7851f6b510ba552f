"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The room `workflow`."""

    name = "xinheng.workflow"
    label = "workflow"
    verbose_name = "流转"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.workflow import permissions  # noqa: F401
