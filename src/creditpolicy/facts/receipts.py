"""Facts from receipts: what a customer has paid."""

from __future__ import annotations

from creditpolicy.facts.derived import YUAN, Derived, Said, Source, cents, quotient, yuan
from creditpolicy.model import Kind

TOTALS = {
    "received": cents("sum(amount) FILTER (WHERE received_on > {ago_12})"),
    "first_receipt": "min(received_on)",
    "last_receipt": "max(received_on)",
}

FIGURES = {"received_or_none": "coalesce(received, 0)"}

FACTS = (
    Derived(
        "received_12m",
        Said("近 12 个月收款额", "Received in 12 months"),
        Kind.AMOUNT,
        Said(
            "截至这一天 12 个月内的收款之和, 退款抵减。", "Receipts of the twelve months to the day, refunds deducted."
        ),
        Said("这一天以后的收款不算; 没有为 0。", "Later receipts do not count; 0 without any."),
        ("receipts",),
        yuan("received"),
        YUAN,
    ),
    Derived(
        "collection_ratio",
        Said("回款率", "Collection ratio"),
        Kind.RATIO,
        Said("近 12 个月收款额 ÷ 近 12 个月销售额。", "Received in twelve months / sales of the same twelve months."),
        Said(
            "收款不与发票逐笔对应, 收回以前的欠款也算, 可以大于 1; 没有销售或为负时缺失。",
            "Receipts are not matched with invoices: money for older debts counts too, so it may exceed 1. Missing where "
            "there are no sales, or negative ones.",
        ),
        ("receipts", "invoices"),
        quotient("received_or_none", "year_sales", Kind.RATIO),
    ),
    Derived(
        "last_received_on",
        Said("最近收款日", "Last receipt"),
        Kind.DATE,
        Said("最近一笔收款的日期。", "Date of the latest receipt."),
        Said("没有时缺失。", "Missing without any."),
        ("receipts",),
        "last_receipt",
    ),
)

SOURCE = Source("receipts", {}, TOTALS, FACTS, figures=FIGURES)
