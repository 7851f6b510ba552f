"""Random expressions that the language admits, over a cast of facts with every type and awkward ranges."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from creditpolicy.model import Fact

FACTS: dict[str, Fact] = {
    name: Fact.model_validate({"label": name, **said})
    for name, said in {
        "sales": {"type": "amount"},
        "debts": {"type": "amount", "range": ["-50", "9999.99"]},
        "share": {"type": "ratio", "range": ["0", "1"]},
        "销售额": {"type": "amount", "range": ["0", "1亿"]},
        "count": {"type": "count", "range": ["0", "3"]},
        "order": {"type": "score", "range": ["-20", "20"]},
        "below": {"type": "number", "range": ["-7", "-0.000001"]},
        "fine": {"type": "number", "digits": "9", "range": ["-0.5", "0.000000003"]},
        "wide": {"type": "number", "digits": "9", "range": ["-999999999999", "999999999999"]},
        "late": {"type": "days"},
        "listed": {"type": "flag"},
        "case_won": {"type": "flag"},
        "kind": {"type": "choice", "choices": ["甲", "乙", "it's", '"丙"']},
        "since": {"type": "date"},
        "date": {"type": "date"},
    }.items()
}
NUMBERS = [name for name, fact in FACTS.items() if fact.type.is_number]
LITERALS = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "100",
    "0.5",
    "0.01",
    "33.335",
    ".25",
    "0.000001",
    "1000000",
    "50000",
    "999999999",
]
DAYS = ["'2026-06-30'", "'2000-02-29'", "as_of"]


def values(fact: Fact) -> st.SearchStrategy[Any]:
    """Give values of a fact: missing, the ends of its range, zero and around it, and anything between."""
    if fact.type.is_number:
        step = Decimal(1).scaleb(-fact.scale)
        low, high = (int(end / step) for end in fact.bounds)
        special = [end for end in {low, low + 1, -1, 0, 1, 150, high - 1, high} if low <= end <= high]
        whole = (
            st.sampled_from(sorted(special)) | st.integers(max(low, -1000), min(high, 1000))
            if low <= 0 <= high
            else st.sampled_from(sorted(special))
        )
        return st.none() | (whole | st.integers(low, high)).map(lambda steps: Decimal(steps) * step)
    if fact.type == "flag":
        return st.none() | st.booleans()
    if fact.type == "date":
        return (
            st.none() | st.sampled_from([datetime.date.min, datetime.date(2026, 6, 30), datetime.date.max]) | st.dates()
        )
    return st.none() | st.sampled_from(fact.choices or ("甲", "乙"))


def customers(facts: Mapping[str, Fact] = FACTS) -> st.SearchStrategy[dict[str, Any]]:
    """Give customers over the facts."""
    return st.fixed_dictionaries({name: values(fact) for name, fact in facts.items()})


def numbers(depth: int = 3) -> st.SearchStrategy[str]:
    """Give expressions that yield a number."""
    leaf = st.sampled_from(NUMBERS) | st.sampled_from(LITERALS)
    if depth == 0:
        return leaf
    inner = st.deferred(lambda: numbers(depth - 1))
    pair = st.tuples(inner, inner)
    digits = st.integers(0, 4)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from("+-*//"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda x: f"- {x}"),
        inner.map(lambda x: f"abs({x})"),
        st.tuples(st.sampled_from(["round", "floor", "ceil"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(["round", "floor", "ceil"]), inner, digits).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(st.sampled_from(["least", "greatest", "coalesce"]), pair).map(
            lambda p: f"{p[0]}({p[1][0]}, {p[1][1]})"
        ),
        st.tuples(st.sampled_from(["least", "greatest"]), inner, inner, inner).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]}, {p[3]})"
        ),
        st.tuples(conditions(depth - 1), pair).map(lambda p: f"case when {p[0]} then {p[1][0]} else {p[1][1]} end"),
        st.tuples(conditions(depth - 1), inner, conditions(0), inner).map(
            lambda p: f"(case when {p[0]} then {p[1]} when {p[2]} then {p[3]} end)"
        ),
        st.tuples(dates(), dates()).map(lambda p: f"days_between({p[0]}, {p[1]})"),
        st.tuples(st.sampled_from(["since", "date"]), dates()).map(
            lambda p: f"({p[1]} - {p[0]})" if "'" not in p[1] else f"days_between({p[0]}, {p[1]})"
        ),
    )


def dates() -> st.SearchStrategy[str]:
    """Give days."""
    return st.sampled_from(["since", "date", *DAYS])


def conditions(depth: int = 3) -> st.SearchStrategy[str]:
    """Give expressions that hold, do not hold, or are unknown."""
    compare = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    simple = st.one_of(
        st.sampled_from(
            ["listed", "case_won", "not listed", "listed = case_won", "true", "kind is null", "listed is not null"]
        ),
        st.sampled_from(
            ["kind = '甲'", "kind <> 'it''s'", "kind in ('乙', '\"丙\"')", "kind not in ('甲')", "'甲' = kind"]
        ),
        st.tuples(st.sampled_from(NUMBERS), compare, st.sampled_from(LITERALS)).map(" ".join),
        st.tuples(st.sampled_from(["since", "date"]), compare, dates()).map(" ".join),
    )
    if depth == 0:
        return simple
    inner = st.deferred(lambda: conditions(depth - 1))
    number = numbers(depth - 1)
    return st.one_of(
        simple,
        st.tuples(number, compare, number).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.tuples(number, number, number).map(lambda p: f"({p[0]} between {p[1]} and {p[2]})"),
        st.tuples(number, number, number).map(lambda p: f"({p[0]} in ({p[1]}, {p[2]}))"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda c: f"not ({c})"),
        number.map(lambda x: f"({x}) is null"),
        inner.map(lambda c: f"({c}) is not null"),
        st.tuples(inner, inner).map(lambda p: f"coalesce({p[0]}, {p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"case when {p[0]} then {p[1]} else {p[2]} end"),
        st.tuples(inner, st.sampled_from(["甲", "乙"])).map(
            lambda p: f"case when {p[0]} then kind else '甲' end = '{p[1]}'"
        ),
    )
