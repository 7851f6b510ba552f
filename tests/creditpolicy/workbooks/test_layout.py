"""Room for text and colours of grades."""

from __future__ import annotations

import pytest

from creditpolicy.model import Fact, Grade, Kind
from creditpolicy.program import FactRule, fact_type
from creditpolicy.workbooks.layout import display_width, height_for, lines_needed
from creditpolicy.workbooks.looks import grade_colors, number_format, pale


def test_a_chinese_character_takes_two_columns() -> None:
    assert display_width("AB 12") == 5
    assert display_width("额度 (元)") == 9
    assert display_width("“满分”") == 8


def test_wrapped_text_gets_the_lines_it_needs() -> None:
    assert lines_needed("短", 20) == 1
    assert lines_needed("字" * 19, 20) == 2
    assert lines_needed("一\n二\n三", 20) == 3
    assert height_for([("短", 20, 10), ("字" * 40, 20, 10)]) > height_for([("短", 20, 10)])
    assert height_for([("字" * 9000, 20, 10)]) == 400


def test_grades_without_a_colour_run_from_green_to_red() -> None:
    grades = [Grade(grade=name, **{"from": 90 - 10 * index}) for index, name in enumerate("ABCD")]
    colors = grade_colors(grades)
    assert (colors[0], colors[-1]) == ("#2E7D32", "#C62828")
    assert len(set(colors)) == 4
    assert grade_colors([Grade(grade="A", color="#123456")]) == ["#123456"]
    assert grade_colors([Grade(grade="A")]) == ["#2E7D32"]


def test_a_pale_colour_is_light_enough_to_print_on() -> None:
    assert pale("#000000") == "#D4D4D4"
    assert pale("#FFFFFF") == "#FFFFFF"


@pytest.mark.parametrize(
    ("kind", "digits", "code"),
    [
        (Kind.AMOUNT, None, "#,##0.00"),
        (Kind.AMOUNT, 0, "#,##0"),
        (Kind.RATIO, None, "0.00##%"),
        (Kind.RATIO, 2, "0%"),
        (Kind.PERCENT, 1, '0.0"%"'),
        (Kind.COUNT, None, "#,##0"),
        (Kind.SCORE, None, "0.00"),
        (Kind.NUMBER, 4, "#,##0.00##"),
    ],
)
def test_numbers_show_the_digits_that_their_fact_keeps(kind: Kind, digits: int | None, code: str) -> None:
    fact = Fact(label="某数", type=kind, digits=digits)
    assert number_format(FactRule("x", fact, fact_type(fact))) == code
