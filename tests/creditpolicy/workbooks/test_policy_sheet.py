"""The policy on paper: tables on one grid, numbered in Chinese."""

from __future__ import annotations

from decimal import Decimal

import pytest
from openpyxl.workbook import Workbook

from creditpolicy.pages import Section
from creditpolicy.workbooks.policy_sheet import GRID, WIDTH, numeral, spans_for


def test_columns_share_the_grid_by_what_stands_in_them() -> None:
    section = Section("表", ("编号", "说明"), (("A", "很长的一段说明" * 6), ("B", None)))
    short, long = spans_for(section)
    assert short + long == GRID
    assert (short, long) == (2, GRID - 2)


def test_a_short_column_is_not_squeezed_for_long_ones() -> None:
    section = Section("表", ("名称", "甲", "乙"), (("十二个字的一个项目的名称", "字" * 200, "字" * 200),))
    spans = spans_for(section)
    assert sum(spans) == GRID
    assert spans[0] * WIDTH >= 25


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一、"), (9, "九、"), (10, "十、"), (12, "十二、"), (20, "二十、"), (23, "二十三、")]
)
def test_sections_are_numbered_in_chinese(number: int, words: str) -> None:
    assert numeral(number) == words


def test_points_and_maximums_are_numbers(workbook: Workbook) -> None:
    numbers = [
        cell.value
        for row in workbook["制度"].iter_rows()
        for cell in row
        if cell.data_type == "n" and cell.value is not None
    ]
    assert {40, 20, 12, 0, 60} <= {Decimal(str(number)) for number in numbers}


def test_the_sheet_names_those_who_answer_for_the_policy(workbook: Workbook) -> None:
    last = [cell.value for cell in list(workbook["制度"].iter_rows())[-1] if cell.value]
    assert [text.split(":")[0] for text in last] == ["编制", "审核", "批准"]
    assert all("签字:" in text and "年    月    日" in text for text in last)
