"""Units people write beside amounts: 元, 万元, 亿, ¥, CNY, %, as powers of ten and currencies."""

from __future__ import annotations

import re

MAGNITUDES = {
    "千": 3,
    "仟": 3,
    "万": 4,
    "萬": 4,
    "w": 4,
    "十万": 5,
    "十萬": 5,
    "百万": 6,
    "百萬": 6,
    "佰万": 6,
    "千万": 7,
    "千萬": 7,
    "仟万": 7,
    "亿": 8,
    "億": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
    "萬億": 12,
}
"""How many zeros a Chinese multiplier stands for (and `w`, which chat has made of 万)."""

CURRENCIES = {
    "¥": "CNY",
    "cny": "CNY",
    "rmb": "CNY",
    "人民币": "CNY",
    "人民幣": "CNY",
    "元": "CNY",
    "圆": "CNY",
    "圓": "CNY",
    "块": "CNY",
    "yuan": "CNY",
    "元整": "CNY",
    "元正": "CNY",
    "圆整": "CNY",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "美元": "USD",
    "美金": "USD",
    "€": "EUR",
    "eur": "EUR",
    "欧元": "EUR",
    "歐元": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "英镑": "GBP",
    "英鎊": "GBP",
    "hk$": "HKD",
    "hkd": "HKD",
    "港币": "HKD",
    "港幣": "HKD",
    "港元": "HKD",
    "nt$": "TWD",
    "twd": "TWD",
    "新台币": "TWD",
    "新臺幣": "TWD",
    "台币": "TWD",
    "日元": "JPY",
    "日圆": "JPY",
    "jpy": "JPY",
    "韩元": "KRW",
    "₩": "KRW",
    "krw": "KRW",
    "卢布": "RUB",
    "rub": "RUB",
    "澳元": "AUD",
    "aud": "AUD",
    "新加坡元": "SGD",
    "sgd": "SGD",
}
"""The currency that a sign, code or word means. `元` and `圆` mean the currency of the policy, whichever it is."""

OWN = {"元", "圆", "圓", "块", "元整", "元正", "圆整", "yuan"}
_MULTIPLIER = "|".join(sorted(map(re.escape, MAGNITUDES), key=len, reverse=True))
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_MONEY = re.compile(rf"(?P<before>{_CURRENCY})?(?P<times>{_MULTIPLIER})?(?P<after>{_CURRENCY})?")


def money(text: str, home: str = "CNY") -> tuple[int, str] | None:
    """Read a unit of money (`万元`, `人民币亿元`, `USD`): its power of ten and its currency; None for what is not one.

    `home` is the currency that 元 means. `text` is folded: no blanks, lower case.
    """
    match = _MONEY.fullmatch(text)
    if not text or match is None:
        return None
    said = [word for word in (match["before"], match["after"]) if word and word not in OWN]
    currencies = {CURRENCIES[word] for word in said} or {home}
    currency = currencies.pop() if len(currencies) == 1 else "?"
    return MAGNITUDES.get(match["times"] or "", 0), currency


def money_power(unit: str) -> int:
    """Give the power of ten of a column's unit (万元 is 4); 0 where it is no unit of money."""
    found = money("".join(unit.split()).lower())
    return found[0] if found else 0
