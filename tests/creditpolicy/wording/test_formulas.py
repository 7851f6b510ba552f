"""Expressions in words: what a finance manager reads in place of SQL."""

from __future__ import annotations

import pytest

from creditpolicy.prepared import prepare
from creditpolicy.program import Program
from creditpolicy.reader import read_policy
from creditpolicy.wording import formula_words
from small_policy import POLICY


@pytest.fixture(scope="module")
def program() -> Program:
    """The small policy's program."""
    return prepare(read_policy(POLICY)).program


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sales * 0.1", "年销售额 × 0.1"),
        ("least(5000000, sales * 0.25)", "较小者(500万, 年销售额 × 0.25)"),
        ("40 * sales / portfolio_max(sales)", "40 × 年销售额 ÷ 客户群最大的年销售额"),
        ("10 * (sales - 3) / 4", "10 × (年销售额 - 3) ÷ 4"),
        ("sales - (late_days - judged)", "年销售额 - (最长逾期 - 印象分)"),
        ("coalesce(sales, 0)", "年销售额 (缺则 0)"),
        ("debt > 0.7 and late_days > 30", "资产负债率 > 0.7 且 最长逾期 > 30"),
        ("(listed or cheated) and debt >= 1", "(上市公司 或 提供虚假资料) 且 资产负债率 ≥ 1"),
        ("service in ('优', '良')", "合作态度 为 “优”、“良” 之一"),
        ("service = '差'", "合作态度 = “差”"),
        ("not listed", "不是 上市公司"),
        ("debt is null", "缺资产负债率"),
        ("case when listed then 5 else 0 end", "上市公司 时: 5; 否则: 0"),
        ("round(sales / 3, 2)", "四舍五入(年销售额 ÷ 3, 2 位小数)"),
        ("total * 10000", "总分 × 1万"),
        ("sales > 100000000", "年销售额 > 1亿"),
        ("sales > 123456", "年销售额 > 123456"),
    ],
)
def test_an_expression_reads_as_a_person_would_say_it(program: Program, text: str, words: str) -> None:
    assert formula_words(program, text) == words


def test_what_cannot_be_parsed_comes_back_as_it_is(program: Program) -> None:
    assert formula_words(program, "sales >> 3 nonsense") == "sales >> 3 nonsense"
