"""The questions that a critical auditor asks of a policy, above all of the shipped ones with their closings taken out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditpolicy.checks import check_policy
from creditpolicy.checks.conditions import can_fail, can_hold, reached
from creditpolicy.checks.direction import direction_of
from creditpolicy.checks.spans import Span, gaps, overlaps, plain, span_of
from creditpolicy.expressions import TRUTH, Node, Type, number, parse
from creditpolicy.model import Interval
from creditpolicy.problems import Problem
from creditpolicy.reader import read_policy


def pack(name: str) -> str:
    return (files("creditpolicy") / "packs" / name / "policy.yaml").read_text("utf-8")


def found(text: str) -> dict[str, Problem]:
    return {problem.code: problem for problem in check_policy(read_policy(text, file="policy.yaml"))}


# The holes of the documents themselves --------------------------------------------------------------------------------


def without(text: str, start: str, end: str) -> str:
    """Take out of the text what stands from `start` up to `end`."""
    before, _found, rest = text.partition(start)
    assert rest, start
    return before + end + rest.partition(end)[2]


def test_document_003_says_nothing_below_70_and_check_finds_it() -> None:
    text = without(pack("leasing"), "  - grade: ungraded\n    label", "changes:")
    text = text.replace("grade: ungraded\n      missing", "grade: C\n      missing")
    hole = found(text)["grade-hole"]
    assert "70 分以下" in hole.what
    assert hole.severity == "fault"
    assert "grade: C" in hole.where.quote


def test_document_001_asks_yearly_and_quarterly_and_check_finds_it() -> None:
    text = pack("sales-credit")
    closings = [
        line for line in text.splitlines() if line.strip().startswith("superseded:") or line.strip() == "act: monitor"
    ]
    assert closings, "the pack closes the hole openly"
    for line in closings:
        text = text.replace(line + "\n", "", 1)
    assert found(text)["period-contradiction"].severity == "fault"


def test_a_number_with_its_source_taken_out_is_told() -> None:
    text = pack("leasing")
    problems = found(text.replace("points: strength, clause: 四.2 表、说明2}", "points: strength}"))
    assert "unsourced" in problems


def test_one_line_that_is_wrong_is_the_only_one_told() -> None:
    text = pack("leasing").replace("{item: payment, max: 30,", "{item: payment, max: 35,")
    codes = {problem.code for problem in check_policy(read_policy(text))}
    assert codes == {"total-differs", "maximum-unreachable"}


def test_faults_of_expressions_stand_at_their_character() -> None:
    text = pack("leasing").replace("otherwise: 15 * cumulative_rent /", "otherwise: 15 * cumulative_rant /")
    (problem,) = check_policy(read_policy(text))
    assert problem.where.line is not None
    assert problem.where.column is not None
    assert text.splitlines()[problem.where.line - 1][problem.where.column - 1 :].startswith("cumulative_rant")


def test_where_the_file_cannot_be_read_the_problems_of_reading_come_back() -> None:
    assert [problem.code for problem in check_policy(read_policy("policy: [x"))] == ["yaml"]


# Spans ----------------------------------------------------------------------------------------------------------------

numbers = st.integers(-6, 6)
ends = st.one_of(st.none(), st.tuples(numbers, st.booleans()))


def interval(low: tuple[int, bool] | None, high: tuple[int, bool] | None) -> Interval:
    keys: dict[str, Decimal] = {}
    if low is not None:
        keys["from" if low[1] else "above"] = Decimal(low[0])
    if high is not None:
        keys["to" if high[1] else "below"] = Decimal(high[0])
    return Interval.model_validate(keys)


@given(st.lists(st.tuples(ends, ends), max_size=5), st.sampled_from([None, Fraction(1), Fraction(1, 2)]))
def test_gaps_and_overlaps_are_those_that_counting_finds(
    pairs: list[tuple[tuple[int, bool] | None, tuple[int, bool] | None]], step: Fraction | None
) -> None:
    whole = Span((Fraction(-6), 0), (Fraction(6), 1)).on_grid(step)
    bands = [interval(low, high) for low, high in pairs]
    spans = [span_of(band, whole).on_grid(step).meet(whole) for band in bands]
    grain = step or Fraction(1, 4)
    values = [grain * count for count in range(-24, 25) if -6 <= grain * count <= 6]
    uncovered = {value for value in values if not any(band.contains(value) for band in bands)}  # type: ignore[arg-type]
    doubled = {value for value in values if sum(band.contains(value) for band in bands) > 1}  # type: ignore[arg-type]

    def inside(span: Span) -> set[Fraction]:
        return {
            value
            for value in values
            if span.start <= (value, 0) and (value, 1) <= (span.end if step is None else (span.end[0], 0))
        }

    assert set().union(*(inside(gap) for gap in gaps(spans, whole))) == uncovered
    assert bool(list(overlaps(spans))) == bool(doubled)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("0.50", "0.5"),
        ("-12.3", "-12.3"),
        ("10000", "1万"),
        ("12300", "1.23万"),
        ("12345", "12345"),
        ("120000000", "1.2亿"),
    ],
)
def test_numbers_are_written_as_people_do(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


# Conditions -----------------------------------------------------------------------------------------------------------

NAMES: dict[str, Type] = {
    "a": number(0, 0, 5),
    "b": number(0, 0, 5),
    "flag": TRUTH,
    "kind": Type("text", choices=("x", "y", "z")),
}
ATOMS = [
    "a > 2",
    "a <= 3",
    "a = 5",
    "a <> 0",
    "b < 3",
    "b >= 3",
    "flag",
    "kind = 'x'",
    "kind in ('x', 'y')",
    "kind <> 'z'",
    "a < b",
    "a + b > 4",
    "true",
    "6 <= a",
    "2 > b",
]


def node_of(text: str) -> Node:
    node, faults = parse(text, NAMES, "truth")
    assert node is not None, faults
    return node


def holds(text: str, a: int, b: int, flag: bool, kind: str) -> bool:
    words = text.replace("<>", "!=").replace(" = ", " == ").replace("true", "True")
    return bool(eval(words, {}, {"a": a, "b": b, "flag": flag, "kind": kind}))


EVERY = list(product(range(6), range(6), [True, False], ["x", "y", "z"]))

conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda text: f"(not {text})"),
    ),
    max_leaves=6,
)


@given(conditions)
def test_never_and_always_are_certain(text: str) -> None:
    node = node_of(text)
    results = {holds(text, *values) for values in EVERY}
    if not can_hold(node):
        assert results == {False}
    if not can_fail(node):
        assert results == {True}


@given(st.lists(st.sampled_from([atom for atom in ATOMS if " b" not in atom]), min_size=1, max_size=4))
def test_of_plain_facts_the_reckoning_is_exact(texts: list[str]) -> None:
    lists = list(reached(node_of(text) for text in texts))
    firsts = {next((n for n, text in enumerate(texts) if holds(text, *values)), len(texts)) for values in EVERY}
    assert {n for n, situations in enumerate(lists) if situations} == firsts


@pytest.mark.parametrize(
    ("text", "hold", "fail"),
    [
        ("a > 5", False, True),
        ("a >= 0", True, False),
        ("a > 2 and a < 3", False, True),
        ("a > b and a <= b", False, True),
        ("a + b > 10", False, True),
        ("a * 2 - 1 > 3 and a * 2 - 1 < 2", False, True),
        ("a is null and a > 3", False, True),
        ("a is null or a is not null", True, False),
        ("kind = 'x' and kind = 'y'", False, True),
        ("flag and not flag", False, True),
        ("(a = 1 or a = 2) and a not in (1, 2)", False, True),
        ("coalesce(a, 0) > 2", True, True),
        ("1 > 2", False, True),
    ],
)
def test_conditions_that_never_or_always_hold(text: str, hold: bool, fail: bool) -> None:
    assert (can_hold(node_of(text)), can_fail(node_of(text))) == (hold, fail)


def test_a_condition_of_very_many_cases_is_left_open() -> None:
    text = " and ".join(f"(a + {n} > 2 or b + {n} > 3)" for n in range(12))
    assert can_hold(node_of(text))
    assert can_fail(node_of(text))
    assert list(reached([node_of(text), None])) == [None]


# Directions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a", 1),
        ("5 - a", -1),
        ("b", 0),
        ("a * 2 + b", 1),
        ("a - a", None),
        ("10 / (a + 1)", -1),
        ("a / (b + 1)", 1),
        ("a / portfolio_max(a)", 1),
        ("10 * percentile(a)", 1),
        ("least(a, 3)", 1),
        ("round(10 - a, 1)", -1),
        ("abs(a)", 1),
        ("abs(a - 3)", None),
        ("case when a > 3 then 1 else 2 end", None),
    ],
)
def test_which_way_an_expression_runs(text: str, way: int | None) -> None:
    node, faults = parse(text, NAMES, "number")
    assert node is not None, faults
    assert direction_of(node, "a") == way
