"""Whatever happens to a line of a good policy: problems or a policy come out, never an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from creditpolicy.checks import check_policy
from creditpolicy.problems import Problem, faults
from creditpolicy.reader import read_policy

GOOD = sorted((Path(__file__).parent / "policies" / "good").glob("*.yaml"))
TEXTS = [path.read_text("utf-8") for path in GOOD]
LINES = sorted({line for text in TEXTS for line in text.splitlines()})
SCRAPS = [
    "", "\t", "　", "：", "，", ": ", "- ", "{", "}", "[", "]", "#", "'", '"', "|", ">", "&a",
    "*a", "!!int", "<<: *a", "? ", "---", "...",
    "%YAML 1.2", "null", "~", "NaN", "1e999", "-0", "9" * 40, "\u202e", "\x00", "\x85", "\ud800", "💥", "𠮷",
    "0x1f", "是", "true", "[[]]", "{}",
    "a: b: c", "when: x > 1", "grade: A", "points: 1/0", "formula: x",
    "@", "`", "\\", "%", ",", "- - -", "key with blank: 1", "=1+1", "'; drop table x; --",
]  # fmt: skip


def examined(text: str) -> list[Problem]:
    reading = read_policy(text, file="policy.yaml")
    problems = check_policy(reading)
    assert (reading.policy is None) == bool(faults(reading.problems))
    for problem in problems:
        assert problem.where.line is not None
        assert 1 <= problem.where.line <= text.count("\n") + text.count("\r") + 1
        assert str(problem)
    return problems


@st.composite
def mutated(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(TEXTS)).splitlines()
    for _time in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["delete", "repeat", "replace", "swap", "insert", "cut", "shift"]))
        if change == "delete" and len(lines) > 1:
            del lines[at]
        elif change == "repeat":
            lines.insert(at, lines[at])
        elif change == "replace":
            lines[at] = draw(st.sampled_from(LINES))
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "shift":
            lines[at] = " " * draw(st.integers(1, 4)) + lines[at]
        else:
            place = draw(st.integers(0, len(lines[at])))
            scrap = draw(st.sampled_from(SCRAPS) | st.text(max_size=5)) if change == "insert" else ""
            kept = lines[at][place:] if change == "insert" else lines[at][place + 1 :]
            lines[at] = lines[at][:place] + scrap + kept
    return "\n".join(lines)


@settings(max_examples=400)
@given(mutated())
def test_a_changed_policy_gives_problems_or_a_policy(text: str) -> None:
    examined(text)


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_any_text_gives_problems(text: str) -> None:
    assert examined(text)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_give_problems(data: bytes) -> None:
    assert read_policy(data).problems


@settings(max_examples=150)
@given(st.lists(st.sampled_from(SCRAPS + LINES), max_size=12).map("\n".join))
def test_any_heap_of_lines_gives_problems(text: str) -> None:
    assert examined(text)
