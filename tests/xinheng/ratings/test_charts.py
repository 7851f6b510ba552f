"""What charts draw: places inside the drawing, a step for each grade, a shape for each rating, lengths of bars."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xinheng.ratings.charts import bar, radar, trend

GRADES = ["A", "B", "C"]
DAYS = st.dates(date(2020, 1, 1), date(2026, 6, 30))


def places(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def test_nothing_is_drawn_of_nothing():
    assert trend([], [], GRADES, on=date(2026, 1, 1)) is None


@given(st.lists(st.tuples(DAYS, st.decimals(-50, 150, places=2)), min_size=1, max_size=30))
def test_every_total_stands_inside_the_drawing_in_the_order_of_days(totals):
    drawn = trend([(day, total, "", "/") for day, total in totals], [], GRADES, on=date(2026, 6, 30))
    assert drawn is not None
    found = places(drawn.line)
    assert len(found) == len(totals)
    assert [x for x, _y in found] == sorted(x for x, _y in found)
    low, high = min(totals, key=lambda one: one[1]), max(totals, key=lambda one: one[1])
    ys = {mark.y for mark in drawn.marks}
    assert all(float(drawn.left) <= x <= float(drawn.right) and 0 <= y <= drawn.height for x, y in found)
    assert (len(ys) == 1) or low[1] != high[1]


def test_a_higher_total_stands_higher_and_a_better_grade_too():
    day = date(2026, 1, 1)
    drawn = trend(
        [(day, Decimal(60), "", ""), (day + timedelta(30), Decimal(90), "", "")],
        [(day, day + timedelta(30), 2), (day + timedelta(30), day + timedelta(60), 0)],
        GRADES, on=day + timedelta(60),
    )  # fmt: skip
    assert drawn is not None
    first, second = places(drawn.line)
    assert second[1] < first[1]
    assert [tick.label for tick in drawn.grades] == GRADES
    rows = [float(tick.place) for tick in drawn.grades]
    assert rows == sorted(rows)
    assert drawn.steps.count("M") == 1
    assert f" {drawn.grades[2].place}" in drawn.steps.split("L")[0]
    assert drawn.steps.endswith(drawn.grades[0].place)


def test_no_grade_has_a_row_of_its_own_below_the_scale():
    day = date(2026, 1, 1)
    drawn = trend([], [(day, day + timedelta(9), 3)], GRADES, on=day + timedelta(9))
    assert drawn is not None
    assert [tick.label for tick in drawn.grades] == [*GRADES, ""]
    assert not drawn.line


def test_a_radar_needs_three_items_and_leaves_out_what_nobody_has():
    shares = [Decimal(1), Decimal("0.5"), None]
    assert radar(["a", "b"], [("now", shares[:2])]) is None
    drawn = radar(["a", "b", "一个很长很长的项目名称"], [("last", [None, None, None]), ("now", shares)])
    assert drawn is not None
    assert [shape.key for shape in drawn.shapes] == ["now"]
    assert places(drawn.shapes[0].points)[0] == places(drawn.rings[-1])[0], "full points reach the outermost ring"
    assert places(drawn.shapes[0].points)[2] == (260.0, 170.0), "no points stay in the middle"
    assert drawn.spokes[2].label.endswith("…")


def test_a_bar_is_never_longer_than_its_cell():
    assert (bar(5, 10), bar(20, 10), bar(None, 10), bar(3, 0), bar(-1, 10)) == ("50", "100", "0", "0", "0")
