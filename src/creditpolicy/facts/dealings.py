"""Facts from all dealings together: since when a customer is one."""

from __future__ import annotations

from creditpolicy.facts.derived import YEARS, Derived, Said
from creditpolicy.model import Kind

OF_DEALINGS = ("invoices", "orders", "receipts")
FIGURES = {
    "first_dealing": "least(first_invoice, first_order, first_receipt)",
    "last_dealing": "greatest(last_invoice, last_order, last_receipt)",
}
"""DuckDB's `least` and `greatest` pass NULL over."""

_GIVEN = Said(
    "看给出的表: 有效发票、没有取消的订单、收款中最早的一天。",
    "Of the tables given: the earliest of valid invoices, orders not cancelled, and receipts.",
)

FACTS = (
    Derived(
        "first_dealing_on",
        Said("首次往来日", "First dealing"),
        Kind.DATE,
        Said("最早一笔往来的日期。", "Date of the earliest dealing."),
        Said(f"{_GIVEN.zh}没有时缺失。", f"{_GIVEN.en} Missing without any."),
        OF_DEALINGS,
        "first_dealing",
        any_source=True,
    ),
    Derived(
        "first_dealing_this_year",
        Said("本年首次往来", "First dealing this year"),
        Kind.FLAG,
        Said(
            "新客户: 本年 1 月 1 日以前没有任何往来。", "A new customer: no dealing before 1 January of the day's year."
        ),
        Said(
            f"{_GIVEN.zh}到这一天一笔都没有的也为是。",
            f"{_GIVEN.en} Yes also for one without any dealing up to the day.",
        ),
        OF_DEALINGS,
        "coalesce(first_dealing >= {year}, TRUE)",
        any_source=True,
        of_nobody=True,
    ),
    Derived(
        "years_together",
        Said("往来年数", "Years together"),
        Kind.COUNT,
        Said("首次往来至这一天的整年数。", "Full years from the first dealing to the day."),
        Said(
            f"{_GIVEN.zh}不满一年为 0; 2 月 29 日开始的, 平年以 2 月 28 日为满; 没有往来时缺失。",
            f"{_GIVEN.en} 0 within the first year; begun on 29 February it is full on the 28th of other years; missing "
            "without any.",
        ),
        OF_DEALINGS,
        "date_sub('year', first_dealing, {as_of})",
        YEARS,
        any_source=True,
    ),
)
