"""Amounts in capital characters."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.printing import rmb_capital

KNOWN = {
    "0": "零元整",
    "0.01": "壹分",
    "0.10": "壹角整",
    "0.55": "伍角伍分",
    "1": "壹元整",
    "1.05": "壹元零伍分",
    "10": "壹拾元整",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "100000": "壹拾万元整",
    "107000.53": "壹拾万零柒仟元伍角叁分",
    "100100": "壹拾万零壹佰元整",
    "1010101.01": "壹佰零壹万零壹佰零壹元零壹分",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "1000500000": "壹拾亿零伍拾万元整",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万亿零壹亿元整",
    "9999999999999999.99": "玖仟玖佰玖拾玖万亿玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "-250.5": "负贰佰伍拾元伍角整",
}
amounts = st.decimals(min_value=Decimal("-9999999999999999.99"), max_value=Decimal("9999999999999999.99"), places=2)


def read(text: str) -> Decimal:
    """Read capital characters back: another way than they were written."""
    sign = -1 if text.startswith("负") else 1
    text = text.removeprefix("负").removesuffix("整").replace("零", "")
    yuan, _, small = text.rpartition("元")
    total = Decimal(0)
    for number, unit in re.findall(r"([壹贰叁肆伍陆柒捌玖])([角分])", small):
        total += "零壹贰叁肆伍陆柒捌玖".index(number) * {"角": Decimal("0.1"), "分": Decimal("0.01")}[unit]
    sums, four = 0, 0
    for number, place in re.findall(r"([壹贰叁肆伍陆柒捌玖]?)(万亿|[仟佰拾亿万]|$|(?=[壹贰叁肆伍陆柒捌玖]))", yuan):
        digit = "零壹贰叁肆伍陆柒捌玖".index(number) if number else 0
        four += digit * {"仟": 1000, "佰": 100, "拾": 10}.get(place, 1)
        if place in {"万亿", "亿", "万"}:
            sums += four * {"万亿": 10**12, "亿": 10**8, "万": 10**4}[place]
            four = 0
    return sign * (total + sums + four)


@pytest.mark.parametrize(("amount", "text"), KNOWN.items())
def test_known_amounts_are_written_as_banks_write_them(amount: str, text: str):
    assert rmb_capital(Decimal(amount)) == text


@given(amounts)
def test_every_amount_reads_back_as_itself(amount: Decimal):
    assert read(rmb_capital(amount)) == amount


@given(amounts)
def test_zeros_never_double_and_never_stand_before_a_unit(amount: Decimal):
    text = rmb_capital(amount)
    assert "零零" not in text
    assert amount == 0 or not re.search(r"零[仟佰拾万亿元角分]", text)
    assert text.endswith(("整", "分"))


@given(st.integers(min_value=0, max_value=10**16 - 2))
def test_two_amounts_never_look_alike(yuan: int):
    assert rmb_capital(Decimal(yuan)) != rmb_capital(Decimal(yuan + 1))


@pytest.mark.parametrize("amount", ["0.005", "NaN", "Infinity", "-Infinity", "10000000000000000", "1E-9"])
def test_what_cannot_be_written_exactly_is_refused(amount: str):
    with pytest.raises(ValueError, match=r"fen|capital"):
        rmb_capital(Decimal(amount))
