"""Tables of text for the screen, in which a Chinese character takes two columns; no blanks at the ends of lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from unicodedata import combining, east_asian_width

GAP = "   "
NARROWEST = 8
LONGEST_WORD = 30

_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
_OPENING = r"(\[{“‘（【《「『"
_CLOSING = r",;:.!?)\]}%，。；：！？、）】》」』”’…"
_ATOM = re.compile(
    rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}](?:[^\s{_WIDE}])*)?[{_CLOSING}]*", re.UNICODE
)
"""What stays together on a line: a Chinese character or a word, with the brackets before it and the marks behind it."""


def width(text: str) -> int:
    """Count the columns that text takes on a screen."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(sign) in "WF" else not combining(sign) for sign in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Fill text up with blanks to so many columns."""
    room = " " * (columns - width(text))
    return room + text if right else text + room


def wrapped(text: str, columns: int) -> list[str]:
    """Break text into lines of at most so many columns: between Chinese characters, or at blanks."""
    lines = [""]
    for paragraph in text.split("\n"):
        for atom in _ATOM.findall(paragraph):
            for piece in _pieces(atom, columns):
                if width(lines[-1]) + width(piece.rstrip()) > columns:
                    lines.append("")
                if lines[-1] or not piece.isspace():
                    lines[-1] += piece
        lines.append("")
    return [line.rstrip() for line in lines[:-1]]


def _pieces(atom: str, columns: int) -> list[str]:
    """Cut what is wider than a line."""
    pieces = [""]
    for sign in atom:
        if width(pieces[-1]) + width(sign) > columns and pieces[-1]:
            pieces.append("")
        pieces[-1] += sign
    return pieces if width(atom) > columns else [atom]


def table_lines(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    columns: int,
    right: Collection[int] = (),
    whole: Collection[int] = (),
) -> list[str]:
    """Lay out a table in so many columns: heads, a rule, rows.

    `right` are the cells set to the right, numbers among them; these and `whole` are not broken into lines while there
    is room elsewhere.
    """
    widths = _widths([heads, *rows], columns, {*right, *whole})
    lines = _row_lines(heads, widths, right)
    lines.append("─" * (sum(widths) + len(GAP) * (len(widths) - 1)))
    for row in rows:
        lines += _row_lines(row, widths, right)
    return lines


def _row_lines(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> list[str]:
    broken = [wrapped(cell, room) for cell, room in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, broken))):
        parts = [cell[number] if number < len(cell) else "" for cell in broken]
        placed = [
            padded(part, room, right=index in right)
            for index, (part, room) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append(GAP.join(placed).rstrip())
    return lines


def _widths(rows: Sequence[Sequence[str]], columns: int, whole: Collection[int]) -> list[int]:
    """Give each column what it needs; where that is too much, cut the widest down to one level, but no word in two."""
    natural = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    room = columns - len(GAP) * (len(natural) - 1)
    uncut = [
        most if index in whole else min(most, max(_longest_word(cells), NARROWEST))
        for index, (most, cells) in enumerate(zip(natural, zip(*rows, strict=True), strict=True))
    ]
    for least in (uncut, [min(most, NARROWEST) for most in natural], [min(most, 2) for most in natural]):
        for level in range(max(natural, default=0), 1, -1):
            widths = [max(min(most, level), low) for most, low in zip(natural, least, strict=True)]
            if sum(widths) <= room:
                return widths
    return natural


def _longest_word(cells: Sequence[str]) -> int:
    """Measure the longest that should stay together; what is longer than a third of a screen may be cut."""
    words = [width(atom) for cell in cells for atom in _ATOM.findall(cell) if not atom.isspace()]
    return max((word for word in words if word <= LONGEST_WORD), default=0)
