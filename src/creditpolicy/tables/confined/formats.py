"""What a number format makes of a number: a day, a time, a share, a padded code, an amount with its unit behind it."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import TypeAlias

Style: TypeAlias = tuple[str, ...] | None
"""None: a plain number. ("date",), ("time",), ("percent",), ("pad", digits, prefix), ("unit", text)."""
Scalar: TypeAlias = str | int | float | bool | list[str | int | float] | None
"""A cell on its way to the parent: itself, or a list of a tag and its particulars."""

_DATES = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
BUILT_IN: dict[int, Style] = {
    9: ("percent",),
    10: ("percent",),
    **dict.fromkeys(_DATES, ("date",)),
    **dict.fromkeys(_TIMES, ("time",)),
}
"""Formats that a workbook need not spell out, those of Chinese and Japanese Excel (27 to 58) among them."""

_QUOTED = re.compile(r'"([^"]*)"|\\(.)|[_*].')
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_PADDED = re.compile(r'(?:"([^"]{0,20})"|((?:\\.){0,20}))?(0{2,20})')
_UNIT = re.compile(r"\s*((?:十|百|千|万|萬|亿|億)*(?:元|圆|圓)?|%|‰)\s*")
_SCALED = re.compile(r"[0#?],+(?![0#?])|0\\?!?\.0,|![.,]")
_CURRENCY = re.compile(r'\[\$([^\]\-]{1,6})[^\]]*\]|"\s*((?:US|HK|NT)?[$€£₩])\s*"|\\?((?:US|HK|NT)?[$€£₩])')
_HOME = {"¥", "￥", "元", "CNY", "RMB"}
_LONGEST = 400


def style_of(code: str) -> Style:
    """Classify a format by its first section."""
    code = code[:_LONGEST]
    section = _first_section(code)
    if _ELAPSED.search(section):
        return ("time",)
    bare = _BRACKETS.sub("", _QUOTED.sub("", section))
    letters = re.sub(r"general|standard|g/通用格式|am/pm|a/p|上午/下午|e\+|e-", "", bare, flags=re.IGNORECASE).lower()
    if not re.search(r"[0#?]", re.sub(r"\.0+", "", letters)):
        if re.search("[yd年月日]", letters) or ("m" in letters and not re.search("[hs]", letters)):
            return ("date",)
        if re.search("[hs]", letters):
            return ("time",)
    if "%" in bare:
        return ("percent",)
    padded = _PADDED.fullmatch(section)
    if padded:
        return ("pad", str(len(padded[3])), padded[1] or (padded[2] or "").replace("\\", ""))
    return _unit_behind(section)


def _first_section(code: str) -> str:
    quoted = False
    for position, character in enumerate(code):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted and code[position - 1 : position] != "\\":
            return code[:position]
    return code


def _unit_behind(section: str) -> Style:
    """Find a unit written behind the digits (`0.00"万元"`), unless the format also divides (`0!.0,"万"`); or a foreign currency."""
    sign = _CURRENCY.search(section)
    named = next((word.strip() for word in sign.groups() if word), "") if sign else ""
    if named and named not in _HOME:
        return ("unit", named)
    if _SCALED.search(section):
        return None
    digits = max(section.rfind(mark) for mark in "0#?")
    if digits < 0:
        return None
    tail = (
        "".join(match[1] or match[2] or "" for match in _QUOTED.finditer(section[digits + 1 :]))
        or section[digits + 1 :]
    )
    unit = _UNIT.fullmatch(tail)
    return ("unit", unit[1]) if unit and unit[1] else None


def number(value: float, style: Style, date_1904: bool) -> Scalar:
    """Give a number as its format shows what it is."""
    if style is None:
        return value
    if style[0] == "percent":
        return ["percent", value]
    if style[0] == "date":
        return _moment(value, date_1904)
    if style[0] == "time":
        return ["time", value] if 0 <= value < 1_000_000 else value
    if style[0] == "unit":
        return ["unit", value, style[1]]
    whole = int(value) if value == int(value) and 0 <= value < 10**15 else None
    digits, prefix = int(style[1]), style[2]
    if whole is None or (len(str(whole)) >= digits and not prefix):
        return value
    return ["pad", whole, f"{prefix}{whole:0{digits}d}"]


def _moment(value: float, date_1904: bool) -> Scalar:
    """Turn a serial number into a day, with its time if it has one; days that never were keep their name."""
    whole = math.floor(value)
    if date_1904:
        whole += 1462
    if whole == 60:
        return ["date", "1900-02-29"]
    if whole < 1:
        return ["time", value] if 0 <= value < 1 and value else ["date", f"{value:.15g}"]
    if whole > 2_958_465:
        return ["date", f"{value:.15g}"]
    seconds = min(round((value - math.floor(value)) * 86_400), 86_399)
    found = datetime(1899, 12, 30) + timedelta(days=whole + (1 if whole < 60 else 0), seconds=seconds)  # noqa: DTZ001
    return ["date", found.isoformat() if seconds else found.date().isoformat()]
