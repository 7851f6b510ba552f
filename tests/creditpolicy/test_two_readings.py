"""The query against the plain reading: random policies, shipped packs at all their boundaries, and what must always hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from boundaries import boundary_table, customer, customers, line_totals
from creditpolicy.compiler import (
    ROW,
    compile_policy,
    consequences,
    exact,
    facts,
    points,
    points_column,
    veto_column,
    whole,
)
from creditpolicy.compiler.whole import Whole, quotient
from creditpolicy.expressions import Name
from creditpolicy.model import Kind, Policy
from creditpolicy.plain import PlainReading, Portfolio, grade_by_points
from creditpolicy.program import FactRule, Program, build
from random_policies import policies
from shared_programs import FEATURES, PACKS, program
from two_readings import DAY, assert_agreed, by_plain, by_query, engine, smallest_step

EXAMPLES = 150 if os.environ.get("CI") else 30


# The two readings agree ----------------------------------------------------------------------------------------------


@settings(max_examples=EXAMPLES)
@given(policies(), st.integers(0, 2**32), st.sampled_from(["own", "separate"]), st.booleans())
def test_query_and_plain_reading_agree_on_random_policies(policy: Policy, seed: int, pool: str, pack: bool) -> None:
    made, flaws = build(policy)
    assert made is not None, flaws
    draw = Random(seed)
    rows = customers(made, draw, 30)
    rated = assert_agreed(made, rows, None if pool == "own" else customers(made, draw, 5), pack=pack)
    event(f"rated: {any(row['grade'] is not None for row in rated)}")
    assert_parts_add_up(made, rated)
    assert_vetoes_never_help(made, rated)


@pytest.mark.parametrize("pack", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("pool", ["own", "separate"])
@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_query_and_plain_reading_agree_at_every_boundary(name: str, pool: str, pack: bool) -> None:
    made, draw = program(name), Random(name)
    rows = customers(made, draw, 100)
    rated = assert_agreed(made, rows, None if pool == "own" else customers(made, draw, 20), pack=pack)
    assert_parts_add_up(made, rated)
    assert_vetoes_never_help(made, rated)


@pytest.mark.parametrize("name", ["portfolio", "leasing", "scoring"])
@pytest.mark.parametrize(
    "portfolio", [[], [{}], [{"sales": Decimal(0), "cost": Decimal(0), "cumulative_rent": Decimal(0)}]]
)
def test_a_portfolio_may_be_empty_or_say_nothing(name: str, portfolio: list[dict[str, Any]]) -> None:
    made = program(name)
    assert_agreed(made, customers(made, Random(2), 20), portfolio)
    assert_agreed(made, portfolio)


def test_every_way_of_scoring_is_drawn() -> None:
    """What the random policies never have, the readings are never compared on."""
    drawn: set[str] = set()

    @settings(max_examples=60, database=None, derandomize=True)
    @given(policies())
    def draw(policy: Policy) -> None:
        made, _flaws = build(policy)
        assert made is not None
        for item in made.items:
            drawn.update({item.part, f"missing {item.missing.kind}"})
            drawn.add("bands" if item.item.bands else "choices" if item.item.choices else "points")
        drawn.update(figure.figure for figure in made.portfolio_figures)
        drawn.update(f"veto {veto.veto.missing}" for veto in made.vetoes)
        drawn.update({"open below" if policy.grades[-1].line else "closed below", f"digits {made.digits}"})
        credit = policy.credit
        drawn.update({f"rounding {credit.rounding.how}"} if credit is not None and credit.rounding is not None else {})

    draw()
    assert drawn >= {
        *("base", "bonus", "deduction", "bands", "choices", "points", "max", "min", "avg", "percentile"),
        *(f"missing {kind}" for kind in ("refuse", "worst", "points", "reweigh")),
        *(f"veto {kind}" for kind in ("refuse", "ignore", "apply")),
        *(f"digits {digits}" for digits in range(5)),
        *(f"rounding {how}" for how in ("down", "half_up", "up")),
        *("open below", "closed below"),
    }


# The boundary table --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_the_boundary_table_has_each_end_of_each_band_and_a_step_to_each_side(name: str) -> None:
    made = program(name)
    table = boundary_table(made)
    for item in made.items:
        if not isinstance(item.value, Name) or item.value.id not in table:
            continue
        rule = made.fact[item.value.id]
        low, high = rule.fact.bounds if rule.fact.type.is_number else (Decimal(0), Decimal(0))
        for band in item.item.bands or ():
            for end in (band.low, band.high):
                steps = [] if end is None else [end[0] - smallest_step(rule), end[0], end[0] + smallest_step(rule)]
                assert {step for step in steps if low <= step <= high} <= set(table[rule.id])
        assert {option.is_ for option in item.item.choices or ()} <= set(table[rule.id]) | {""}


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_the_customers_drawn_reach_every_band_of_facts(name: str) -> None:
    made = program(name)
    rows = customers(made, Random(name), 200)
    reading = PlainReading(made, as_of=DAY, portfolio=Portfolio({}))
    reached = [{rated.bands[index] for rated in map(reading.rate, rows)} for index in range(len(made.items))]
    for item, bands in zip(made.items, reached, strict=True):
        if (
            item.item.points is None
            and isinstance(item.value, Name)
            and item.value.id in {rule.id for rule in made.inputs}
        ):
            assert bands >= set(range(len(item.steps))), item.id


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_a_grade_follows_from_the_total_by_its_lines_and_from_vetoes_alone(name: str) -> None:
    assert_lines_hold(program(name))


def assert_lines_hold(made: Program) -> None:
    stage = next(stage for stage in compile_policy(made, as_of=DAY).stages if stage.name == "grades")
    vetoes = [veto_column(veto.id) for veto in made.vetoes]
    for held in [None, *range(len(vetoes))]:
        columns = "".join(
            f', {"TRUE" if index == held else "FALSE"} AS "{column}"' for index, column in enumerate(vetoes)
        )
        totals = f"SELECT UNNEST({line_totals(made)}) AS total{columns}"
        found = (
            engine()
            .sql(f"WITH totals AS ({totals}), grades AS ({stage.sql}) SELECT total, grade FROM grades ORDER BY total")
            .fetchall()
        )
        for total, grade in found:
            by_points = grade_by_points(made, total)
            forced = made.vetoes[held].forces if held is not None else 0
            assert grade == (None if by_points is None else max(by_points, forced))
        assert len(found) == len(line_totals(made)) > 0


# What always holds ---------------------------------------------------------------------------------------------------


def assert_parts_add_up(made: Program, rated: list[dict[str, Any]]) -> None:
    for row in rated:
        parts = [(item.sign, row[points_column(item.id)]) for item in made.items]
        if row["total"] is not None:
            assert row["total"] == sum(sign * points for sign, points in parts if points is not None)
            assert all(
                points is not None or item.missing.kind == "reweigh"
                for item, (_sign, points) in zip(made.items, parts, strict=True)
            )
            assert made.total_span[0] <= row["total"] <= made.total_span[1]
        else:
            assert row["grade"] is None


def assert_vetoes_never_help(made: Program, rated: list[dict[str, Any]]) -> None:
    for row in rated:
        held = [veto.forces for veto in made.vetoes if row[veto_column(veto.id)]]
        if row["grade"] is not None:
            assert row["grade"] == max([grade_by_points(made, row["total"]), *held])


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    made = program(name)
    rows = customers(made, Random(name), 60)
    turned = list(reversed(rows))
    assert without_place(made, by_query(made, rows)) == without_place(made, reversed(by_query(made, turned)))


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_one_customer_alone_gets_what_he_gets_among_all(name: str) -> None:
    made = program(name)
    rows = customers(made, Random(name), 60)
    together = without_place(made, by_query(made, rows))
    for index in (0, 17, 59):
        assert without_place(made, by_query(made, [rows[index]], rows)) == [together[index]]
        assert without_place(made, by_plain(made, [rows[index]], rows)) == [together[index]]


def without_place(made: Program, rated: Any) -> list[dict[str, Any]]:
    return [{column: value for column, value in row.items() if column not in {ROW, made.key}} for row in rated]


def test_larger_bounds_never_hide_that_an_item_is_missing() -> None:
    """Clamped with GREATEST and LEAST, which pass over NULL, missing facts would score the lowest or highest points."""
    made = program("scoring")
    rows = [{rule.id: None for rule in made.inputs}]
    assert by_query(made, rows)[0]["points.quotient"] is None


def improved(rule: FactRule, row: dict[str, Any], draw: Random, table: list[Any]) -> dict[str, Any] | None:
    """Change a customer's fact for the better; None where it cannot be bettered."""
    value, better = row.get(rule.id), rule.fact.better
    if value is None or better is None:
        return None
    if rule.fact.type is Kind.CHOICE:
        choices = list(rule.fact.choices or ())
        choices = choices[: choices.index(value)] if better == "higher" else choices[choices.index(value) + 1 :]
    else:
        choices = [other for other in table if (other > value if better == "higher" else other < value)]
    return {**row, rule.id: draw.choice(choices)} if choices else None


@pytest.mark.parametrize("name", PACKS)
def test_better_never_scores_lower_where_the_policy_says_which_way_is_better(name: str) -> None:
    made, draw = program(name), Random(name)
    table = boundary_table(made)
    pool = [customer(made, draw, table) for _index in range(30)]
    pairs = [
        (rule, row, better)
        for rule in made.inputs
        for row in [customer(made, draw, table) for _index in range(30 if rule.fact.better else 0)]
        if (better := improved(rule, row, draw, table[rule.id])) is not None
    ]
    assert pairs, f"{name} does not say of any fact which way is better"
    before, after = (by_query(made, [pair[side] for pair in pairs], pool) for side in (1, 2))
    for (rule, row, better), worse, best in zip(pairs, before, after, strict=True):
        if worse["total"] is not None and best["total"] is not None:
            assert best["total"] >= worse["total"], f"{rule.id}: {row[rule.id]} → {better[rule.id]}"
        if worse["grade"] is not None and best["grade"] is not None:
            assert best["grade"] <= worse["grade"], f"{rule.id}: {row[rule.id]} → {better[rule.id]}"


# Controls: a compiler that is wrong is found out ---------------------------------------------------------------------


def agree_everywhere() -> None:
    for name in FEATURES:
        made = program(name)
        rows = customers(made, Random(1), 80)
        assert_agreed(made, rows)
        assert_agreed(made, rows, rows[:10])
        assert_lines_hold(made)


def _truncated(dividend: Whole, divisor: Whole, **_how: bool) -> Whole:
    return quotient(dividend, divisor)


def _half_to_the_right(dividend: Whole, divisor: Whole, **_how: bool) -> Whole:
    return whole.half_up(dividend, divisor, may_be_negative=False)


def _swapped(name: str, module: Any, **swaps: str) -> Callable[..., str]:
    """Give a function of a module with one of its words, an operator, written as another."""
    original = getattr(module, name)

    def mutant(*arguments: Any, **named: Any) -> str:
        written: str = original(*arguments, **named)
        for said, other in swaps.items():
            written = written.replace(OPERATORS.get(said, said), OPERATORS.get(other, other))
        return written

    return mutant


OPERATORS = {"less": " < ", "at_most": " <= ", "more": " > ", "at_least": " >= "}
MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "rounds down instead of half up": (exact, "half_up", _truncated),
    "rounds -0.5 up": (exact, "half_up", _half_to_the_right),
    "rounds reweighed points down": (points, "half_up", _truncated),
    "takes floor for a cut": (exact, "floor", _truncated),
    "takes ceil for a cut": (exact, "ceil", _truncated),
    "leaves the upper end of bands out": (points, "_bound", _swapped("_bound", points, at_most="less")),
    "takes the upper end of bands in": (points, "_bound", _swapped("_bound", points, less="at_most")),
    "compares with constants too strictly": (
        exact,
        "_against_constant",
        _swapped("_against_constant", exact, at_least="more"),
    ),
    "compares with constants too loosely": (
        exact,
        "_against_constant",
        _swapped("_against_constant", exact, more="at_least"),
    ),
    "takes unknown for not so": (exact, "unknown", lambda node: None),
    "gives points for missing facts": (points, "unknown", lambda node: None),
    "forgets the points for missing facts": (points, "_missing_points", lambda made, item: "NULL"),
    "takes a line for one to be exceeded": (consequences, "_below", _swapped("_below", consequences, less="at_most")),
    "takes a line to be exceeded for reached": (
        consequences,
        "_below",
        _swapped("_below", consequences, at_most="less"),
    ),
    "keeps limits below zero": (consequences, "limit_range", lambda kind, credit: (0, 10**30)),
    "keeps limits above the most": (consequences, "limit_range", lambda kind, credit: (-1, 0)),
    "counts only those below": (facts, "_ranked", _swapped("_ranked", facts, **{"CURRENT ROW": "1 PRECEDING"})),
    "counts the portfolio of others": (
        facts,
        "_ranked",
        _swapped("_ranked", facts, **{"FROM portfolio_facts": "FROM facts"}),
    ),
    "adds deductions": (points, "_fixed_points", lambda digits, item, step: -1),
}


@pytest.mark.parametrize(("module", "name", "mutant"), MUTANTS.values(), ids=MUTANTS)
def test_a_compiler_that_is_wrong_is_found_out(
    module: Any, name: str, mutant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, mutant)
    with pytest.raises(AssertionError):
        agree_everywhere()


def test_the_compiler_as_it_is_passes_the_same_examination() -> None:
    agree_everywhere()
