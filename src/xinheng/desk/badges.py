"""Which colour a state has, so that the same state looks the same in every room."""

from __future__ import annotations

_BY_COLOUR = {
    "green": (
        "filed", "done", "agreed", "agree", "approved", "verified", "returned_ok", "active", "in_force", "current",
        "kept", "paid", "settled", "success", "granted", "on_shelf", "given", "valid", "ready", "confirmed", "completed",
        "accepted", "answered",
    ),
    "blue": ("open", "out", "running", "in_progress", "submitted", "requested", "new", "lent", "pending", "mapped", "checked", "uploaded",
        "sent"),
    "yellow": ("draft", "asked", "proposed", "partly", "due", "due_soon", "waiting", "changed", "partial", "expiring", "warning",
        "unverified"),
    "orange": ("differs", "returned", "disputed", "transferred", "conflict", "hold", "on_hold", "suspended"),
    "red": ("overdue", "late", "refused", "refuse", "failed", "rejected", "lost", "expired", "missing", "error", "breach"),
    "secondary": ("closed", "withdrawn", "cancelled", "skipped", "unchanged", "inactive", "ended", "read", "erased"),
}  # fmt: skip
GRADES = ("green", "teal", "azure", "yellow", "orange", "red", "secondary")
"""The colours that grades have, from the best: the state `grade-green` is green."""
COLOURS = {state: colour for colour, states in _BY_COLOUR.items() for state in states} | {
    f"grade-{colour}": colour for colour in GRADES
}
