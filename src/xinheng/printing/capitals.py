"""Amounts of money in the capital characters of contracts and receipts (人民币大写)."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
GROUPS = ("万亿", "亿", "万", "")
LIMIT = Decimal(10) ** 16


def rmb_capital(amount: Decimal) -> str:
    """Write an amount of yuan in capital characters: 1409.50 is 壹仟肆佰零玖元伍角整.

    整 closes an amount without 分; an inner row of zeros is one 零; what is below zero begins with 负. Raises
    ValueError for parts of a 分 (round first: nobody else may), for what is not a number, and from 10^16 yuan on.
    """
    if not amount.is_finite() or abs(amount) >= LIMIT:
        raise ValueError(f"no capital characters for {amount}")
    fen = abs(amount) * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount} has parts of a fen: round it first")
    yuan, small = divmod(int(fen), 100)
    sign = "负" if amount < 0 else ""
    if not yuan and not small:
        return "零元整"
    whole = f"{_whole(yuan)}元" if yuan else ""
    return sign + whole + _small(*divmod(small, 10), after_yuan=bool(yuan))


def _whole(yuan: int) -> str:
    """Write a whole number above zero: four digits to a group."""
    digits = f"{yuan:016d}"
    text, gap = "", False
    for group, name in enumerate(GROUPS):
        four = digits[group * 4 : group * 4 + 4]
        if four == "0000":
            gap = bool(text)
            continue
        for digit, place in zip(four, PLACES, strict=True):
            if digit == "0":
                gap = bool(text)
                continue
            text += ("零" if gap else "") + DIGITS[int(digit)] + place
            gap = False
        text += name
    return text


def _small(jiao: int, fen: int, *, after_yuan: bool) -> str:
    """Write the parts of a yuan, or 整 where there are none."""
    if not jiao and not fen:
        return "整"
    if not fen:
        return f"{DIGITS[jiao]}角整"
    zero = "零" if after_yuan and not jiao else ""
    return f"{zero}{DIGITS[jiao] + '角' if jiao else ''}{DIGITS[fen]}分"
