"""Which rooms' acts say more in the timeline than everybody who reads the file may know."""

from __future__ import annotations

from xinheng.org.access import may
from xinheng.org.models import Person

NEEDED: dict[str, str] = {}
"""By room, the permission without which its lines in the timeline say only that the act was done; rooms above add theirs."""


def kept_from(person: Person) -> frozenset[str]:
    """Give the rooms whose acts are named to the person and no more."""
    return frozenset(room for room, permission in NEEDED.items() if not may(person, permission))
