"""The characters people really type: full-width forms, odd blanks, dashes and marks that cannot be seen."""

from __future__ import annotations

import re
import unicodedata

BLANKS = "\t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
UNSEEN = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff"

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Not NFKC: it would turn 5² into 52 and ½ into 1⁄2, and a number must never change by being tidied.
_PLAIN = str.maketrans(
    {
        **_FULL_WIDTH,
        **dict.fromkeys(map(ord, BLANKS), " "),
        **dict.fromkeys(map(ord, DASHES), "-"),
        **dict.fromkeys(map(ord, UNSEEN), None),
        0xFFE5: "\u00a5",
        0x2019: "'",
    }
)
_NARROW = str.maketrans({**_FULL_WIDTH, **dict.fromkeys(map(ord, UNSEEN), None), 0x3000: " ", 0xA0: " "})
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_TIDY = str.maketrans({**_CONTROLS, **dict.fromkeys(map(ord, "\ufeff\u200b\u2060"), None)})
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """Give `text` with full-width forms, blanks and dashes made plain ASCII and unseen marks dropped, for numbers and dates."""
    return text.translate(_PLAIN).strip()


def tidy(text: str) -> str:
    """Give `text` as a value to keep: ends trimmed, control characters and unseen marks at no width dropped."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _SURROGATE.sub("\ufffd", text.translate(_TIDY)).strip()


def narrow(text: str) -> str:
    """Give an identifier with full-width letters and digits made half-width (`Ｃ００１` is `C001`) and ends trimmed."""
    return tidy(text if text.isascii() else text.translate(_NARROW))


def folded(text: str) -> str:
    """Give `text` reduced to what people mean by it, for comparing: no case, width, blanks or unseen marks.

    Only the first 300 characters count: nothing that is compared is longer, and a file may hold texts of any length.
    """
    wide = unicodedata.normalize("NFKC", text[:300].translate(_PLAIN)).casefold()
    return "".join(wide.split())


def column_letters(index: int) -> str:
    """Give the letters of a column counted from 0: 0 is A, 25 Z, 26 AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def shown(text: str, limit: int = 40) -> str:
    """Give `text` as it may stand inside a message: on one line, at most `limit` characters."""
    line = " ".join(tidy(text[:1000]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
