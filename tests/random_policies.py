"""Random policies that the language admits, and customers for them: anything an item, a veto or a limit may be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from creditpolicy.model import Fact, Policy
from random_expressions import FACTS

PLAIN = {
    name: fact for name, fact in FACTS.items() if name in {"sales", "debts", "share", "count", "order", "fine", "late"}
}
"""The numeric facts that policies use; the others of the cast are for conditions."""
CONDITIONS = [
    "listed", "not case_won", "kind = '甲'", "kind in ('乙', 'it''s')", "late > 30", "share >= 0.7 and count < 2",
    "since < '2020-01-01'", "sales / debts > 1.5", "order is null", "kind is not null or listed", "as_of - since > 365",
    "portfolio_max(sales) > sales",
]  # fmt: skip
EXPRESSIONS = [
    "order", "order / 3", "15 * sales / portfolio_max(sales)", "percentile(sales) * 20", "10 - late / 30", "count * 2.5",
    "sales / debts", "100 * share", "case when listed then 10 else order end", "coalesce(order, 3)", "least(order, 5, share * 10)",
    "sales / portfolio_avg(sales)", "greatest(-5, order) / (count - 1)", "round(share * 10, 1) + 0.125", "-order", "7.005",
    "(sales - portfolio_min(sales)) / (portfolio_max(sales) - portfolio_min(sales)) * 10", "percentile(order)", "portfolio_avg(order)",
]  # fmt: skip
FORMULAS = [
    ("amount", None, "sales - debts"), ("ratio", None, "debts / sales"), ("ratio", ["-1", "10.5"], "sales / debts / 1000"),
    ("percent", ["0", "100"], "share * 100"), ("score", None, "order / 7"), ("flag", None, "share > 0.5 and not listed"),
    ("days", None, "days_between(since, as_of)"), ("count", ["0", None], "count * count - order"), ("number", None, "fine * 3"),
]  # fmt: skip
MISSING = st.sampled_from([None, None, "refuse", "worst", "points 0", "points 2.5", "points -1", "reweigh"])
POINTS = st.sampled_from(["0", "1", "2.5", "3.335", "10", "12.345", "-1.005", "100"])


def decimals(fact: Fact) -> st.SearchStrategy[Decimal]:
    """Give numbers within a fact's range, some with more digits than the fact has."""
    low, high = (max(min(end, Decimal(200)), Decimal(-200)) for end in fact.bounds)
    return (
        st.decimals(low, high, places=fact.scale)
        | st.decimals(low, high, places=min(fact.scale + 2, 11))
        | st.sampled_from([low, high])
    )


@st.composite
def bands(draw: st.DrawFn, fact: Fact) -> list[dict[str, str]]:
    """Give bands of any kind of interval: joined or with gaps, rising or falling, open or closed at the ends."""
    ends = sorted(draw(st.sets(decimals(fact), min_size=1, max_size=5)))
    made = []
    edges: list[Decimal | None] = [None, *ends, None]
    included = [draw(st.booleans()) for _end in edges]
    joined = draw(st.integers(0, 3)) > 0
    for index in range(len(edges) - 1):
        low, high = edges[index], edges[index + 1]
        band = {"points": draw(POINTS)}
        from_low = included[index] if joined else draw(st.booleans())
        to_high = not included[index + 1] if joined else draw(st.booleans())
        if low is not None:
            band["from" if from_low else "above"] = f"{low:f}"
        if high is not None:
            band["to" if to_high else "below"] = f"{high:f}"
        made.append(band)
    if not joined or draw(st.integers(0, 3)) == 0:
        made.pop(draw(st.sampled_from([0, -1])))
    return list(reversed(made)) if draw(st.booleans()) else made


@st.composite
def branches(draw: st.DrawFn) -> list[dict[str, str]]:
    """Give conditions one by one, with or without an otherwise."""
    made = [
        {"when": draw(st.sampled_from(CONDITIONS)), "points": draw(POINTS | st.sampled_from(EXPRESSIONS))}
        for _index in range(draw(st.integers(1, 3)))
    ]
    if draw(st.booleans()):
        made.append({"otherwise": draw(POINTS | st.sampled_from(EXPRESSIONS))})
    return made


@st.composite
def items(draw: st.DrawFn, part: str, index: int) -> dict[str, Any]:
    """Give an item that scores in one of the ways that there are."""
    name = draw(st.sampled_from([*PLAIN, f"{part}_{index}"]))
    item: dict[str, Any] = {"item": f"{part}_{index}", "assumed": "试"}
    way = draw(st.sampled_from(["bands", "bands", "choices", "branches", "expression"]))
    if way == "bands":
        fact = name if name in PLAIN else "sales"
        item["of"] = draw(
            st.sampled_from([fact, fact, f"{fact} * 2", f"abs({fact})", f"{fact} / count", f"{fact} / 3"])
        )
        item["bands"] = draw(bands(FACTS[fact]))
    elif way == "choices":
        item["of"] = draw(st.sampled_from(["kind", "kind", "case when listed then kind else '甲' end"]))
        chosen = draw(st.lists(st.sampled_from(FACTS["kind"].choices or ()), min_size=1, unique=True))
        item["choices"] = [{"is": choice, "points": draw(POINTS)} for choice in chosen]
    elif way == "branches":
        item["points"] = draw(branches())
    else:
        item["points"] = draw(st.sampled_from(EXPRESSIONS))
    if draw(st.integers(0, 3)) > 0 or part == "deduction" or "points" in item:
        item["max"] = draw(st.sampled_from(["0", "4.99", "10", "15", "33.333"]))
    if draw(st.integers(0, 3)) == 0:
        item["min"] = draw(st.sampled_from(["-7.5", "-0.001", "1"]))
    missing = draw(MISSING)
    if missing == "reweigh" and (part != "base" or item.get("max", "0") == "0"):
        missing = "worst" if "max" in item else None
    if missing is not None:
        item["missing"] = missing
    return item


@st.composite
def grades(draw: st.DrawFn) -> list[dict[str, str]]:
    """Give grades with falling lines, reached or to be exceeded, with or without one that takes all below."""
    lines = sorted(
        draw(st.sets(st.sampled_from(["-5", "0", "3.005", "7.5", "10", "12", "20.01", "40"]), min_size=1, max_size=4)),
        key=Decimal,
    )
    made = [
        {"grade": f"G{index}", draw(st.sampled_from(["from", "above"])): line}
        for index, line in enumerate(reversed(lines))
    ]
    return [*made, {"grade": "rest"}] if draw(st.booleans()) else made


@st.composite
def credits(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    """Give limits by grade, rounded in every direction."""
    limits = [
        "50000",
        "total * 1000",
        "total * 0.005",
        "sales / 7",
        "least(sales, 1000) - debts",
        "total * sales / 100",
        "sales / count",
    ]
    made: dict[str, Any] = {
        "by_grade": [
            {"grade": name, **({"limit": draw(st.sampled_from(limits))} if draw(st.integers(0, 4)) else {})}
            for name in names
        ]
    }
    if draw(st.booleans()):
        made["rounding"] = {
            "to": draw(st.sampled_from(["10000", "0.05", "7", "2.5"])),
            "how": draw(st.sampled_from(["down", "half_up", "up"])),
        }
    if draw(st.booleans()) or any(
        "sales / count" in str(terms) or "total * sales" in str(terms) for terms in made["by_grade"]
    ):
        made["most"] = draw(st.sampled_from(["0", "100", "1234.565", "1000000"]))
    return made


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Give a policy."""
    facts = {name: fact.model_dump(by_alias=True, exclude_none=True) for name, fact in FACTS.items()}
    for index, (kind, span, formula) in enumerate(draw(st.lists(st.sampled_from(FORMULAS), max_size=3))):
        facts[f"computed_{index}"] = {"label": "算出", "type": kind, "range": span, "formula": formula}
    card: dict[str, Any] = {"digits": str(draw(st.integers(0, 4)))}
    for part, (fewest, most) in {"base": (1, 4), "bonus": (0, 2), "deduction": (0, 2)}.items():
        card[part] = [draw(items(part, index)) for index in range(draw(st.integers(fewest, most)))]
    numeric = [name for name, fact in facts.items() if name.startswith("computed") and fact["type"] != "flag"]
    for name in numeric:
        card["base"].append(
            {
                "item": f"of_{name}",
                "of": name,
                "max": "10",
                "bands": [{"below": "0.5", "points": "2"}, {"from": "0.5", "to": "50", "points": "5"}],
            }
        )
    lines = draw(grades())
    names = [line["grade"] for line in lines]
    card["vetoes"] = [
        {
            "veto": f"veto_{index}",
            "label": "否决",
            "when": draw(st.sampled_from(CONDITIONS)),
            "grade": draw(st.sampled_from(names)),
            "missing": draw(st.sampled_from(["refuse", "ignore", "apply"])),
        }
        for index in range(draw(st.integers(0, 3)))
    ]
    return Policy.model_validate(
        {
            "policy": "random",
            "version": "1.0",
            "title": "随机",
            "document": {"name": "T"},
            "effective_from": "2026-01-01",
            "facts": facts,
            "scorecard": card,
            "grades": lines,
            "credit": draw(st.none() | credits(names)),
        }
    )
