"""What the record may say for ever in the file of a natural person: codes, numbers and days, never his words or names.

Lines are never erased, but a person may ask that he is. So of a changed text a line tells that it changed and how long it
is; what it said stands in the earlier states of the file, which are erased with it.
"""

from __future__ import annotations

import re
from typing import Any

_SAYS_NOTHING = re.compile(
    r"""
    [a-z][a-z0-9_.:\-]{0,59}        # our own codes
    | \d{4}-\d\d-\d\d(T[\d:.+]+)?   # days
    | [+-]?\d{1,9}                  # small whole numbers; a phone has eleven digits
    | [+-]?\d{1,16}\.\d{1,8}        # amounts
    | [0-9a-f]{64}                  # digests
    |
    """,
    re.VERBOSE,
)
_ALWAYS_HIDDEN = frozenset({"birthday", "email", "username"})


def in_part(value: Any) -> Any:
    """Give `before` or `after` without what a person could be known by; a text becomes its length."""
    if isinstance(value, dict):
        return {key: _hidden(str(one)) if key in _ALWAYS_HIDDEN and one else in_part(one) for key, one in value.items()}
    if isinstance(value, list):
        return [in_part(one) for one in value]
    if isinstance(value, str) and not _SAYS_NOTHING.fullmatch(value):
        return _hidden(value)
    return value


def _hidden(value: str) -> str:
    return f"‹{len(value)}›"
