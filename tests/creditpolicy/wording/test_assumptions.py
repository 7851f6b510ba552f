"""The list of what a policy assumes: every assumption once, numbers first, each with its reason."""

from __future__ import annotations

import pytest

from creditpolicy.prepared import prepare
from creditpolicy.reader import read_policy, shipped
from creditpolicy.wording import Assumption, assumptions
from small_policy import POLICY


def test_each_assumption_has_its_place_numbers_and_reason() -> None:
    found = assumptions(prepare(read_policy(POLICY)).program)
    assert found[0] == Assumption("评分表", "最长逾期", "满分 10", "文件没有写")
    assert Assumption("授信", "A", "信用额度 年销售额 × 0.1; 账期 60", "没有写") in found
    assert Assumption("授信", "C", "信用额度 0; 只收现款 是", "没有写") in found
    assert found[-1] == Assumption("等级", "差", "", "文件没有写 60 分以下")


@pytest.mark.parametrize("pack", shipped())
def test_every_assumption_of_a_pack_is_listed_once(pack: str) -> None:
    prepared = prepare(pack)
    found = assumptions(prepared.program)
    written = prepared.reading.text.count("assumed:")
    assert len(found) >= written * 0.9
    assert len(found) <= written
    assert all(each.section and each.rule and each.reason for each in found)
