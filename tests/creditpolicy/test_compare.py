"""Two policies on the same customers."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyarrow as pa

from creditpolicy import compare
from creditpolicy.reader import read_policy
from small_policy import HEAD, POLICY, ROWS

DAY = datetime.date(2026, 11, 21)
TABLE = pa.table({name: [row[index] for row in ROWS] for index, name in enumerate(HEAD)})
STRICTER = (
    POLICY.replace("{below: 0.4, points: 20}", "{below: 0.3, points: 20}")
    .replace("{from: 0.4, below: 0.7, points: 12}", "{from: 0.3, below: 0.7, points: 12}")
    .replace("{grade: A, from: 80", "{grade: A, from: 98")
)


def test_movers_are_counted_by_grade_and_by_amount() -> None:
    both = compare(read_policy(POLICY), read_policy(STRICTER), TABLE, as_of=DAY)
    assert both.counts == {("A", "B"): 1, ("C", "C"): 3, (None, None): 1}
    assert both.amounts["A", "B"] == Decimal("10000000.00")
    assert both.customers == 5
    assert both.limit_lowered == Decimal("500000.00")
    assert both.limit_raised == 0
    assert both.grades_before == ("A", "B", "C", None)


def test_a_mover_names_the_items_that_moved_him() -> None:
    (mover,) = compare(read_policy(POLICY), read_policy(STRICTER), TABLE, as_of=DAY).movers
    assert (mover.customer_id, mover.before, mover.after) == ("001", "A", "B")
    assert [(item.item, item.change) for item in mover.items] == [("debt", Decimal("-8.00"))]
    assert "≥ 30%" in mover.items[0].reason_after


def test_the_same_policy_twice_moves_nobody() -> None:
    both = compare(read_policy(POLICY), read_policy(POLICY), TABLE, as_of=DAY)
    assert both.movers == ()
    assert both.limit_lowered == both.limit_raised == 0


def test_items_that_one_policy_does_not_have_are_told() -> None:
    without = POLICY.replace('    - {item: judged, max: 20, points: judged, clause: "3.4"}\n', "").replace(
        "total: 100", "total: 80"
    )
    both = compare(read_policy(POLICY), read_policy(without), TABLE, as_of=DAY)
    moved = {mover.customer_id: {item.item: item for item in mover.items} for mover in both.movers}
    assert moved["005"]["judged"].after is None if "005" in moved else True
    assert all("judged" in items for items in moved.values())
