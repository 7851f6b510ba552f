"""The list of what a policy assumes: every assumption once, numbers first, each with its reason."""

from __future__ import annotations

import pytest

from creditpolicy.model import Deadlines
from creditpolicy.model.defaults import (
    ANSWER_DAYS,
    CASE_DAYS,
    LASTING,
    Term,
    answer_term,
    case_term,
    lasting,
    silent_lasting,
    silent_terms,
)
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
    silent = len(silent_terms(prepared.policy)) + len(silent_lasting(prepared.policy))
    found = assumptions(prepared.program)
    assert sum("制度没有写, 按此执行" in each.reason for each in found) == silent
    assert sum("登记的担保只列作覆盖" in each.reason for each in found) == 1
    found = tuple(each for each in found if "制度没有写, " not in each.reason)
    written = prepared.reading.text.count("assumed:")
    assert len(found) >= written * 0.9
    assert len(found) <= written
    assert all(each.section and each.rule and each.reason for each in found)


def test_what_holds_because_a_policy_is_silent_is_listed_as_assumed() -> None:
    leasing = prepare("leasing")
    assert [name for name, _term in silent_terms(leasing.policy)] == ["complaint"]
    [silent] = [each for each in assumptions(leasing.program) if each.rule == "答复评级投诉的期限"]
    assert silent.content == f"{ANSWER_DAYS} 个工作日"
    assert "对评级的投诉 · 几天内答复" in silent.reason
    dealer = prepare("auto-dealer").policy
    assert answer_term(dealer, is_published=False) == Term(10, "五.1")
    assert silent_terms(dealer) == ()
    published = prepare("enterprise-rating").policy
    assert not answer_term(published, is_published=True).is_assumed
    assert silent_terms(prepare(read_policy(POLICY)).policy) == (), "nothing is handled by a policy without procedure"


def test_a_case_without_days_takes_ten_by_assumption() -> None:
    policy = prepare("leasing").policy
    assert policy.procedure is not None
    steps = policy.procedure.steps
    assert case_term(steps) == Term(
        sum(s.within_days for s in steps if s.within_days and not s.special and s.when is None)
    )
    bare = [step.model_copy(update={"within_days": None}) for step in steps]
    assert case_term(bare) == Term(CASE_DAYS, is_assumed=True)
    silent = policy.model_copy(update={"procedure": policy.procedure.model_copy(update={"steps": tuple(bare)})})
    assert [name for name, _term in silent_terms(silent)] == ["case", "complaint"]


def test_the_days_of_credit_are_the_policys_or_assumed() -> None:
    policy = prepare("leasing").policy
    assert policy.credit is not None
    assert {name for name, _term in silent_lasting(policy)} >= set(LASTING)
    told = Deadlines(hold_days=7, decide_within_days=2, clause="五")
    stated = policy.model_copy(update={"credit": policy.credit.model_copy(update={"deadlines": told})})
    assert (lasting(stated, "hold"), lasting(stated, "decide")) == (Term(7, "五"), Term(2, "五"))
    assert lasting(stated, "single") == Term(90, is_assumed=True)
    assert lasting(None, "hold") == Term(30, is_assumed=True)
    assert {name for name, _term in silent_lasting(stated)} & set(LASTING) == {"revolving", "temporary", "single"}
    [hold] = [each for each in assumptions(prepare("leasing").program) if each.rule == "通过的订单预占几天"]
    assert hold.content == "30 天"
    assert "授信的期限" in hold.reason
    assert silent_lasting(policy.model_copy(update={"credit": None})) == ()
