"""Two policies on the same customers."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

import creditpolicy
from creditpolicy import compare
from creditpolicy.compare import amount_of, compared
from creditpolicy.model import Kind
from creditpolicy.rating import rate
from creditpolicy.reader import read_policy
from shared_programs import PACKS
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


def test_only_who_moved_or_is_asked_for_is_explained() -> None:
    old, new = (rate(read_policy(policy), TABLE, as_of=DAY) for policy in (POLICY, STRICTER))
    passed: list[int] = []
    explained: list[str] = []
    both = compared(
        old, new, None,
        passing=lambda before, after: bool(passed.append(before.row)) or after.grade is None,
        each=lambda before, _after: explained.append(before.customer_id),
    )  # fmt: skip
    refused = [one.customer_id for one in new.refused]
    assert len(passed) == both.customers == len(ROWS)
    assert len(refused) == 1
    assert explained == [one.customer_id for one in new if one.customer_id in {"001", *refused}]


@pytest.mark.parametrize("key", PACKS)
def test_what_came_out_without_a_word_is_what_is_explained(key: str, tmp_path: Path) -> None:
    folder = Path(creditpolicy.__file__).parent / "packs" / key
    given = rate(key, folder / "sample_problems.csv" if key == "leasing" else folder / "sample.csv", as_of=DAY)
    said = list(given)
    amounts = [fact for fact, rule in given.program.fact.items() if rule.fact.type is Kind.AMOUNT]
    for amount in (None, *amounts):
        for came, one in zip(given.outcomes(amount), said, strict=True):
            assert came == (one.row, one.grade, one.limit, amount_of(amount, one, one))
    assert list(given.explained([said[-1].row, said[1].row])) == [said[1], said[-1]]
