"""Who is told that a department, with all below it, came under another: rooms above this one, in the same transaction."""

from __future__ import annotations

from typing import Protocol

from xinheng.org.models import Department


class Listener(Protocol):
    """What a room above brings to be told; whatever it raises undoes the move."""

    def on_department_moved(self, department: Department) -> None:
        """Take note that the department stands under another now."""


LISTENERS: list[Listener] = []
"""Appended to when a room above is made ready."""
