"""What the part of grades that move brings to other rooms when the application is made ready."""

from __future__ import annotations


def ready() -> None:
    """Hear of incidents."""
    from xinheng.ledger.listeners import LISTENERS
    from xinheng.ratings.actions.events import Ears

    if not any(isinstance(listener, Ears) for listener in LISTENERS):
        LISTENERS.append(Ears())
