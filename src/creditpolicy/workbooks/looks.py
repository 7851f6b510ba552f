"""How the workbooks look: fonts, fills, borders, number formats and the colours of grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from creditpolicy.model import Grade, Kind
from creditpolicy.program import FactRule

Look = Mapping[str, Any]
FONT = "微软雅黑"
FONT_SIZE = 10
SMALL_SIZE = 9
LINE = "#BFBFBF"
HEAD_FILL = "#DCE6F1"
BAND_FILL = "#F2F2F2"
REFUSED = "#757575"

_ROOM = "_ "
"""In a number format: leave a blank's width to the right, so that figures stand off the line."""

BASE: Look = {"valign": "vcenter"}
PLAIN: Look = {}
TITLE: Look = {"font_size": 16, "bold": True, "align": "center"}
SUBTITLE: Look = {"font_size": 12, "bold": True}
QUIET: Look = {"font_color": "#595959", "font_size": SMALL_SIZE}
CELL: Look = {"border": 1, "border_color": LINE}
WRAPPED: Look = {**CELL, "text_wrap": True}
SMALL: Look = {**WRAPPED, "font_size": SMALL_SIZE}
SMALL_FLAT: Look = {**CELL, "font_size": SMALL_SIZE}
"""For large sheets: wrapped text would have Excel measure every row when it opens the file."""
CENTERED: Look = {**CELL, "align": "center"}
HEAD: Look = {**CELL, "bold": True, "bg_color": HEAD_FILL, "align": "center", "text_wrap": True}
LABEL: Look = {**WRAPPED, "bold": True, "bg_color": BAND_FILL}
WHOLE: Look = {**CELL, "num_format": f"#,##0{_ROOM}", "align": "right"}
PERCENT: Look = {**CELL, "num_format": f"0.00%{_ROOM}", "align": "right"}
MONEY: Look = {**CELL, "num_format": f"#,##0.00{_ROOM};[Red]-#,##0.00{_ROOM}", "align": "right"}
DAY: Look = {**CELL, "num_format": "yyyy-mm-dd", "align": "center"}
TOTALS: Look = {"bold": True, "bg_color": BAND_FILL, "top": 6}
MISSING: Look = {**CENTERED, "font_color": REFUSED, "italic": True}

_FROM_BEST_TO_WORST = ((0x2E, 0x7D, 0x32), (0x82, 0x9A, 0x1E), (0xEF, 0x6C, 0x00), (0xC6, 0x28, 0x28))


def points_look(digits: int) -> Look:
    """Show points with all digits of the policy, what is taken away in red."""
    code = _fixed(digits)
    return {**CELL, "num_format": f"{code}{_ROOM};[Red]-{code}{_ROOM}", "align": "right"}


def fact_look(rule: FactRule) -> Look:
    """Show a fact's values as its type asks: separators for amounts, a percent sign for shares."""
    if rule.fact.type.is_number:
        return {**CELL, "num_format": number_format(rule) + _ROOM, "align": "right"}
    if rule.fact.type is Kind.DATE:
        return DAY
    return CENTERED if rule.fact.type in {Kind.FLAG, Kind.CHOICE} else CELL


def number_format(rule: FactRule) -> str:
    """Give the number format of a numeric fact."""
    digits, fact = rule.fact.scale, rule.fact
    match fact.type:
        case Kind.RATIO:
            return _some(max(digits - 2, 0), 2) + "%"
        case Kind.PERCENT:
            return _some(digits, 2) + '"%"'
        case Kind.AMOUNT:
            return f"#,##{_fixed(digits)}"
        case Kind.NUMBER:
            return f"#,##{_some(digits, 2)}"
        case Kind.SCORE:
            return _fixed(digits)
    return f"#,##{_fixed(digits)}"


def _fixed(digits: int) -> str:
    return "0." + "0" * digits if digits else "0"


def _some(most: int, least: int) -> str:
    """Show at least `least` digits and up to `most`: Excel leaves a lone point behind where none need be shown."""
    least = min(least, most)
    return _fixed(least) + "#" * (most - least)


def grade_colors(grades: Sequence[Grade]) -> list[str]:
    """Give each grade its own colour, or its place on a scale from green to red."""
    return [grade.color or _on_scale(index, len(grades)) for index, grade in enumerate(grades)]


def _on_scale(index: int, count: int) -> str:
    last = len(_FROM_BEST_TO_WORST) - 1
    span = max(count - 1, 1)
    low = min(index * last // span, last - 1)
    part = index * last - low * span
    first, second = _FROM_BEST_TO_WORST[low], _FROM_BEST_TO_WORST[low + 1]
    mixed = [a + (b - a) * part // span for a, b in zip(first, second, strict=True)]
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def pale(color: str) -> str:
    """Give a tint of a colour that black print stays readable on."""
    channels = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{(channel + 255 * 5) // 6:02X}" for channel in channels)
