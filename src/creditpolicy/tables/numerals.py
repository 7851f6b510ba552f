"""Numbers as people type them: separators of both kinds, full-width digits, 万 and 亿, %, ¥, brackets for negatives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from creditpolicy.tables import chinese
from creditpolicy.tables.characters import plain
from creditpolicy.tables.units import CURRENCIES, MAGNITUDES, OWN

Separators = Literal["", "comma decimal", "either"]
Reason = Literal["not a number", "two readings", "endless", "several", "about"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, before its unit is applied.

    `magnitude` is the power of ten that the text itself says (万 is 4), None where it says none. `unit` is the word that
    follows (`%`, `天`, `个`), `currency` what a sign or word names, `own` that the text says 元. `separators` tells how it
    was punctuated: `1.234,5` is surely a comma decimal, `1.234` and `1,234` could be either.
    """

    number: Decimal
    magnitude: int | None = None
    unit: str = ""
    currency: str = ""
    own: bool = False
    separators: Separators = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that is no number, and what it is instead."""

    reason: Reason


EXACT = Context(prec=200)
"""No text that is read as a number has so many digits: nothing is rounded before the column says how."""
NOT_A_NUMBER = Unread("not a number")
LONGEST = 60
"""A text longer than this is no number; the bound keeps reading linear whatever a file holds."""

_ENDLESS = {
    "nan",
    "inf",
    "infinity",
    "+inf",
    "-inf",
    "+infinity",
    "-infinity",
    "∞",
    "-∞",
    "+∞",
    "1.#inf",
    "-1.#ind",
    "1.#qnan",
}
_ABOUT = re.compile(r"^[约約近超逾>＞<＜≥≤~≈]|(左右|上下|以上|以下|以内|多|余|餘|\+)(元|天|日|家|个)?$")
_SEVERAL = re.compile(r"\d\s*(?:-|~|～|至|到|、|/|;|；)\s*[¥$]?\d")
_BODY = re.compile(r"(?P<digits>\d[\d ,.']*|\.\d+)(?:e(?P<power>[+-]?\d{1,3}))?(?P<rest>.*)", re.ASCII)
_SIGNS = sorted(CURRENCIES, key=len, reverse=True)
_TIMES = sorted(MAGNITUDES, key=len, reverse=True)
_PART = re.compile(rf"(\d+(?:\.\d+)?)({'|'.join(_TIMES)})?", re.ASCII)

_COMMA_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_DOT_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_POINT = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
_GROUPS = re.compile(r"\d{1,3}(?P<mark>[ '])\d{3}(?:(?P=mark)\d{3})*(?P<tail>[.,]\d*)?", re.ASCII)
MAY_BE_EITHER = r"^-?[1-9][0-9]{0,2}[.,][0-9]{3}$"
"""Texts that mean one number with a decimal point and another with a thousands point."""


def read_number(text: str) -> Quantity | Unread:
    """Read one text as a number with its unit; never raises, and takes time linear in the text."""
    raw = plain(text).lower()
    if not raw or len(raw) > LONGEST:
        return NOT_A_NUMBER
    if raw in _ENDLESS:
        return Unread("endless")
    if _ABOUT.search(raw):
        return Unread("about")
    body, negative, currency = _signs(raw)
    if body is None:
        return NOT_A_NUMBER
    found = _amount(body, currency)
    if isinstance(found, Unread) and found.reason == "not a number" and _SEVERAL.search(raw):
        return Unread("several")
    if isinstance(found, Unread) or not negative:
        return found
    return Quantity(
        found.number.copy_negate(), found.magnitude, found.unit, found.currency, found.own, found.separators
    )


def _signs(raw: str) -> tuple[str | None, bool, str]:
    """Take off sign, brackets and a currency in front, in any order, each once: what remains, negative?, currency."""
    minus, plus, sign, text = 0, 0, "", raw
    while text:
        mark = next((word for word in _SIGNS if text.startswith(word)), "") if not sign else ""
        if text[0] in "-负負":
            minus, text = minus + 1, text[1:]
        elif text[0] == "+":
            plus, text = plus + 1, text[1:]
        elif mark and mark not in OWN:
            sign, text = mark, text[len(mark) :]
        elif text[0] == "(" and text.count("(") == 1 == text.count(")"):
            minus, text = minus + 1, text[1:].replace(")", "", 1) if _closes(text) else ""
        else:
            break
        text = text.strip()
    if len(text) > 1 and text[-1] == "-":
        minus, text = minus + 1, text[:-1].strip()
    return (text or None) if minus + plus <= 1 else None, minus == 1, sign


def _closes(text: str) -> bool:
    """Whether the bracket closes right behind the figures: `(1,200)元` and `(1200元)`, not `(1)200`."""
    return not any(character.isdigit() for character in text[text.index(")") :])


def _amount(text: str, sign: str) -> Quantity | Unread:
    if text.startswith("百分之"):
        inner = _amount(text[3:], "")
        if isinstance(inner, Unread) or inner.unit or inner.currency or inner.own or inner.magnitude is not None:
            return NOT_A_NUMBER
        return Quantity(inner.number, None, "%", separators=inner.separators)
    match = _BODY.fullmatch(text)
    if match is None:
        return _in_characters(text, sign)
    rest = match["rest"].strip()
    if any(character.isdigit() for character in rest):
        return _in_parts(text, sign)
    number, separators = _punctuated(match["digits"].strip())
    if number is None:
        return Unread("two readings" if separators == "either" else "not a number")
    if match["power"]:
        number = number.scaleb(int(match["power"]), EXACT)
    return _with_unit(number, rest, sign, separators)


def _punctuated(digits: str) -> tuple[Decimal | None, Separators]:
    """Resolve the separators of a run of digits; None with "either" where it has two readings."""
    if _POINT.fullmatch(digits):
        return Decimal(digits), "either" if _EITHER.fullmatch(digits) else ""
    if _COMMA_GROUPS.fullmatch(digits):
        return Decimal(digits.replace(",", "")), "either" if _EITHER.fullmatch(digits) else ""
    if _DOT_GROUPS.fullmatch(digits):
        return Decimal(digits.replace(".", "").replace(",", ".")), "comma decimal"
    grouped = _GROUPS.fullmatch(digits)
    if grouped:
        tail = grouped["tail"] or ""
        if tail.startswith(",") and len(tail) == 4:
            return None, "either"
        number = Decimal(digits.replace(grouped["mark"], "").replace(",", "."))
        return number, "comma decimal" if tail.startswith(",") else ""
    return None, "either" if re.fullmatch(r"[\d,.' ]*\d", digits) else ""


def _with_unit(number: Decimal, rest: str, sign: str, separators: Separators) -> Quantity | Unread:
    """Read what follows the digits: a multiplier, then a currency or another word."""
    times = next((word for word in _TIMES if rest.startswith(word)), "")
    word = rest[len(times) :].strip()
    magnitude = MAGNITUDES[times] if times else None
    if len(word) > 8:
        return NOT_A_NUMBER
    if word not in CURRENCIES:
        return Quantity(number, magnitude, word, CURRENCIES.get(sign, ""), separators=separators)
    named = {CURRENCIES[each] for each in (sign, word) if each and each not in OWN}
    if len(named) > 1:
        return NOT_A_NUMBER
    return Quantity(number, magnitude, "", named.pop() if named else "", word in OWN, separators)


def _in_parts(text: str, sign: str) -> Quantity | Unread:
    """Read 3亿5000万 and 12万3456.78: parts whose multipliers fall. 1万2 has two readings."""
    word = next((word for word in sorted(OWN, key=len, reverse=True) if text.endswith(word)), "")
    body = text.removesuffix(word).strip()
    parts = [(match[1], match[2] or "") for match in _PART.finditer(body)]
    if "".join(digits + times for digits, times in parts) != body:
        return NOT_A_NUMBER
    total, last = Decimal(0), 99
    for digits, times in parts:
        power = MAGNITUDES[times] if times else 0
        if power >= last or Decimal(digits) >= Decimal(10) ** (last - power):
            return NOT_A_NUMBER
        if not times and len(digits.partition(".")[0]) < min(last, 4):
            return Unread("two readings")
        total, last = total + Decimal(digits).scaleb(power, EXACT), power
    return Quantity(total, 0, "", CURRENCIES.get(sign, ""), bool(word))


def _in_characters(text: str, sign: str) -> Quantity | Unread:
    """Read a number in Chinese characters, with 元整 or without."""
    amount = chinese.money(text)
    if amount is None:
        return NOT_A_NUMBER
    # 一万二千 says its own size as 1.2万 does: the unit in a heading no longer applies, unless it is a bare 五 or 十二.
    sized = amount >= 1000 or bool(re.search("[元圆圓块角分整正]", text))
    return Quantity(amount, 0 if sized else None, "", CURRENCIES.get(sign, ""), own=bool(re.search("[元圆圓块]", text)))
