"""Numbers shown in part: enough to recognise one's own, too little to use."""

from __future__ import annotations

KINDS: dict[str, tuple[int, int]] = {
    "uscc": (4, 4),
    "resident_id": (3, 2),
    "phone": (3, 4),
    "bank_account": (0, 4),
    "name": (1, 0),
    "text": (1, 1),
}
"""How many letters are shown at the beginning and at the end; "email" has a rule of its own."""
HIDDEN = "*"


def masked(value: str | None, kind: str) -> str:
    """Show `value` in part: `91330***5X2K`; at least a third of it stays hidden, whatever its length."""
    if not value:
        return ""
    if kind == "email":
        name, at, host = value.partition("@")
        return masked(name, "text") + at + host
    first, last = KINDS[kind]
    while 3 * (first + last) > 2 * len(value):
        first, last = (first - 1, last) if first >= last else (first, last - 1)
    hidden = HIDDEN * (len(value) - first - last)
    return value[:first] + hidden + (value[-last:] if last else "")
