"""From a character of a value to its line and column in the file, whatever quotes and folding stand between."""

from __future__ import annotations

import re
from collections.abc import Iterator

from creditpolicy.reader.tree import Spot

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|[\s\S])")
_HEADER = re.compile(r"[|>][^\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n")


def line_and_column(text: str, spot: Spot, value: str, offset: int) -> tuple[int, int]:
    """Give line and column (from 1) of the character `offset` of `value.strip()`, in the file's text.

    Folding changes only blanks, so the n-th written character of the value is the n-th written character of its source.
    """
    inner = value.strip()
    wanted = len(re.sub(r"\s", "", inner[: max(0, offset)]))
    last = spot.start
    for count, position in enumerate(_written(text, spot)):
        last = position + 1
        if count == wanted:
            last = position
            break
    before = _BREAK.split(text[spot.start : last])
    column = len(before[-1]) + (spot.column if len(before) == 1 else 1)
    return spot.line + len(before) - 1, column


def _written(text: str, spot: Spot) -> Iterator[int]:
    """Yield where each character of the scalar stands in the text, leaving out blanks, quotes and the block header."""
    start, end = spot.start, spot.end
    if spot.style in ("'", '"'):
        start, end = start + 1, end - 1
    elif spot.style in ("|", ">"):
        header = _HEADER.match(text, start)
        start = header.end() if header else start
    position = start
    while position < end:
        width = 1
        if spot.style == '"' and text[position] == "\\":
            found = _ESCAPE.match(text, position)
            width = len(found[0]) if found else 1
            if found and (found[0][1:2] in "nrtN_LP \r\n"):
                position += width
                continue
        elif spot.style == "'" and text.startswith("''", position):
            width = 2
        if not text[position].isspace():
            yield position
        position += width
