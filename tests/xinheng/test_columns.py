"""Tables of text in which a Chinese character takes two columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xinheng.command.columns import padded, table_lines, width, wrapped

TEXT = st.text(st.sampled_from("客户信用 ab0.,;、。“”(（ =1"), max_size=60)


def test_a_chinese_character_takes_two_columns():
    assert [width(text) for text in ("abc", "客户", "≥ 90", "é", "e\u0301")] == [3, 4, 4, 1, 1]


def test_text_is_filled_up_on_either_side():
    assert padded("客", 4) == "客  "
    assert padded("12", 4, right=True) == "  12"


def test_chinese_text_breaks_anywhere_but_before_a_mark_and_after_a_bracket():
    assert wrapped("付款情况良好。", 12) == ["付款情况良", "好。"]
    assert wrapped("文件“附表”写明", 6) == ["文件", "“附表”", "写明"]


def test_words_and_numbers_stay_whole_where_they_fit():
    assert wrapped("达到 12,400,000 元", 10) == ["达到", "12,400,000", "元"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]


@given(TEXT, st.integers(2, 40))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, columns: int):
    lines = wrapped(text, columns)
    assert max(map(width, lines)) <= columns
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4), st.integers(50, 120))
def test_a_table_keeps_to_its_width_and_ends_no_line_in_blanks(rows: list[tuple[str, str, str]], columns: int):
    lines = table_lines(["编号", "名称", "金额"], rows, columns=columns, right=[2])
    assert max(map(width, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)


def test_numbers_are_set_to_the_right():
    assert table_lines(["名称", "额"], [["甲", "1,000.00"], ["乙丙", "20.00"]], columns=40, right=[1]) == [
        "名称         额",
        "───────────────",
        "甲     1,000.00",
        "乙丙      20.00",
    ]
