"""Numbers written in Chinese characters: 一万二千, 壹万贰仟元整, 叁拾肆元伍角陆分, 二〇二四."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "兩": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
    "○": 0,
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHARACTERS = "".join({*DIGITS, *_SMALL, *_LARGE})
_MONEY = re.compile(
    rf"(?P<yuan>[{_CHARACTERS}]+)?(?P<unit>[元圆圓块])?(?:零?(?P<jiao>[{_CHARACTERS}])[角毛])?(?:零?(?P<fen>[{_CHARACTERS}])分)?(?P<end>[整正])?"
)


def _section(text: str) -> int | None:
    """Read a number below 10,000, strictly: each unit once and falling, a lone last digit only after 零 or 十."""
    total, last, digit, after_zero = 0, 10_000, None, False
    for character in text:
        if character in _SMALL:
            unit = _SMALL[character]
            if unit >= last or (digit is None and unit != 10) or digit == 0:
                return None
            total += (1 if digit is None else digit) * unit
            last, digit, after_zero = unit, None, False
        elif digit is not None:
            return None
        elif DIGITS[character] == 0:
            after_zero = True
        else:
            digit = DIGITS[character]
    if digit is None:
        return total
    # 一百二 is 120 in speech and 102 to a clerk: such a number is asked about, not guessed.
    return total + digit if after_zero or last in (10, 10_000) else None


def whole_number(text: str) -> int | None:
    """Read a whole number in Chinese characters (below 10¹⁶); None where it is not one, or could be two."""
    if not text or any(character not in _CHARACTERS for character in text):
        return None
    if set(text) <= {"零", "〇", "○"}:
        return 0 if len(text) == 1 else None
    total, pending, last = 0, "", 10**16
    for character in text:
        if character not in _LARGE:
            pending += character
            continue
        unit, part = _LARGE[character], _section(pending)
        if unit >= last or not part:
            return None
        total, last, pending = total + part * unit, unit, ""
    if not pending:
        return total
    rest = _section(pending)
    if not rest or (total and len(pending) == 1):
        return None
    return total + rest


def money(text: str) -> Decimal | None:
    """Read an amount as it stands on a cheque or in a sentence, to the 分; None where it is not one."""
    match = _MONEY.fullmatch(text)
    if match is None or not any(match[name] for name in ("yuan", "jiao", "fen")):
        return None
    if match["jiao"] or match["fen"]:
        if match["yuan"] and not match["unit"]:
            return None
    elif match["end"] and not match["unit"]:
        return None
    yuan = whole_number(match["yuan"]) if match["yuan"] else 0
    if yuan is None:
        return None
    jiao, fen = (DIGITS.get(match[name] or "零") for name in ("jiao", "fen"))
    return None if jiao is None or fen is None else Decimal(yuan * 100 + jiao * 10 + fen).scaleb(-2)


def digits(text: str) -> str | None:
    """Give 二〇二四 as `2024`; None where any character is no digit."""
    values = [DIGITS.get(character) for character in text]
    return "".join(map(str, values)) if values and None not in values else None
