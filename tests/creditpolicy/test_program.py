"""From a policy to its program: everything in one form, bounds known, and whatever would keep it from running told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from creditpolicy.expressions import IsMissing, Not
from creditpolicy.model import Policy
from creditpolicy.program import Program, build
from shared_programs import FEATURES, PACKS, program
from two_readings import assert_agreed

FACTS: dict[str, Any] = {
    "sales": {"label": "销售额", "type": "amount"},
    "score": {"label": "评分", "type": "score", "range": ["-5", "20"]},
    "kind": {"label": "性质", "type": "choice", "choices": ["甲", "乙"]},
    "listed": {"label": "上市", "type": "flag"},
    "since": {"label": "起始", "type": "date"},
}
SCORE = {"item": "score", "max": "20", "points": "score"}


def policy(*items: dict[str, Any], **parts: Any) -> Policy:
    """Make a policy of base items; `facts` are added, other parts of the scorecard and of the policy are as given."""
    card = {name: parts.pop(name) for name in ("digits", "bonus", "deduction", "vetoes") if name in parts}
    return Policy.model_validate(
        {
            "policy": "p",
            "version": "1.0",
            "title": "试",
            "document": {"name": "T"},
            "effective_from": "2026-01-01",
            "facts": {**FACTS, **parts.pop("facts", {})},
            "scorecard": {"base": items or (SCORE,), **card},
            "grades": parts.pop("grades", [{"grade": "A", "from": "10"}, {"grade": "B"}]),
            **parts,
        }
    )


def made_of(*items: dict[str, Any], **parts: Any) -> Program:
    made, flaws = build(policy(*items, **parts))
    assert made is not None, flaws
    return made


def flaws_of(*items: dict[str, Any], **parts: Any) -> list[tuple[str, str]]:
    """Give where and what is wrong with a policy."""
    made, flaws = build(policy(*items, **parts))
    assert (made is None) == bool(flaws)
    return [(".".join(map(str, flaw.path)), flaw.fault.what) for flaw in flaws]


# What keeps a policy from running ------------------------------------------------------------------------------------

MANY = [{"from": str(n), "below": str(n + 1), "points": "1"} for n in range(5000)]
NUMBER = {"label": "数", "type": "number"}
WIDE = {"item": "x", "max": "1", "points": "sales * sales * 1.00000001"}
WITHOUT_MAXIMUM = {"item": "score", "points": "score", "missing": "reweigh"}
BANDS = [{"below": "0", "points": "1"}, {"from": "0", "points": "2"}]
FLAWED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an item twice": ({"base": [SCORE, SCORE]}, "scorecard.base.1.item", "用了两次"),
    "an item twice in other letters": (
        {"base": [SCORE, {**SCORE, "item": "Score"}]},
        "scorecard.base.1.item",
        "用了两次",
    ),
    "an item in two parts": ({"bonus": [SCORE]}, "scorecard.bonus.0.item", "用了两次"),
    "a veto twice": (
        {"vetoes": [{"veto": "v", "label": "否", "when": "listed", "grade": "B"}] * 2},
        "scorecard.vetoes.1.veto",
        "用了两次",
    ),
    "a grade twice": ({"grades": [{"grade": "A", "from": "5"}, {"grade": "A"}]}, "grades.1.grade", "用了两次"),
    "terms twice": (
        {"credit": {"by_grade": [{"grade": "A", "limit": "1"}] * 2}},
        "credit.by_grade.1.grade",
        "用了两次",
    ),
    "a veto to no grade": (
        {"vetoes": [{"veto": "v", "label": "否", "when": "listed", "grade": "Z"}]},
        "scorecard.vetoes.0.grade",
        "没有等级“Z”",
    ),
    "lines that rise": (
        {"grades": [{"grade": "A", "from": "5"}, {"grade": "B", "from": "6"}]},
        "grades.1",
        "不低于上一级",
    ),
    "lines that are one": (
        {"grades": [{"grade": "A", "from": "5"}, {"grade": "B", "above": "5"}]},
        "grades.1",
        "不低于上一级",
    ),
    "no line above others": (
        {"grades": [{"grade": "A"}, {"grade": "B", "from": "6"}]},
        "grades.0",
        "没有分数线, 却不在最后",
    ),
    "an item of nothing": (
        {"base": [{"item": "profit", "bands": BANDS}]},
        "scorecard.base.0.item",
        "没有在 facts 里声明",
    ),
    "bands of a text": ({"base": [{"item": "kind", "bands": BANDS}]}, "scorecard.base.0.item", "这里要数字"),
    "choices of a number": (
        {"base": [{"item": "score", "choices": [{"is": "甲", "points": "1"}]}]},
        "scorecard.base.0.item",
        "这里要文字",
    ),
    "no such choice": (
        {"base": [{"item": "kind", "choices": [{"is": "丙", "points": "1"}]}]},
        "scorecard.base.0.choices.0.is",
        "不在事实的可选值里",
    ),
    "something after otherwise": (
        {"base": [{"item": "x", "points": [{"otherwise": "1"}, {"when": "listed", "points": "2"}]}]},
        "scorecard.base.0.points.0",
        "otherwise 后面还有条件",
    ),
    "a condition that is a number": (
        {"base": [{"item": "x", "points": [{"when": "score", "points": "2"}]}]},
        "scorecard.base.0.points.0.when",
        "这里要是否成立的条件",
    ),
    "points without bound": ({"base": [{"item": "x", "points": "sales * 100000"}]}, "scorecard.base.0", "超过 17 位"),
    "a total without bound": (
        {"base": [{"item": f"x{n}", "points": "sales * 9"} for n in range(12)]},
        "scorecard",
        "超过 17 位",
    ),
    "points too wide to round": ({"base": [WIDE], "digits": "6"}, "scorecard.base.0.points", "37 位"),
    "a circle": (
        {"facts": {"a": {**NUMBER, "formula": "b + 1"}, "b": {**NUMBER, "formula": "a + 1"}}},
        "facts.a.formula",
        "绕回到自己 (a、b)",
    ),
    "a circle of one": (
        {"facts": {"a": {"label": "甲", "type": "number", "formula": "a"}}},
        "facts.a.formula",
        "绕回到自己",
    ),
    "a formula of the portfolio": (
        {"facts": {"a": {"label": "甲", "type": "ratio", "formula": "percentile(sales)"}}},
        "facts.a.formula",
        "不能用客户群函数",
    ),
    "a formula that is a text": (
        {"facts": {"a": {"label": "甲", "type": "text", "formula": "kind"}}},
        "facts.a.type",
        "formula 只能算出",
    ),
    "a bonus to reweigh": (
        {"bonus": [{**SCORE, "item": "x", "missing": "reweigh"}]},
        "scorecard.bonus.0.missing",
        "只有基本项",
    ),
    "reweigh without a maximum": ({"base": [WITHOUT_MAXIMUM]}, "scorecard.base.0.missing", "没有满分"),
    "reweigh with a maximum of nothing": (
        {"base": [{**SCORE, "max": "0.001", "missing": "reweigh"}]},
        "scorecard.base.0.missing",
        "没有满分",
    ),
    "a worst that nobody knows": (
        {"deduction": [{"item": "x", "points": "score", "missing": "worst"}]},
        "scorecard.deduction.0.missing",
        "不知道最差是多少",
    ),
    "a limit without bound": (
        {"credit": {"by_grade": [{"grade": "A", "limit": "sales * sales"}]}},
        "credit.by_grade.0.limit",
        "超过 17 位",
    ),
    "a limit that is a condition": (
        {"credit": {"by_grade": [{"grade": "A", "limit": "listed"}]}},
        "credit.by_grade.0.limit",
        "这里要数字",
    ),
    "limits finer than money": (
        {"credit": {"rounding": {"to": "0.001"}, "by_grade": [{"grade": "A", "limit": "1"}]}},
        "credit.rounding.to",
        "不能细于",
    ),
    "a most beyond all money": ({"credit": {"most": "99999999999亿", "by_grade": []}}, "credit.most", "超过 17 位"),
    "the total outside of limits": (
        {"base": [{"item": "x", "points": "total"}]},
        "scorecard.base.0.points",
        "没有在 facts 里声明",
    ),
    "a warning of nothing": (
        {"watching": [{"warning": "w", "label": "警", "when": "profit > 1", "severity": "alarm", "tell": ["x"]}]},
        "watching.0.when",
        "没有在 facts 里声明",
    ),
    "too much of everything": (
        {"base": [{"item": "x", "max": "1", "of": "round(sales / 3) / 7", "bands": MANY}]},
        "scorecard",
        "查询太长",
    ),
}


@pytest.mark.parametrize(("parts", "place", "what"), FLAWED.values(), ids=FLAWED)
def test_what_keeps_a_policy_from_running_is_told_at_its_place(parts: dict[str, Any], place: str, what: str) -> None:
    found = flaws_of(*parts.pop("base", ()), **parts)
    assert any(path == place and what in told for path, told in found), found


def test_all_flaws_are_told_at_once() -> None:
    found = flaws_of(
        {"item": "x", "points": "profit"}, {"item": "y", "points": "listed"}, grades=[{"grade": "A"}, {"grade": "A"}]
    )
    assert [place for place, _what in found] == [
        "scorecard.base.0.points",
        "scorecard.base.1.points",
        "grades.1.grade",
        "grades.0",
    ]


def test_those_who_use_a_formula_that_cannot_be_read_are_read_all_the_same() -> None:
    facts = {
        "a": {"label": "甲", "type": "number", "formula": "profit"},
        "b": {"label": "乙", "type": "number", "formula": "a + 1"},
    }
    assert [place for place, _what in flaws_of({"item": "b", "max": "5", "points": "b + a"}, facts=facts)] == [
        "facts.a.formula"
    ]


# One form ------------------------------------------------------------------------------------------------------------


def test_formulas_come_after_those_they_use_in_whatever_order_they_stand() -> None:
    chain = {
        f"f{n}": {"label": f"f{n}", "type": "number", "formula": f"f{n + 1} + 1" if n < 5 else "score"}
        for n in range(6)
    }
    made = made_of({"item": "f0", "max": "30", "points": "f0"}, facts=chain)
    assert [rule.id for rule in made.computed] == ["f5", "f4", "f3", "f2", "f1", "f0"]
    assert made.entered_behind(("f0",)) == ("score",)
    assert made.used == {"score", *chain}


def test_what_stands_behind_many_formulas_is_found_at_once() -> None:
    formulas = ["score", "score", *(f"f{n - 1} - f{n - 2}" for n in range(2, 60))]
    facts = {
        f"f{n}": {"label": f"f{n}", "type": "number", "range": ["0", "9"], "formula": formula}
        for n, formula in enumerate(formulas)
    }
    made = made_of({"item": "f59", "max": "30", "points": "f59"}, facts=facts)
    assert made.entered_behind(("f59", "listed", "f58")) == ("score", "listed")


def test_the_range_of_a_formula_narrows_what_is_computed_with_it() -> None:
    wide = {"label": "比", "type": "ratio", "formula": "sales / score"}
    narrow = {**wide, "range": ["-10", "10"]}
    assert made_of({"item": "a", "max": "5", "points": "a"}, facts={"a": wide}).fact["a"].type.whole > 10**15
    assert made_of({"item": "a", "max": "5", "points": "a"}, facts={"a": narrow}).fact["a"].type.whole == 10**7


def test_a_band_open_on_both_sides_still_needs_its_value() -> None:
    made = made_of({"item": "score", "bands": [{"points": "3"}]})
    assert isinstance(made.items[0].steps[0].when, Not)
    assert isinstance(made.items[0].steps[0].when.condition, IsMissing)
    rated = assert_agreed(made, [{"score": None}, {"score": Decimal("-5.00")}])
    assert [row["total"] for row in rated] == [None, 300]


@pytest.mark.parametrize(
    ("item", "points"),
    [
        ({"missing": "worst", "bands": BANDS}, 100),
        ({"missing": "worst", "min": "1.5", "bands": BANDS}, 150),
        ({"missing": "worst", "bands": [{"below": "0", "points": "-4"}, {"from": "0", "points": "2"}]}, 0),
        (
            {"missing": "worst", "min": "-9", "bands": [{"below": "0", "points": "-4"}, {"from": "0", "points": "2"}]},
            -400,
        ),
        ({"missing": "worst", "points": "score"}, 0),
        ({"missing": "worst", "min": "-2", "points": "score"}, -200),
        ({"missing": "points 3.335", "points": "score"}, 334),
        ({"missing": "points -3.335", "points": "score"}, -334),
        ({"missing": "refuse", "points": "score"}, None),
    ],
)
def test_a_missing_fact_scores_as_its_rule_says(item: dict[str, Any], points: int | None) -> None:
    made = made_of({"item": "score", "max": "20", **item})
    assert assert_agreed(made, [{"score": None}])[0]["points.score"] == points


@pytest.mark.parametrize(
    ("item", "points"),
    [
        ({"max": "6", "bands": BANDS}, 600),
        ({"bands": BANDS}, 200),
        ({"max": "1.5", "choices": [{"is": "甲", "points": "4"}], "of": "kind"}, 150),
    ],
)
def test_the_worst_of_a_deduction_is_the_most(item: dict[str, Any], points: int) -> None:
    made = made_of(deduction=[{"item": "score2", "of": "score", "missing": "worst", **item}])
    rated = assert_agreed(made, [{"score": Decimal(20), "kind": None}, {"score": None}])
    assert rated[1]["points.score2"] == points


def test_the_rule_of_the_item_wins_over_that_of_its_fact() -> None:
    facts = {"judged": {"label": "印象", "type": "score", "range": ["0", "9"], "missing": "points 4"}}
    of_fact = made_of({"item": "judged", "max": "9", "points": "judged"}, facts=facts)
    of_item = made_of({"item": "judged", "max": "9", "points": "judged", "missing": "points 1"}, facts=facts)
    assert [made.items[0].missing.points for made in (of_fact, of_item)] == [4, 1]


# Bounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "span"),
    [
        ({}, (0, 2000)),
        ({"base": [{"item": "score", "points": "score"}]}, (0, 2000)),
        ({"base": [{"item": "score", "min": "-9", "points": "score"}]}, (-500, 2000)),
        ({"base": [{"item": "score", "max": "5", "missing": "points -7", "points": "score"}]}, (-700, 500)),
        ({"deduction": [{"item": "x", "max": "3", "points": "score"}]}, (-300, 2000)),
        ({"bonus": [{"item": "x", "points": "2.005"}]}, (201, 2201)),
        (
            {
                "base": [
                    {**SCORE, "missing": "reweigh"},
                    {"item": "x", "max": "10", "points": "score", "missing": "reweigh"},
                ]
            },
            (0, 6000),
        ),
    ],
)
def test_lowest_and_highest_total_are_known(parts: dict[str, Any], span: tuple[int, int]) -> None:
    assert made_of(*parts.pop("base", ()), **parts).total_span == span


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_the_span_of_the_total_is_that_of_the_items(name: str) -> None:
    made = program(name)
    low, high = made.total_span
    assert low <= sum(min(item.sign * end for end in item.span) for item in made.items)
    assert high >= sum(max(item.sign * end for end in item.span) for item in made.items)
    assert -(10**17) < low <= high < 10**17
