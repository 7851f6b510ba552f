"""A number in a cell → an exact decimal in the column's unit, with the column's digits, inside its range."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.tables.cells import PLAINLY, Bad, Manner, Value
from creditpolicy.tables.characters import folded, shown
from creditpolicy.tables.columns import Column
from creditpolicy.tables.numerals import EXACT, Quantity, Unread, read_number

SIGNIFICANT = 15
"""Digits of a binary number that Excel shows and keeps: 0.1 + 0.2 is 0.3, not 0.30000000000000004."""

_SHARES = {"%": -2, "‰": -3}
_WORDS = {
    Kind.DAYS: {"天", "日", "day", "days", "d"},
    Kind.SCORE: {"分", "points", "pts"},
    Kind.COUNT: set("个個家次户戶笔筆人名项項件辆輛台部张張份单單条條起宗年月期"),
    Kind.NUMBER: {"倍", "次", "x"},
    Kind.RATIO: {"倍", "x"},
}
_SIZED = {Kind.AMOUNT, Kind.COUNT, Kind.NUMBER}


def of_float(number: float) -> Decimal | None:
    """Give the decimal that a workbook means by a binary number: its 15 significant digits; None for NaN and infinity."""
    return Decimal(f"{number:.{SIGNIFICANT}g}") if math.isfinite(number) else None


def read_text(text: str, column: Column, manner: Manner = PLAINLY) -> Value | Bad:
    """Read a text as a number of `column`."""
    found = read_number(text)
    if isinstance(found, Unread):
        return _unread(text, found, column)
    if found.separators == "either" and manner.comma_decimal:
        return _unread(text, Unread("two readings"), column)
    power = _power(found, column)
    if isinstance(power, Bad):
        return power
    read = settle(found.number, text, column, _shift(manner.power if power is None else power, column))
    if isinstance(read, Bad):
        return read
    return Value(read.value, read.rounded, found.separators == "comma decimal")


def read_binary(number: float, column: Column, power: int | None) -> Value | Bad:
    """Read a number of a workbook; `power` is what its heading or its format says (`(万元)` is 4, shown as 65% is -2)."""
    exact = Decimal(number) if isinstance(number, int) else of_float(number)
    if exact is None:
        return _unread(str(number), Unread("endless"), column)
    return settle(exact, f"{exact:f}" if abs(exact.adjusted()) < 30 else str(exact), column, _shift(power, column))


def settle(number: Decimal, written: str, column: Column, shift: int = 0) -> Value | Bad:
    """Bring a number to the column's unit, digits and range; `shift` is the power of ten between the units."""
    if number and number.adjusted() + shift > 40:
        return _outside(written, column)
    # Sixty digits behind the point are beyond every column: a tiny number is as good as nothing there.
    exact = number.scaleb(shift, EXACT) if number.adjusted() > -60 else Decimal(0)
    kept = exact.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP, EXACT)
    rounded = kept != number.scaleb(shift, EXACT)
    if rounded and column.kind in (Kind.COUNT, Kind.DAYS):
        return _fraction(written, column)
    low, high = column.bounds
    if not low <= kept <= high:
        return _outside(written, column)
    return Value(kept or abs(kept), rounded)


def base_power(column: Column) -> int:
    """Give the power of ten of the column's own unit: 万元 is 4, a percent -2, all else 0."""
    return -2 if column.kind is Kind.PERCENT else column.power


def _shift(power: int | None, column: Column) -> int:
    return 0 if power is None else power - base_power(column)


def _power(found: Quantity, column: Column) -> int | Bad | None:
    """Give the power of ten that the text itself states; None where it states none."""
    if found.currency and found.currency != column.currency:
        return _foreign(found, column)
    money = found.own or bool(found.currency)
    if money and column.kind is not Kind.AMOUNT:
        return _unit(_("货币单位"), column)
    if found.magnitude is not None and column.kind not in _SIZED:
        return _unit(_("“万”“亿”一类的量级"), column)
    if found.unit in _SHARES:
        if column.kind not in (Kind.RATIO, Kind.PERCENT):
            return _unit(found.unit, column)
        return _SHARES[found.unit]
    if found.unit and not _fits(found.unit, column):
        return _unit(found.unit, column)
    return (found.magnitude or 0) if found.magnitude is not None or found.own else None


def _fits(word: str, column: Column) -> bool:
    return word in _WORDS.get(column.kind, set()) or folded(word) == folded(column.unit)


def _unread(text: str, found: Unread, column: Column) -> Bad:
    cell = shown(text)
    if found.reason == "endless":
        return Bad(
            "endless-number",
            _("“{label}”写的是“{cell}”, 不是一个有限的数。").format(label=column.label, cell=cell),
            _("它通常是别的程序算错后留下的, 不能当作 0 或空白。"),
            _("改成实际的数字; 没有这个数就留空。"),
        )
    if found.reason == "two readings":
        return Bad(
            "ambiguous-number",
            _("“{label}”写的是“{cell}”, 有两种读法。").format(label=column.label, cell=cell),
            _("看不出其中的逗号、句点、空格或量级是千分位还是小数点, 猜错会差一千倍。"),
            _("写成不带千分位的普通数字, 如 1234.5。"),
        )
    if found.reason in ("several", "about"):
        return Bad(
            "not-one-number",
            _("“{label}”写的是“{cell}”, 不是一个确定的数。").format(label=column.label, cell=cell),
            _("区间、约数和上下限不能参加计算。"),
            _("写成一个数字; 依据放在备注里。"),
        )
    return Bad(
        "not-a-number",
        _("“{label}”写的是“{cell}”, 读不成数字。").format(label=column.label, cell=cell),
        "",
        _("写成数字, 如 1234.5、1.2万、65%; 没有这个数就留空。"),
    )


def _unit(unit: str, column: Column) -> Bad:
    own = column.unit_words or {Kind.RATIO: _("比率 (如 0.65 或 65%)"), Kind.PERCENT: "%"}.get(
        column.kind, _("无单位的数")
    )
    return Bad(
        "wrong-unit",
        _("“{label}”里写了{unit}, 与这一列的单位不合。").format(label=column.label, unit=unit),
        _("这一列的单位是: {own}。").format(own=own),
        _("换算后只写数字。"),
    )


def _foreign(found: Quantity, column: Column) -> Bad:
    return Bad(
        "foreign-currency",
        _("“{label}”写的是 {currency}, 不是 {own}。").format(
            label=column.label, currency=found.currency, own=column.currency
        ),
        _("这里不换算汇率。"),
        _("按公司的汇率换算成 {own} 再填。").format(own=column.currency),
    )


def _fraction(written: str, column: Column) -> Bad:
    return Bad(
        "fraction",
        _("“{label}”写的是 {cell}, 应当是整数。").format(label=column.label, cell=shown(written)),
        _("个数和天数没有小数, 取整会改变结果。"),
        _("写成整数。"),
    )


def _outside(written: str, column: Column) -> Bad:
    low, high = (f"{bound.normalize():,f}" for bound in column.bounds)
    return Bad(
        "out-of-range",
        _("“{label}”是 {cell}, 超出允许的范围。").format(label=column.label, cell=shown(written)),
        _("这一列只能是 {low} 至 {high}{unit}。").format(
            low=low, high=high, unit=f" {column.unit_words}" if column.unit_words else ""
        ),
        _("核对数字和单位。"),
    )
