"""What the vault does each day by itself."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from xinheng.vault import files

LONGEST = timedelta(days=1)
"""No file takes so long to be written; a draft that is older belongs to a process that was killed."""


def daily(*, on: date) -> None:
    """Erase the half-written files of processes that were killed."""
    files.sweep(older_than=timezone.now() - LONGEST)
