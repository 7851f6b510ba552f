"""The parts of the room, each with files of its own for addresses, names of acts, and what it brings to other rooms."""

from __future__ import annotations

from importlib.util import find_spec

PARTS = ("cases", "batch", "changing", "reading")
"""Cases; everyone at once; grades that move; reading it all."""


def modules(kind: str) -> list[str]:
    """Give the modules of a kind (`urls`, `labels`, `ready`) that the parts have, as `xinheng.ratings.<kind>_<part>`."""
    names = [f"xinheng.ratings.{kind}_{part}" for part in PARTS]
    return [name for name in names if find_spec(name)]
