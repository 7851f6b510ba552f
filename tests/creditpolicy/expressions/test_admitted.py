"""What an expression may say: exact arithmetic, what is missing, types and ranges."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings

from creditpolicy.compiler.exact import condition, exact, unknown
from creditpolicy.expressions import TRUTH, parse
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.size import size
from creditpolicy.plain import Portfolio, reading_of
from expressions_read import DIGITS, EXAMPLES, NAMES, assert_same, faults_of, tree_of
from random_expressions import FACTS, conditions, numbers
from two_readings import DAY


@pytest.mark.parametrize(
    "text",
    [
        "sales > 10 and (kind = '甲' or not listed)",
        "SALES > 10".lower().upper().replace("SALES", "sales"),
        "kind in ('甲', 'it''s', '\"丙\"')",
        "kind not in ('甲')",
        "sales　>　10",
        "sales >\n\t10\nand listed",
        '"sales" > 10 and "销售额" <> 3',
        "since between '2020-01-01' and as_of",
        "as_of - since > 365",
        "order > 1 and date < '2026-01-01'",
        "sales == 1 or sales != 2",
        "CASE WHEN listed THEN true ELSE sales IS NOT NULL END",
        "case when listed then kind else '丁' end = '丁'",
        "coalesce(listed, false) = case_won",
        "ifnull(sales, 0) > .5",
        "+sales > -3",
    ],
)
def test_what_policies_say_is_admitted(text: str) -> None:
    assert tree_of(text, "truth").type == TRUTH


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("-7 / 2", "-7/2"),
        ("round(-3.5)", "-4"),
        ("round(2.345, 2)", "2.35"),
        ("round(-2.345, 2)", "-2.35"),
        ("floor(-7 / 2)", "-4"),
        ("ceil(-7 / 2)", "-3"),
        ("ceil(7 / 2)", "4"),
        ("floor(12.39, 1)", "12.3"),
        ("3 * round(7 / 2)", "12"),
        ("10 - round(7 / 2, 0) * 2", "2"),
        ("round(7 / 2) / round(5 / 2)", "4/3"),
        ("2 - -2", "4"),
        ("- - 2", "2"),
        ("1 / 3 + 1 / 6", "1/2"),
        ("1 / (1 / 3)", "3"),
        ("abs(-1 / 3)", "1/3"),
        ("least(1 / 3, 0.3333, 1 / 2)", "0.3333"),
        ("greatest(1 / 3, 0.3333, 1 / 4)", "1/3"),
        ("least(-1 / 3, 2 / -3)", "-2/3"),
        ("case when 1 / 3 > 0.333333333333 then 1 else 2 end", "1"),
        ("coalesce(1 / 3, 2)", "1/3"),
        ("999999999999999999 * 999999999999999999", str(999999999999999999**2)),
        ("123456789012345678.123456789012 - 0.000000000012", "123456789012345678.123456789"),
        ("-123456789012345678.123456789012 - 0", "-123456789012345678.123456789012"),
        ("50000 * 60000 + 2000000000", "5000000000"),
        ("case when true then 50000 else 1 end * case when true then 60000 else 1 end", "3000000000"),
        ("days_between('0001-01-01', '9999-12-31')", "3652058"),
        ("0.1 + 0.2", "0.3"),
        ("1.005 * 100", "100.5"),
    ],
)
def test_arithmetic_is_exact_in_both_readings(text: str, value: str) -> None:
    node = tree_of(text)
    assert Fraction(reading_of(node, Portfolio({}))({})) == Fraction(value)
    assert_same([node], [dict.fromkeys(FACTS)])


@pytest.mark.parametrize(
    ("text", "yields"),
    [
        ("listed and false", False),
        ("listed or true", True),
        ("listed and true", None),
        ("not listed", None),
        ("sales > 1 or sales <= 1", None),
        ("sales is null", True),
        ("sales + 1 is null", True),
        ("(listed and false) is null", False),
        ("1 / count is null", True),
        ("coalesce(1 / count, 0) = 0", True),
        ("case when listed then true else true end", None),
        ("case when true then false when listed then true end", False),
        ("sales in (1, 2)", None),
        ("kind <> '甲'", None),
        ("coalesce(listed, case_won, true)", True),
        ("least(sales, 1) > 0", None),
        ("sales * 0 = 0", None),
        ("(sales > 1) = (sales > 1)", None),
    ],
)
def test_what_is_missing_is_unknown_and_not_zero(text: str, yields: bool | None) -> None:
    node = tree_of(text, "truth")
    row: dict[str, Any] = {**dict.fromkeys(FACTS), "count": Decimal(0)}
    assert reading_of(node, Portfolio({}))({**row, "as_of": DAY}) is yields
    assert_same([node], [row])


LARGEST = [
    "sales * wide",
    "-(sales * wide) + 9",
    "sales * wide * 0.1 - sales * wide * 0.1",
    "abs(sales * wide)",
    "least(sales * wide, -sales * wide, 7)",
    "case when sales * wide > 0 then sales * wide else -sales * wide end",
    "round(sales * wide / 7)",
    "round(wide / 7, 9)",
    "floor(-sales * wide / 999.99, 2)",
    "ceil(sales * wide, 3)",
    "wide * wide / (wide * 3)",
    "sales * 999999999999999999 / (debts * 99999999999999)",
    "sales / fine / fine",
    "1 / fine * wide",
]


def test_numbers_as_large_as_the_language_admits_are_exact() -> None:
    trees = [parse(text, NAMES, "number") for text in LARGEST]
    nodes = [node for node, _faults in trees if node is not None and typing_rules.rounds(node.type, DIGITS)]
    assert len(nodes) >= 8
    assert max(node.type.whole for node in nodes) > 10**35
    assert all("37 位" in fault.what for _node, faults in trees for fault in faults)
    ends = {
        name: [NAMES[name].low, NAMES[name].high, Fraction(1, 10 ** NAMES[name].scale)]
        for name in ("sales", "wide", "debts", "fine")
    }
    rows = [
        {
            **dict.fromkeys(FACTS),
            **{name: Decimal(end.numerator) / Decimal(end.denominator) for name, end in zip(ends, chosen, strict=True)},
        }
        for chosen in itertools.product(*ends.values())
    ]
    assert_same(nodes, rows)


def test_a_constant_finer_than_the_fact_is_not_rounded_to_it() -> None:
    comparisons = [
        f"count {op} {bound}"
        for op in ("<", "<=", ">", ">=", "=", "<>")
        for bound in ("1.5", "-0.1", "2", "2.000000000001")
    ]
    rows = [{**dict.fromkeys(FACTS), "count": count} for count in (None, *map(Decimal, (0, 1, 2, 3)))]
    assert_same([tree_of(text, "truth") for text in comparisons], rows)


# Types and ranges ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scale", "low", "high"),
    [
        ("share", 6, "0", "1"),
        ("share + order", 6, "-20", "21"),
        ("share - order", 6, "-20", "21"),
        ("order * order", 4, "-400", "400"),
        ("-share", 6, "-1", "0"),
        ("abs(order)", 2, "0", "20"),
        ("least(share, order)", 6, "-20", "1"),
        ("greatest(share, order)", 6, "0", "20"),
        ("case when listed then 5 else -2.5 end", 1, "-2.5", "5"),
        ("round(share * 10 / 3, 1)", 1, "0", "3.3"),
        ("ceil(share * 10 / 3)", 0, "0", "4"),
        ("floor(-share * 10 / 3, 1)", 1, "-3.4", "0"),
        ("1 / below", 0, "-1000000", "-1/7"),
        ("1 / count", 0, "1/3", "1"),
        ("share / order", 4, "-100", "100"),
        ("percentile(sales)", 0, "0", "1"),
        ("portfolio_avg(share)", 6, "0", "1"),
    ],
)
def test_the_range_of_a_result_is_known(text: str, scale: int, low: str, high: str) -> None:
    kind = tree_of(text).type
    assert kind.scale == scale
    step = Fraction(1, 10**scale)
    assert Fraction(low) - step <= kind.low <= Fraction(low), "the range holds every value, and not many more"
    assert Fraction(high) <= kind.high <= Fraction(high) + step


def test_a_condition_where_a_number_is_wanted_is_refused_and_the_other_way_round() -> None:
    assert faults_of("sales > 1", "number")[0].what == "这里要数字, 算式给出的是是否成立的条件。"
    assert faults_of("sales", "truth")[0].what == "这里要是否成立的条件, 算式给出的是数字。"
    assert faults_of("kind", "number")[0].what == "这里要数字, 算式给出的是文字。"


@settings(max_examples=EXAMPLES)
@given(numbers() | conditions())
def test_the_size_of_a_query_is_bounded_before_it_is_written(text: str) -> None:
    node = parse(text, NAMES, "number")[0] or parse(text, NAMES, "truth")[0]
    assume(node is not None)
    assert node is not None
    written = [unknown(node) or ""]
    if node.type.base == "truth":
        written.append(condition(node))
    else:
        number = exact(node)
        written += [number.whole.sql, number.divisor.sql if number.divisor is not None else ""]
    pieces = len(re.findall(r"\w+|[^\w\s]", " ".join(written)))
    assert pieces <= 20 * size(node)
