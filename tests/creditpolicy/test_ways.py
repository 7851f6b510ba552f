"""The shortest ways to the next grade: what is promised is what would come."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from creditpolicy import Rater
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy
from creditpolicy.ways import WaysUp
from small_policy import HEAD, POLICY, ROWS

DAY = datetime.date(2026, 11, 21)
BASE: dict[str, Any] = {
    "customer_id": "1", "sales": Decimal(50), "debt": "0.5", "service": "良", "judged": "15", "late_days": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def rater() -> Rater:
    """The small policy, in a portfolio whose largest customer sells 100 yuan."""
    import pyarrow as pa

    portfolio = pa.table({"customer_id": ["x"], "sales": ["100"]})
    return Rater(read_policy(POLICY), portfolio=portfolio, as_of=DAY)


def found(rater: Rater, **facts: Any) -> WaysUp:
    ways = rater.ways_up({**BASE, **facts})
    assert ways is not None
    return ways


def test_a_way_by_one_item_names_the_nearest_value_that_suffices(rater: Rater) -> None:
    ways = found(rater)
    assert (ways.grade, ways.short_by) == ("B", Decimal("3.00"))
    changes = {way.changes[0].fact: way.changes[0] for way in ways.single}
    assert changes["judged"].after == "18"
    assert changes["debt"].after == "39.9999%"
    assert changes["service"].after == "优"
    assert changes["sales"].after == "57.49 元"
    assert changes["judged"].clause == "T-01 3.4"


def test_every_way_really_reaches_the_grade(rater: Rater) -> None:
    ways = found(rater, judged="1")
    assert ways.double
    for way in (*ways.single, *ways.double):
        again = dict(BASE, judged="1")
        for change in way.changes:
            again[change.fact] = change.after.removesuffix(" 元").removesuffix(" 天")
        rated = rater.rate(again)
        assert rated.grade_by_points in {"A", "B"}
        assert rated.total == way.total


def test_two_items_are_offered_where_one_is_not_enough(rater: Rater) -> None:
    ways = found(rater, sales=Decimal(0), judged="5", debt="0.9", service="差")
    assert ways.single == ()
    assert all(len(way.changes) == 2 for way in ways.double)


def test_the_best_grade_has_no_way_up_and_a_veto_must_go_first(rater: Rater) -> None:
    assert rater.ways_up({**BASE, "sales": Decimal(100), "debt": "0.1", "service": "优"}) is None
    held = found(rater, cheated=True, sales=Decimal(100), debt="0.1", service="优")
    assert held.vetoes == ("cheating",)
    assert held.short_by is None


def test_a_fact_of_the_wrong_kind_is_refused_with_its_name(rater: Rater) -> None:
    with pytest.raises(Refusal) as refusal:
        rater.rate({**BASE, "debt": "很低", "listed": "是的"})
    assert [problem.facts for problem in refusal.value.problems] == [("debt",), ("listed",)]


def test_one_customer_from_python_equals_the_batch() -> None:
    import pyarrow as pa

    import creditpolicy

    rows = pa.table({name: [row[index] for row in ROWS] for index, name in enumerate(HEAD)})
    batch = creditpolicy.rate(read_policy(POLICY), rows, as_of=DAY)
    rater = Rater(read_policy(POLICY), portfolio=rows, as_of=DAY)
    for row, among in zip(ROWS, batch, strict=True):
        alone = rater.rate(dict(zip(HEAD, row, strict=True)))
        assert alone.items == among.items
        assert (alone.total, alone.grade, alone.limit, alone.vetoes) == (
            among.total,
            among.grade,
            among.limit,
            among.vetoes,
        )
