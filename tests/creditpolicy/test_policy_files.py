"""The policies under `policies/`: what is good is read without a word, what is bad is told line by line.

The second line of each bad policy says which kinds of problems it must give; the text beside it is how they are shown.
`XINHENG_RENEW=1 pytest` writes those texts anew: read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from creditpolicy.checks import CHECKS, PROGRAM_CHECKS, Finding, check_policy
from creditpolicy.model import Policy
from creditpolicy.problems import Problem
from creditpolicy.program import Program, build
from creditpolicy.reader import Reading, load_policy, read_policy, shipped

FOLDER = Path(__file__).parent / "policies"
GOOD = sorted((FOLDER / "good").glob("*.yaml"))
BAD = sorted((FOLDER / "bad").glob("*.yaml"))


@cache
def reading_of(path: Path) -> Reading:
    return read_policy(path, file=path.name)


@cache
def problems_of(path: Path) -> tuple[Problem, ...]:
    return tuple(check_policy(reading_of(path)))


@cache
def programs() -> tuple[Program, ...]:
    policies = [policy for path in BAD if (policy := reading_of(path).policy) is not None]
    return tuple(program for policy in policies if (program := build(policy)[0]) is not None)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_policy_gives_no_problem(path: Path) -> None:
    assert [str(problem) for problem in problems_of(path)] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_policy_gives_the_problems_it_was_made_for(path: Path) -> None:
    expected = path.read_text("utf-8").splitlines()[1].removeprefix("# 应当发现: ").split(", ")
    assert sorted(problem.code for problem in problems_of(path)) == expected


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_problems_of_a_bad_policy_read_as_they_did(path: Path) -> None:
    golden = path.with_suffix(".txt")
    shown = "\n\n".join(map(str, problems_of(path))) + "\n"
    if os.environ.get("XINHENG_RENEW"):
        golden.write_text(shown, "utf-8")
    assert shown == golden.read_text("utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_problem_names_its_line_and_says_what_to_do(path: Path) -> None:
    for problem in problems_of(path):
        assert problem.where.file == path.name
        assert problem.where.line is not None
        assert problem.where.quote
        assert problem.what.endswith("。") or problem.code == "expression"
        assert problem.fix
        assert "invalid" not in str(problem).lower()


def test_no_bad_policy_comes_out_as_a_sound_one() -> None:
    assert len(BAD) >= 100
    assert all(problems_of(path) for path in BAD)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_each_question_to_a_policy_finds_something_in_the_bad_ones(
    check: Callable[[Policy], Iterator[Finding]],
) -> None:
    policies = [policy for path in BAD if (policy := reading_of(path).policy) is not None]
    assert any(list(check(policy)) for policy in policies)


@pytest.mark.parametrize("check", PROGRAM_CHECKS, ids=lambda check: check.__name__)
def test_each_question_to_a_program_finds_something_in_the_bad_ones(
    check: Callable[[Program], Iterator[Finding]],
) -> None:
    assert any(list(check(program)) for program in programs())


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_policy_has_neither_fault_nor_warning(name: str) -> None:
    assert [str(problem) for problem in check_policy(load_policy(name))] == []
