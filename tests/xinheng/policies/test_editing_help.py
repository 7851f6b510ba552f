"""Help at the cursor, in a text that need not be a policy yet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditpolicy.reader import shipped
from sample_facts import text_of_pack
from xinheng.policies.editing_help import Help, help_at

START = """policy: x
roles:
  - {role: sales, label: {zh-hans: 业务员}}
  - role: risk
    label: 风险
facts:
  a:
    label: 甲
    type: score
  乙:
    type: flag
    label: {zh-hans: 是否, en: whether}
grades:
  - grade: A
    from: 90
  - {grade: B, label: 良}
"""


def at(end: str, start: str = START) -> Help:
    """Give the help at the end of a text."""
    text = start + end
    lines = text.split("\n")
    return help_at(text, len(lines) - 1, len(lines[-1]))


def offered(end: str) -> list[str]:
    return [choice.text for choice in at(end).choices]


def test_the_outermost_keys_are_offered_but_for_those_there_already() -> None:
    assert "scorecard" in offered("")
    assert not {"policy", "roles", "facts", "grades"} & set(offered(""))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("scorecard:\n  vetoes:\n    - ve", ["veto"]),
        ("scorecard:\n  base:\n    - item: a\n      bands:\n        - {from: 5, poi", ["points"]),
        ("scorecard:\n  base:\n    - item: a\n      mi", ["min", "missing"]),
        ("credit:\n  by_grade:\n    - grade: A\n      cash", ["cash_only"]),
        ("credit:\n  by_grade:\n    - {grade: A, terms", ["terms_days"]),
    ],
)
def test_keys_are_offered_by_where_one_writes(end: str, expected: list[str]) -> None:
    assert [text for text in offered(end) if text in expected] == expected
    assert at(end).meaning


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("scorecard:\n  vetoes:\n    - veto: x\n      missing: ", ["refuse", "ignore", "apply"]),
        ("scorecard:\n  vetoes:\n    - veto: x\n      grade: ", ["A", "B"]),
        ("credit:\n  by_grade:\n    - grade: A\n      cash_only: ", ["true", "false"]),
        ("credit:\n  order_rules:\n    - {rule: x, strength: ", ["remind", "approve", "block"]),
        ("credit:\n  exposure: [bills, ope", ["open_orders"]),
        ("scorecard:\n  base:\n    - item: ", ["a", "乙"]),
        ("collection:\n  ladder:\n    - days: 3\n      by: ", ["sales", "risk"]),
        ("collection:\n  ladder:\n    - {days: 3, by: ri", ["risk"]),
    ],
)
def test_values_are_offered_that_the_key_takes_or_the_text_declares(end: str, expected: list[str]) -> None:
    assert offered(end) == expected


def test_choices_say_what_they_mean_and_can_be_found_by_it() -> None:
    found = at("collection:\n  ladder:\n    - days: 3\n      channel: 电")
    assert [(choice.text, choice.meaning) for choice in found.choices] == [("phone", "电话")]
    roles = at("collection:\n  ladder:\n    - days: 3\n      by: ").choices
    assert [choice.meaning for choice in roles] == ["业务员", "风险"]


def test_the_way_to_the_cursor_and_the_meaning_of_its_key_are_told() -> None:
    found = at("credit:\n  rounding:\n    to: ")
    assert (found.where, found.key) == ("授信 › 额度取整", "to")
    assert "取整单位" in found.meaning
    assert "注释" in at("# xyz").meaning
    assert "自己起" in at("facts:\n  c", "").meaning


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_wherever_the_cursor_stands_help_comes_or_nothing_but_never_an_error(data: st.DataObject) -> None:
    text = text_of_pack(data.draw(st.sampled_from(shipped())))
    start = data.draw(st.integers(0, len(text) - 1))
    scrap = data.draw(st.sampled_from(["", "{", "}", "[", "]", "- ", ": ", '"', "'", ", ", "\n", "\t", "#"]))
    cut = text[:start] + scrap + text[start : start + 400]
    lines = cut.split("\n")
    line = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[line])))
    found = help_at(cut, line, column)
    assert all(choice.insert for choice in found.choices)
