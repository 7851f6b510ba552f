"""Facts from orders: how often and how steadily a customer buys."""

from __future__ import annotations

from creditpolicy.facts.derived import ORDERS, YUAN, Derived, Said, Source, cents, quotient, yuan
from creditpolicy.model import Kind

ROW = {
    "is_valid": "status IS DISTINCT FROM 'void'",
    "is_recent": "is_valid AND ordered_on > {ago_12}",
    "month_back": "{month_back_of_ordered_on}",
}

TOTALS = {
    "recent_orders": "count(*) FILTER (WHERE is_recent)",
    "recent_order_amount": cents("sum(amount) FILTER (WHERE is_recent)"),
    "ordering_months": "bit_count(bit_or(1 << CAST(least(month_back, 12) AS INTEGER)) FILTER (WHERE is_recent))",
    "first_order": "min(ordered_on) FILTER (WHERE is_valid)",
    "last_order": "max(ordered_on) FILTER (WHERE is_valid)",
}

FIGURES = {
    "months_with_orders": "CAST(coalesce(ordering_months, 0) AS BIGINT)",
    "months_looked_at": "CAST(12 AS BIGINT)",
}

_TWELVE = Said("截至这一天 12 个月内", "in the twelve months to the day")

FACTS = (
    Derived(
        "order_count_12m",
        Said("近 12 个月订单数", "Orders of 12 months"),
        Kind.COUNT,
        Said(f"{_TWELVE.zh}没有取消的订单数。", f"Orders {_TWELVE.en}, cancelled ones left out."),
        Said("没有为 0。", "0 without any."),
        ("orders",),
        "coalesce(recent_orders, 0)",
        ORDERS,
    ),
    Derived(
        "order_amount_12m",
        Said("近 12 个月订单额", "Amount ordered in 12 months"),
        Kind.AMOUNT,
        Said(f"{_TWELVE.zh}没有取消的订单金额。", f"Amount of the orders {_TWELVE.en}, cancelled ones left out."),
        Said("没有为 0; 金额空白的订单不计入。", "0 without any; an order without amount adds nothing."),
        ("orders",),
        yuan("recent_order_amount"),
        YUAN,
    ),
    Derived(
        "order_stability",
        Said("订单稳定度", "Steadiness of orders"),
        Kind.RATIO,
        Said("最近 12 个月里有订单的月份所占比例。", "Share of the last twelve months that have an order."),
        Said(
            "月份由这一天往回整月划分; 没有订单为 0; 新客户也按 12 个月算。",
            "Months are whole months back from the day; 0 without orders; of new customers too it is twelve.",
        ),
        ("orders",),
        quotient("months_with_orders", "months_looked_at", Kind.RATIO),
    ),
    Derived(
        "last_ordered_on",
        Said("最近下单日", "Last order"),
        Kind.DATE,
        Said("最近一张没有取消的订单的日期。", "Date of the latest order not cancelled."),
        Said("没有时缺失。", "Missing without any."),
        ("orders",),
        "last_order",
    ),
)

SOURCE = Source("orders", ROW, TOTALS, FACTS, figures=FIGURES)
