"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The room `workflow`."""

    name = "xinheng.workflow"
    label = "workflow"
    verbose_name = "流转"

    def ready(self) -> None:
        """Declare who may do what, and what waits for somebody who leaves."""
        from xinheng.org.leaving import LEFT_BEHIND
        from xinheng.workflow import permissions  # noqa: F401
        from xinheng.workflow.queries import waiting_for_him_alone

        LEFT_BEHIND.append(waiting_for_him_alone)
