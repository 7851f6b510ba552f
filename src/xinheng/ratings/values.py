"""Values of facts as the record of a rating writes them: numbers with all their digits, days and flags as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from creditpolicy.model import Kind
from creditpolicy.program import FactRule


def text_of(rule: FactRule, value: Any) -> str | None:
    """Write a value; the same value is always written the same."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int) and rule.fact.type.is_number:
        return f"{Decimal(value).quantize(Decimal(1).scaleb(-rule.fact.scale)):f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def value_of(rule: FactRule, text: str | None) -> Any:
    """Read what `text_of` wrote; None where it is nothing of the fact's type."""
    if text is None:
        return None
    kind = rule.fact.type
    try:
        if kind.is_number:
            return Decimal(text)
        if kind is Kind.DATE:
            return date.fromisoformat(text)
    except (ValueError, ArithmeticError):
        return None
    return text == "true" if kind is Kind.FLAG else text
