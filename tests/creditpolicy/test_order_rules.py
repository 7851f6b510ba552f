"""When the rules for orders are asked: as an order is taken, before goods go out, or both."""

from __future__ import annotations

from creditpolicy.checks import check_policy
from creditpolicy.pages import policy_page
from creditpolicy.prepared import prepare
from creditpolicy.reader import read_policy
from creditpolicy.wording.whole import rules_of
from small_policy import POLICY

CREDIT = """  exposure: [open_orders]
  order_rules:
    - {rule: over, label: 超过额度, type: over_limit, strength: block, AT clause: "9"}
    - {rule: late, label: 逾期停发, type: overdue, days: 30, strength: block, at: [order, delivery], clause: "9"}
"""
WRONG = {"[invoice]": ["too-few", "not-offered"], "[]": ["too-few"], "delivery": ["shape"]}


def policy(at: str) -> str:
    return POLICY + CREDIT.replace("AT", at)


def test_an_order_rule_is_asked_of_orders_unless_it_says_otherwise() -> None:
    read = read_policy(policy("")).policy
    assert read is not None
    assert read.credit is not None
    assert [rule.at for rule in read.credit.order_rules] == [("order",), ("order", "delivery")]


def test_only_what_can_happen_is_taken_and_not_nothing() -> None:
    told = {at: [problem.code for problem in read_policy(policy(f"at: {at},")).problems] for at in WRONG}
    assert told == WRONG


def test_a_limit_asked_only_before_goods_go_out_leaves_orders_unguarded() -> None:
    codes = {problem.code for problem in check_policy(read_policy(policy("at: [delivery],")))}
    assert "no-limit-rule" in codes
    assert "no-limit-rule" not in {problem.code for problem in check_policy(read_policy(policy("")))}


def test_readers_are_told_when() -> None:
    read = read_policy(policy("")).policy
    assert read is not None
    told = {rule.name: rule.content for rule in rules_of(read)}
    assert "下单、发货" in told["订单规则“逾期停发”"]
    assert "下单" not in told["订单规则“超过额度”"]
    (rules,) = (
        section for section in policy_page(prepare(read_policy(policy("")))).sections if section.title == "订单检查"
    )
    assert [row[2] for row in rules.rows] == ["", "在下单、发货时查; 逾期超过 30 天"]
