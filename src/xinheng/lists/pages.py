"""Which pages are lists, and who may open each: what is kept for other names is not taken."""

from __future__ import annotations

PAGES: dict[str, str] = {}
"""The name of each page that is a list, with the permission that opens it."""


def is_a_list(page: str, *, needs: str) -> None:
    """Declare a page to be a list whose columns and filters can be kept."""
    PAGES[page] = needs
