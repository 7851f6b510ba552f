"""In which characters a text file is written: by its mark, by its bytes, by its headings; below that it asks."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from creditpolicy.tables.confined.refused import Refused

ENOUGH = 8
"""Chinese characters that must be there before bytes alone decide: a few of GBK often make valid UTF-8, and the reverse."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HAN = re.compile("[\u3400-\u9fff]")
_FIRST = 1 << 16


def decode(data: bytes, heard: Callable[[str], int], encoding: str | None = None) -> str:
    """Give the text of `data`. Raises `Refused` where its characters cannot be known.

    `heard` counts the wanted headings in a text: a file that says 客户编号 under one reading only is in that encoding,
    however short it is. `encoding` is what the user says it is.
    """
    if encoding is not None:
        return _as_told(data, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], name) or _fail(data[len(mark) :], name)
    wide = _without_mark(data)
    if wide:
        return _strictly(data, wide) or _fail(data, wide)
    if b"\0" in data[:_FIRST]:
        raise Refused("binary")
    if data.isascii():
        return data.decode("ascii")
    return _by_content(data, heard)


def _by_content(data: bytes, heard: Callable[[str], int]) -> str:
    """Choose among UTF-8, GB18030 and Big5 for bytes that carry no mark."""
    readings = {name: text for name in ("utf-8", "gb18030", "big5") if (text := _strictly(data, name)) is not None}
    if not readings:
        return _fail(data, "gb18030")
    if len(readings) == 1:
        return next(iter(readings.values()))
    scores = {name: heard(text) for name, text in readings.items()}
    best = max(scores.values())
    leaders = [name for name, score in scores.items() if score == best]
    if best and len(leaders) == 1:
        return readings[leaders[0]]
    if "utf-8" in readings and len(_HAN.findall(readings["utf-8"][:_FIRST])) >= ENOUGH:
        # Eight characters in a row of GBK hardly ever happen to be well-formed UTF-8.
        return readings["utf-8"]
    if (
        "utf-8" not in readings
        and len(_HAN.findall(readings["gb18030"][:_FIRST] if "gb18030" in readings else "")) >= ENOUGH
    ):
        return _common(readings)
    raise Refused("which-encoding")


def _common(readings: dict[str, str]) -> str:
    """Choose between GB18030 and Big5 by how many characters are everyday ones; a tie is asked about."""
    shares = {name: _everyday(text[:_FIRST]) for name, text in readings.items()}
    first, second = (
        sorted(shares, key=lambda name: shares[name], reverse=True)[:2] if len(shares) > 1 else (*shares, "")
    )
    if second and shares[first] - shares[second] < 0.2:
        raise Refused("which-encoding")
    return readings[first]


def _everyday(text: str) -> float:
    """Give the share of Chinese characters that belong to the 3,755 of GB 2312's first level, or the 5,401 of Big5's."""
    characters = _HAN.findall(text)
    if not characters:
        return 0.0
    return sum(_is_everyday(character) for character in characters) / len(characters)


def _is_everyday(character: str) -> bool:
    simplified = character.encode("gb18030", "replace")
    if len(simplified) == 2 and b"\xb0\xa1" <= simplified <= b"\xd7\xf9" and simplified[1] >= 0xA1:
        return True
    traditional = character.encode("big5", "replace")
    return len(traditional) == 2 and b"\xa4\x40" <= traditional <= b"\xc6\x7e"


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _fail(data: bytes, encoding: str) -> str:
    """Say where the first byte stands that is no character."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("no-encoding", line=data.count(b"\n", 0, error.start) + 1) from error


def _as_told(data: bytes, encoding: str) -> str:
    try:
        codec = codecs.lookup(encoding)
    except LookupError as error:
        raise Refused("unknown-encoding", encoding=encoding[:20]) from error
    try:
        return data.decode(codec.name).removeprefix("\ufeff")
    except (UnicodeDecodeError, ValueError, TypeError, LookupError) as error:
        raise Refused("not-this-encoding", encoding=encoding[:20]) from error


def _without_mark(data: bytes) -> str:
    """Recognise UTF-16 without a mark by the zero bytes of its commas, digits and line ends."""
    head = data[: _FIRST & ~1]
    if len(head) < 4:
        return ""
    for name, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = head[offset::2].count(0)
        if zeros >= 3 and zeros * 10 >= len(head) // 2 and head[1 - offset :: 2].count(0) * 50 <= zeros:
            return name
    return ""
