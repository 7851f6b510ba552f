"""Nothing that differs between two versions of a policy goes untold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from creditpolicy.language import use_language
from creditpolicy.model import Policy
from creditpolicy.reader import read_policy, shipped
from creditpolicy.revision import Change, revision

PACKS = Path(__file__).parents[2] / "src" / "creditpolicy" / "packs"
TEXTS = {name: (PACKS / name / "policy.yaml").read_text("utf-8") for name in shipped()}


def policy(text: str) -> Policy:
    read = read_policy(text)
    assert read.policy is not None, "\n".join(map(str, read.problems))
    return read.policy


def changes(name: str, *replacements: tuple[str, str]) -> list[Change]:
    text = TEXTS[name]
    for old, new in replacements:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return list(revision(policy(TEXTS[name]), policy(text)))


def sentences(name: str, *replacements: tuple[str, str]) -> list[str]:
    return [change.sentence for change in changes(name, *replacements)]


@pytest.mark.parametrize("name", shipped())
def test_the_same_policy_differs_in_nothing(name: str) -> None:
    assert revision(policy(TEXTS[name]), policy("# anders\n" + TEXTS[name])) == ()


def test_a_line_of_a_grade_is_told_with_its_clause() -> None:
    (change,) = changes("leasing", ("    from: 90", "    from: 88"))

    assert (change.section, change.rule, change.what, change.before, change.after) == (
        "等级", "等级 A", "changed", "90", "88",
    )  # fmt: skip
    assert change.sentence == "等级 A: 分数线由 90 改为 88 [四.2 说明3、四.3 ①]"
    assert change.path == ("grades", 0, "from")


def test_points_of_a_band_are_told_with_item_and_band() -> None:
    (sentence,) = sentences(
        "auto-dealer",
        ("{from: 5, points: 10, label: {zh-hans: 五年以上", "{from: 5, points: 9, label: {zh-hans: 五年以上"),
    )

    assert sentence == "项目“工作或经营稳定” 第 1 档 (五年以上): 得分由 10 改为 9 [三.2]"


def test_a_new_veto_and_one_that_went_are_told_with_all_they_say() -> None:
    gone = TEXTS["leasing"].index("    - veto: long_overdue")
    end = TEXTS["leasing"].index("    - veto: items_withheld")
    without = TEXTS["leasing"][:gone] + TEXTS["leasing"][end:]

    (came,) = revision(policy(without), policy(TEXTS["leasing"]))
    (went,) = revision(policy(TEXTS["leasing"]), policy(without))

    assert (came.what, went.what) == ("added", "removed")
    assert came.sentence.startswith("新增否决“逾期超过 90 天”: ")
    assert "最长逾期天数 > 90" in came.after
    assert "假定: " in came.after
    assert went.before == came.after


def test_an_assumption_that_the_company_confirmed_is_told_as_such() -> None:
    (change,) = changes(
        "leasing", ("    assumed: 文件没有写 70 分以下怎样处理; 列为不入级, 只做现款租赁, 不赊账。", "    clause: 四.5")
    )

    assert "不再是假定" in change.sentence
    assert change.after == "四.5"


def test_a_band_put_in_between_does_not_make_the_others_differ() -> None:
    (change,) = changes(
        "auto-dealer",
        (
            "        - {from: 1, below: 3, points: 5",
            "        - {from: 2, below: 2, points: 6}\n        - {from: 1, below: 3, points: 5",
        ),
    )

    assert change.what == "added"
    assert change.path[-1] == 2


def test_another_order_of_steps_is_told() -> None:
    text = TEXTS["leasing"]
    first = text.index("  - grade: A\n")
    second = text.index("  - grade: B\n")
    third = text.index("  - grade: C\n")
    swapped = text[:first] + text[second:third] + text[first:second] + text[third:]

    (change,) = revision(policy(text), policy(swapped))

    assert change.before == "等级 A → 等级 B → 等级 C → 等级 “不入级”"
    assert change.after == "等级 B → 等级 A → 等级 C → 等级 “不入级”"


def test_the_head_and_the_document_control_are_compared() -> None:
    told = sentences(
        "leasing",
        ('version: "1.0"', 'version: "1.1"'),
        ("effective_from: 2026-01-01", "effective_from: 2027-01-01"),
        ('  name: "003"\n', '  name: "003"\n  approved_by: 王总\n  approved_on: 2026-12-01\n'),
    )

    assert told == [
        "版本由 1.0 改为 1.1",
        "批准由 没有写 改为 王总",
        "批准日期由 没有写 改为 2026-12-01",
        "生效日期由 2026-01-01 改为 2027-01-01",
    ]


def test_a_section_that_came_is_told_rule_by_rule() -> None:
    text = TEXTS["leasing"]
    start = text.index("\nchanges:\n")
    end = text.index("\ncredit:\n")

    came = revision(policy(text[:start] + text[end:]), policy(text))

    assert len(came) >= 4
    assert {change.what for change in came} == {"added"}
    assert {change.section for change in came} == {"等级变动"}


@pytest.mark.parametrize(("name", "language"), [*((name, "zh-hans") for name in shipped()), ("leasing", "en")])
def test_every_scalar_that_changes_is_told(name: str, language: str) -> None:
    """Each scalar of the model in turn is given another value; some change must stand at its path."""
    before = policy(TEXTS[name])
    missed = []
    try:
        use_language(language)
        for path, after in mutants(before):
            found = revision(before, after)
            where = tuple(_alias(step) for step in path)
            if not any(change.path == where[: len(change.path)] for change in found):
                missed.append((path, [change.path for change in found]))
            assert all(change.sentence and change.section and change.before != change.after for change in found), path
    finally:
        use_language("zh-hans")

    assert not missed


def _alias(step: Any) -> Any:
    return step.rstrip("_") if isinstance(step, str) else step


def mutants(before: Policy) -> list[tuple[tuple[Any, ...], Policy]]:
    """Give the policy with each of its scalars changed, one at a time, without asking whether it makes sense."""
    return [(path, _with(before, path, other)) for path, other in _scalars(before, ())]


def _scalars(node: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], Any]]:
    from creditpolicy.model import Part

    if isinstance(node, Part):
        return [each for name in type(node).model_fields for each in _scalars(getattr(node, name), (*path, name))]
    if isinstance(node, dict):
        return [each for key, value in node.items() for each in _scalars(value, (*path, key))]
    if isinstance(node, tuple):
        return [each for place, value in enumerate(node) for each in _scalars(value, (*path, place))]
    if node is None:
        return []
    return [(path, _other(node))]


def _other(value: Any) -> Any:
    import datetime
    from enum import Enum

    if isinstance(value, bool):
        return not value
    if isinstance(value, Enum):
        return next(each for each in type(value) if each is not value)
    if isinstance(value, str):
        return type(value)(value + "x")
    if isinstance(value, datetime.date):
        return value + datetime.timedelta(days=1)
    return value + 1


def _with(node: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    step, rest = path[0], path[1:]
    if isinstance(node, dict):
        return {**node, step: _with(node[step], rest, other)}
    if isinstance(node, tuple):
        return (*node[:step], _with(node[step], rest, other), *node[step + 1 :])
    return node.model_copy(update={step: _with(getattr(node, step), rest, other)})
