"""Worked examples: those of every shipped policy pass, and one that is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditpolicy.cases import run_cases
from creditpolicy.problems import Refusal
from creditpolicy.reader import shipped
from small_policy import POLICY


@pytest.mark.parametrize("pack", shipped())
def test_every_case_of_a_shipped_policy_passes(pack: str) -> None:
    outcomes = run_cases(pack)
    assert len(outcomes) >= 20
    assert [f"{outcome.case}: {outcome.differences}" for outcome in outcomes if not outcome.passed] == []


def write(folder: Path, cases: str) -> Path:
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "cases.yaml").write_text(cases, encoding="utf-8")
    return folder / "policy.yaml"


GOOD = """
policy: small
defaults: {customer_id: "1", sales: 100万, debt: 30%, service: 优, judged: 20}
cases:
  - {case: 满分, facts: {}, expect: {total: 100, grade: A, limit: 10万, terms_days: 60, vetoes: []}}
  - {case: 缺印象分, facts: {judged: }, expect: {missing: [judged]}}
"""


def test_cases_are_read_as_cells_are(tmp_path: Path) -> None:
    assert [outcome.passed for outcome in run_cases(write(tmp_path, GOOD))] == [True, True]


def test_a_wrong_expectation_says_expected_and_given(tmp_path: Path) -> None:
    (outcome, _other) = run_cases(write(tmp_path, GOOD.replace("total: 100,", "total: 99,")))
    assert outcome.differences == ("total: 应为 99, 实为 100.00",)


def test_a_case_with_an_unknown_fact_or_value_is_told_not_raised(tmp_path: Path) -> None:
    cases = (
        GOOD
        + "  - {case: 错字, facts: {jugded: 3}, expect: {grade: A}}\n  - {case: 太大, facts: {judged: 30}, expect: {grade: A}}\n"
    )
    outcomes = run_cases(write(tmp_path, cases))
    assert "jugded" in outcomes[2].differences[0]
    assert "印象分" in outcomes[3].differences[0]


def test_a_policy_without_cases_says_where_they_belong(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    (tmp_path / "cases.yaml").unlink()
    with pytest.raises(Refusal, match=r"cases\.yaml"):
        run_cases(path)
