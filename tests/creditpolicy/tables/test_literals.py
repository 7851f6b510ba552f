"""Every way people write a number, a flag, a date, an identifier: each is a value, a blank, or a fault with its reason."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditpolicy.model import Kind
from creditpolicy.tables import Column
from creditpolicy.tables.cells import (
    BLANK,
    Bad,
    Covered,
    Failed,
    Manner,
    Padded,
    Percent,
    Suffixed,
    TimeOfDay,
    Uncalculated,
    Value,
)
from creditpolicy.tables.literals import read_value
from creditpolicy.tables.numerals import read_number

AMOUNT = Column("rent", ("累计租赁额",), Kind.AMOUNT, 2, unit="元")
WAN = Column("rent", ("累计租赁额",), Kind.AMOUNT, 6, unit="万元")
RATIO = Column("debt", ("资产负债率",), Kind.RATIO, 6)
PERCENT = Column("margin", ("毛利率",), Kind.PERCENT, 4, unit="%")
COUNT = Column("orders", ("订单数",), Kind.COUNT, 0)
DAYS = Column("late", ("逾期天数",), Kind.DAYS, 0, unit="天")
SCORE = Column("strength", ("实力",), Kind.SCORE, 2, Decimal(0), Decimal(100), unit="分")
NUMBER = Column("ratio", ("流动比率",), Kind.NUMBER, 6)
FLAG = Column("new", ("新客户",), Kind.FLAG)
CHOICE = Column("grade", ("等级",), Kind.CHOICE, choices=("A", "B", "无"))
DATE = Column("due", ("到期日",), Kind.DATE)
ID = Column("customer_id", ("客户编号",), Kind.ID)
TEXT = Column("name", ("名称",), Kind.TEXT)
USD = Column("sales", ("销售额",), Kind.AMOUNT, 2, unit="元", currency="USD")

NUMBERS = [
    (AMOUNT, "1234.5", "1234.50"),
    (AMOUNT, "１２３４．５", "1234.50"),
    (AMOUNT, "1,234.5", "1234.50"),
    (AMOUNT, "1，234.5", "1234.50"),
    (AMOUNT, "1,234,567.89", "1234567.89"),
    (AMOUNT, "1.234,5", "1234.50"),
    (AMOUNT, "1.234.567,89", "1234567.89"),
    (AMOUNT, "1.234.567", "1234567.00"),
    (AMOUNT, "1 444.83", "1444.83"),
    (AMOUNT, "1\u00a0444.83", "1444.83"),
    (AMOUNT, "1\u202f444\u202f000,5", "1444000.50"),
    (AMOUNT, "1'234'567.5", "1234567.50"),
    (AMOUNT, "\u200b1234\ufeff", "1234.00"),
    (AMOUNT, " 12 ", "12.00"),
    (AMOUNT, "007", "7.00"),
    (AMOUNT, ".5", "0.50"),
    (AMOUNT, "5.", "5.00"),
    (AMOUNT, "-0", "0.00"),
    (AMOUNT, "+5", "5.00"),
    (AMOUNT, "−5", "-5.00"),
    (AMOUNT, "－１２", "-12.00"),
    (AMOUNT, "负1200", "-1200.00"),
    (AMOUNT, "1200-", "-1200.00"),
    (AMOUNT, "(1,200.50)", "-1200.50"),
    (AMOUNT, "（1，200）", "-1200.00"),
    (AMOUNT, "￥(1,200)", "-1200.00"),
    (AMOUNT, "(1,200)元", "-1200.00"),
    (AMOUNT, "-￥1,200", "-1200.00"),
    (AMOUNT, "￥1,200", "1200.00"),
    (AMOUNT, "¥ 1,200.00", "1200.00"),
    (AMOUNT, "CNY 1,200", "1200.00"),
    (AMOUNT, "RMB1200元", "1200.00"),
    (AMOUNT, "人民币1.2万元", "12000.00"),
    (AMOUNT, "1.2万", "12000.00"),
    (AMOUNT, "1.2 万 元", "12000.00"),
    (AMOUNT, "1.2w", "12000.00"),
    (AMOUNT, "3亿", "300000000.00"),
    (AMOUNT, "3億元", "300000000.00"),
    (AMOUNT, "3百万", "3000000.00"),
    (AMOUNT, "5千", "5000.00"),
    (AMOUNT, "3亿5000万", "350000000.00"),
    (AMOUNT, "1亿2千万", "120000000.00"),
    (AMOUNT, "12万3456.78元", "123456.78"),
    (AMOUNT, "壹万贰仟元整", "12000.00"),
    (AMOUNT, "叁拾肆元伍角陆分", "34.56"),
    (AMOUNT, "人民币壹佰万元正", "1000000.00"),
    (AMOUNT, "貳拾萬圓整", "200000.00"),
    (AMOUNT, "三百二十", "320.00"),
    (AMOUNT, "十二", "12.00"),
    (AMOUNT, "一万零五百", "10500.00"),
    (AMOUNT, "1.5E+03", "1500.00"),
    (AMOUNT, "'1200", "1200.00"),
    (AMOUNT, '="1200"', "1200.00"),
    (AMOUNT, "1.005", "1.01"),
    (AMOUNT, "-1.005", "-1.01"),
    (AMOUNT, 1.005, "1.01"),
    (AMOUNT, 0.1 + 0.2, "0.30"),
    (AMOUNT, 1234567890.12, "1234567890.12"),
    (AMOUNT, 12, "12.00"),
    (AMOUNT, Decimal("12.345"), "12.35"),
    (AMOUNT, Suffixed(120, "万元"), "1200000.00"),
    (AMOUNT, Padded(120, "000120"), "120.00"),
    (WAN, "1.2万", "1.200000"),
    (WAN, "1.2万元", "1.200000"),
    (WAN, "12000元", "1.200000"),
    (WAN, "1.2", "1.200000"),
    (WAN, "￥1.2", "1.200000"),
    (WAN, "0.5亿", "5000.000000"),
    (WAN, "壹万贰仟元整", "1.200000"),
    (RATIO, "65%", "0.650000"),
    (RATIO, "６５％", "0.650000"),
    (RATIO, "0.65", "0.650000"),
    (RATIO, "百分之六十五", "0.650000"),
    (RATIO, "12‰", "0.012000"),
    (RATIO, Percent(0.65), "0.650000"),
    (RATIO, "(5%)", "-0.050000"),
    (PERCENT, "65%", "65.0000"),
    (PERCENT, "65", "65.0000"),
    (PERCENT, Percent(0.65), "65.0000"),
    (PERCENT, Percent(0.285), "28.5000"),
    (PERCENT, "12‰", "1.2000"),
    (COUNT, "1,234", "1234"),
    (COUNT, "12个", "12"),
    (COUNT, "1.2万", "12000"),
    (COUNT, 3.0000000000000004, "3"),
    (DAYS, "30天", "30"),
    (DAYS, "30 日", "30"),
    (DAYS, "-3", "-3"),
    (SCORE, "85分", "85.00"),
    (SCORE, "85.555", "85.56"),
    (NUMBER, "1.5倍", "1.500000"),
    (USD, "$1,200", "1200.00"),
    (USD, "US$1,200", "1200.00"),
    (USD, "1200元", "1200.00"),
]

VALUES = [
    (FLAG, "是", True),
    (FLAG, "否", False),
    (FLAG, "Y", True),
    (FLAG, "ｎ", False),
    (FLAG, "TRUE", True),
    (FLAG, "False", False),
    (FLAG, "1", True),
    (FLAG, 0, False),
    (FLAG, 1.0, True),
    (FLAG, True, True),
    (FLAG, "√", True),
    (FLAG, "×", False),
    (FLAG, "有", True),
    (FLAG, "无", False),
    (CHOICE, " a ", "A"),
    (CHOICE, "Ｂ", "B"),
    (CHOICE, "无", "无"),
    (DATE, "2024-1-5", "2024-01-05"),
    (DATE, "2024/1/5", "2024-01-05"),
    (DATE, "2024.1.5", "2024-01-05"),
    (DATE, "20240105", "2024-01-05"),
    (DATE, 20240105, "2024-01-05"),
    (DATE, "2024年1月5日", "2024-01-05"),
    (DATE, "２０２４年１月５日", "2024-01-05"),
    (DATE, "2024年1月5号 星期五", "2024-01-05"),
    (DATE, "二〇二四年一月五日", "2024-01-05"),
    (DATE, "2024-01-05 10:30:00", "2024-01-05"),
    (DATE, "2024-01-05T10:30:00Z", "2024-01-05"),
    (DATE, "2024年1月5日 上午10:30", "2024-01-05"),
    (DATE, "5-Jan-2024", "2024-01-05"),
    (DATE, "January 5, 2024", "2024-01-05"),
    (DATE, "1/13/2024", "2024-01-13"),
    (DATE, "13/1/2024", "2024-01-13"),
    (DATE, "2/2/2024", "2024-02-02"),
    (DATE, "45296", "2024-01-05"),
    (DATE, 45296, "2024-01-05"),
    (DATE, 45296.75, "2024-01-05"),
    (DATE, datetime.datetime.fromisoformat("2024-01-05T12:00"), "2024-01-05"),
    (DATE, "2024-02-29", "2024-02-29"),
    (ID, "00123", "00123"),
    (ID, 100001.0, "100001"),
    (ID, 100001, "100001"),
    (ID, "100001.0", "100001"),
    (ID, "Ｃ００１", "C001"),
    (ID, "C001\u200b", "C001"),
    (ID, "91310000MA1FL0XX1X", "91310000MA1FL0XX1X"),
    (ID, 123456789012345, "123456789012345"),
    (ID, 913100001234567891, "913100001234567891"),
    (ID, Padded(123, "000123"), "000123"),
    (ID, Padded(7, "C0007"), "C0007"),
    (ID, '="00123"', "00123"),
    (ID, "'00123", "00123"),
    (ID, "1E5", "1E5"),
    (TEXT, "无锡某公司", "无锡某公司"),
    (TEXT, "  a b ", "a b"),
    (TEXT, 12.5, "12.5"),
    (TEXT, 100.0, "100"),
    (TEXT, True, "TRUE"),
    (TEXT, Percent(0.65), "65%"),
    (TEXT, datetime.date(2024, 1, 5), "2024-01-05"),
    (TEXT, "'=1+1", "=1+1"),
    (TEXT, "a\x00b", "ab"),
]

BLANKS = [
    *[
        (column, text)
        for column in (AMOUNT, FLAG, DATE, ID, CHOICE)
        for text in ("", "  ", "-", "—", "——", "N/A", "/", "暂无")
    ],
    *[(column, "无") for column in (AMOUNT, DATE, ID)],
    *[(column, None) for column in (AMOUNT, TEXT, FLAG)],
    (TEXT, "—"),
    (TEXT, "\u3000"),
    (AMOUNT, "null"),
    (AMOUNT, float("nan")),
    (AMOUNT, "未提供"),
]

FAULTS = [
    (AMOUNT, "1,23", "ambiguous-number"),
    (AMOUNT, "1,2345", "ambiguous-number"),
    (AMOUNT, "12,34,567", "ambiguous-number"),
    (AMOUNT, "1.2.3", "ambiguous-number"),
    (AMOUNT, "1 23", "ambiguous-number"),
    (AMOUNT, "1万2", "ambiguous-number"),
    (AMOUNT, "约1000", "not-one-number"),
    (AMOUNT, "1000左右", "not-one-number"),
    (AMOUNT, ">100", "not-one-number"),
    (AMOUNT, "100+", "not-one-number"),
    (AMOUNT, "1000-2000", "not-one-number"),
    (AMOUNT, "1,000～2,000", "not-one-number"),
    (AMOUNT, "abc", "not-a-number"),
    (AMOUNT, "一万二", "not-a-number"),
    (AMOUNT, "一百二", "not-a-number"),
    (AMOUNT, "5²", "not-a-number"),
    (AMOUNT, "½", "not-a-number"),
    (AMOUNT, "٣٤", "not-a-number"),
    (AMOUNT, "--5", "not-a-number"),
    (AMOUNT, "-(5)", "not-a-number"),
    (AMOUNT, "(1)200", "not-a-number"),
    (AMOUNT, "9" * 70, "not-a-number"),
    (AMOUNT, True, "not-a-number"),
    (AMOUNT, datetime.date(2024, 1, 5), "not-a-number"),
    (AMOUNT, TimeOfDay(0.5), "not-a-number"),
    (AMOUNT, "NaN", "endless-number"),
    (AMOUNT, "Infinity", "endless-number"),
    (AMOUNT, "-∞", "endless-number"),
    (AMOUNT, float("inf"), "endless-number"),
    (AMOUNT, "1e999", "out-of-range"),
    (AMOUNT, "9.13E+17", "out-of-range"),
    (AMOUNT, 1e300, "out-of-range"),
    (AMOUNT, "12%", "wrong-unit"),
    (AMOUNT, "12天", "wrong-unit"),
    (AMOUNT, Percent(0.12), "wrong-unit"),
    (AMOUNT, "$1,200", "foreign-currency"),
    (AMOUNT, "1200美元", "foreign-currency"),
    (AMOUNT, Suffixed(1200.0, "US$"), "foreign-currency"),
    (USD, "￥1,200", "foreign-currency"),
    (AMOUNT, "#N/A", "error-cell"),
    (AMOUNT, "#DIV/0!", "error-cell"),
    (TEXT, "#REF!", "error-cell"),
    (AMOUNT, "######", "error-cell"),
    (AMOUNT, Failed("#N/A"), "error-cell"),
    (TEXT, Failed("#VALUE!"), "error-cell"),
    (FLAG, Uncalculated(), "uncalculated"),
    (AMOUNT, Covered(5.0, "C5"), "merged-cell"),
    (RATIO, "1.2万", "wrong-unit"),
    (COUNT, "1.5", "fraction"),
    (COUNT, "-1", "out-of-range"),
    (COUNT, "12元", "wrong-unit"),
    (DAYS, 30.5, "fraction"),
    (DAYS, "3个月", "wrong-unit"),
    (SCORE, "101", "out-of-range"),
    (SCORE, -0.01, "out-of-range"),
    (FLAG, "也许", "not-a-flag"),
    (FLAG, "2", "not-a-flag"),
    (CHOICE, "C", "not-a-choice"),
    (DATE, "2024-02-30", "impossible-date"),
    (DATE, "2023-02-29", "impossible-date"),
    (DATE, "2024/13/1", "impossible-date"),
    (DATE, "1900-02-29", "impossible-date"),
    (DATE, "1/5/2024", "ambiguous-date"),
    (DATE, "24-1-5", "short-year"),
    (DATE, "1/5/24", "short-year"),
    (DATE, "2024", "part-date"),
    (DATE, "2024年1月", "part-date"),
    (DATE, "1月5日", "part-date"),
    (DATE, 2024, "far-date"),
    (DATE, "1899-12-31", "far-date"),
    (DATE, "2201-01-01", "far-date"),
    (DATE, "昨天", "not-a-date"),
    (DATE, True, "not-a-date"),
    (ID, "9.13E+17", "spoilt-id"),
    (ID, "2E+10", "spoilt-id"),
    (ID, 9.13e17, "spoilt-id"),
    (ID, 100001.5, "fraction"),
]


@pytest.mark.parametrize(("column", "cell", "value"), NUMBERS)
def test_a_number_is_read_exactly(column, cell, value):
    verdict = read_value(cell, column)
    assert isinstance(verdict, Value), verdict
    assert str(verdict.value) == value


@pytest.mark.parametrize(("column", "cell", "value"), VALUES)
def test_a_value_of_another_kind_is_read(column, cell, value):
    verdict = read_value(cell, column)
    assert isinstance(verdict, Value), verdict
    found = verdict.value
    assert (found.isoformat() if isinstance(found, datetime.date) else found) == value
    assert type(found) is not datetime.datetime


@pytest.mark.parametrize(("column", "cell"), BLANKS)
def test_a_cell_that_says_nothing_is_blank_and_never_zero(column, cell):
    assert read_value(cell, column) is BLANK


@pytest.mark.parametrize(("column", "cell", "code"), FAULTS)
def test_a_cell_that_cannot_be_used_is_a_fault_with_what_and_how(column, cell, code):
    verdict = read_value(cell, column)
    assert isinstance(verdict, Bad), verdict
    assert verdict.code == code
    assert column.label in verdict.what
    assert verdict.fix


def test_there_are_enough_literals():
    assert len(NUMBERS) + len(VALUES) + len(BLANKS) + len(FAULTS) >= 120


def test_a_number_under_a_merged_cell_is_a_fault_but_a_text_is_shared():
    assert read_value(Covered("华东", "B2"), TEXT) == Value("华东")
    assert read_value(Covered(None, "B2"), AMOUNT) is BLANK


def test_a_heading_in_wan_applies_to_plain_numbers_only():
    manner = Manner(power=4)
    assert read_value(1.2, AMOUNT, manner) == Value(Decimal("12000.00"))
    assert read_value("1.2", AMOUNT, manner).value == Decimal("12000.00")
    assert read_value("12000元", AMOUNT, manner).value == Decimal("12000.00")
    assert read_value("1.2万", AMOUNT, manner).value == Decimal("12000.00")
    assert read_value("1.2亿", AMOUNT, manner).value == Decimal("120000000.00")
    assert read_value(Suffixed(1.2, "万元"), AMOUNT, manner).value == Decimal("12000.00")


def test_a_heading_in_percent_divides_a_ratio_unless_the_cell_says_percent_itself():
    manner = Manner(power=-2)
    assert read_value(65.0, RATIO, manner).value == Decimal("0.650000")
    assert read_value("65%", RATIO, manner).value == Decimal("0.650000")
    assert read_value(Percent(0.65), RATIO, manner).value == Decimal("0.650000")
    assert read_value(65.0, PERCENT, manner).value == Decimal("65.0000")


def test_a_dotted_number_is_asked_about_in_a_column_of_comma_decimals():
    assert read_value("1.234", AMOUNT, Manner(comma_decimal=True)).code == "ambiguous-number"
    assert read_value("1,234", AMOUNT, Manner(comma_decimal=True)).code == "ambiguous-number"
    assert read_value("1.234,5", AMOUNT, Manner(comma_decimal=True)).value == Decimal("1234.50")
    assert read_value("12.5", AMOUNT, Manner(comma_decimal=True)).value == Decimal("12.50")


def test_the_order_of_day_and_month_can_be_told():
    assert read_value("1/5/2024", DATE, Manner(day_first=True)).value == datetime.date(2024, 5, 1)
    assert read_value("1/5/2024", DATE, Manner(day_first=False)).value == datetime.date(2024, 1, 5)


def test_a_number_out_of_range_names_range_and_unit():
    verdict = read_value("150", SCORE)
    assert "0 至 100 分" in verdict.why


def test_digits_beyond_those_kept_are_rounded_half_up_and_said():
    assert read_value("2.345", AMOUNT) == Value(Decimal("2.35"), rounded=True)
    assert read_value("2.344999", AMOUNT) == Value(Decimal("2.34"), rounded=True)
    assert read_value("2.340", AMOUNT).rounded is False


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.text("0123456789.,+-() ￥¥$%万亿元一二十百千零/年月日:Ee'\"=#", max_size=30),
    st.text(st.characters(), max_size=20),
    st.dates(),
    st.datetimes(),
    st.builds(Percent, st.floats()),
    st.builds(Suffixed, st.floats(), st.text(max_size=4)),
    st.builds(Padded, st.integers(0, 10**15), st.text(max_size=20)),
    st.builds(Failed, st.text(max_size=8)),
    st.builds(TimeOfDay, st.floats(0, 1e6)),
)


@given(CELLS, st.sampled_from([AMOUNT, WAN, RATIO, PERCENT, COUNT, DAYS, SCORE, FLAG, CHOICE, DATE, ID, TEXT]))
def test_no_cell_whatever_makes_reading_fail(cell, column):
    verdict = read_value(cell, column)
    if isinstance(verdict, Value) and column.kind.is_number:
        assert isinstance(verdict.value, Decimal)
        assert verdict.value.is_finite()
        assert -verdict.value.as_tuple().exponent == column.scale
        assert column.bounds[0] <= verdict.value <= column.bounds[1]
    if isinstance(verdict, Bad):
        assert verdict.what
    if isinstance(verdict, Value) and isinstance(verdict.value, str):
        verdict.value.encode()


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_written_number_reads_back_however_it_is_punctuated(number):
    plain, grouped = f"{number:f}", f"{number:,.2f}"
    european = grouped.translate(str.maketrans(",.", ".,"))
    spaced = grouped.replace(",", " ")
    wide = plain.translate({code: code + 0xFEE0 for code in range(0x2B, 0x3A)})
    for text in (
        plain,
        grouped,
        spaced,
        wide,
        f"￥{plain}",
        f"{plain}元",
        *([european] if abs(number) >= 1000 else []),
    ):
        assert read_value(text, AMOUNT).value == number, text


@given(st.integers(1, 10**12 - 1))
def test_a_number_written_in_characters_reads_back(number):
    digits, units = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]
    text, zero = "", False
    for power in range(11, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if zero and text else "") + digits[digit] + units[power % 4]
            zero = False
        else:
            zero = True
        if power == 8 and number >= 10**8:
            text += "亿"
        elif power == 4 and number // 10**4 % 10**4:
            text += "万"
    assert read_value(f"{text}元整", AMOUNT).value == number, text


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2200, 12, 31)))
def test_a_written_date_reads_back(date):
    year, month, day = date.year, date.month, date.day
    for text in (date.isoformat(), date.strftime("%Y%m%d"), f"{year}年{month}月{day}日", f"{year}.{month}.{day}"):
        assert read_value(text, DATE).value == date


@given(st.text("0123456789.,'+-万亿元¥% ()", max_size=60))
def test_reading_a_number_takes_no_time_to_speak_of(text):
    read_number(text)
    read_number("1" * 50 + text)
