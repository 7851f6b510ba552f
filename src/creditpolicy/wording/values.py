"""Values in words: decimals without trailing zeros, amounts with separators, ratios as percentages, intervals as spans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from creditpolicy.language import _
from creditpolicy.model import Interval, Kind
from creditpolicy.program import FactRule


def shown(value: Any) -> str | None:
    """Write a fact's value: decimals in full with their digits, flags as 是 and 否, days as 2026-01-01."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def short(value: Decimal) -> str:
    """Write a decimal without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fact_words(rule: FactRule, value: Any) -> str:
    """Write a fact's value for a sentence, with its unit; amounts with thousands separators, ratios as percentages."""
    if not isinstance(value, Decimal):
        return shown(value) or _("缺")
    if rule.fact.type is Kind.RATIO:
        return share_words(value)
    written = short(value)
    if rule.fact.type is Kind.AMOUNT:
        written = f"{Decimal(written):,f}"
    unit = str(rule.fact.unit) if rule.fact.unit is not None else ""
    if unit == "%" or (rule.fact.type is Kind.PERCENT and not unit):
        return f"{written}%"
    return f"{written} {unit}".strip()


def share_words(value: Decimal) -> str:
    """Write a ratio as people say it: 0.65 is 65%."""
    return f"{short(value.scaleb(2))}%"


def interval_words(interval: Interval, rule: FactRule | None = None) -> str:
    """Write an interval, as `≥ 0.4 且 < 0.6`; where it is of a ratio `rule`, as `≥ 40% 且 < 60%`."""
    write = share_words if rule is not None and rule.fact.type is Kind.RATIO else short
    parts = []
    if interval.low is not None:
        parts.append(f"{'≥' if interval.low[1] else '>'} {write(interval.low[0])}")
    if interval.high is not None:
        parts.append(f"{'≤' if interval.high[1] else '<'} {write(interval.high[0])}")
    return _(" 且 ").join(parts) or _("任何值")
