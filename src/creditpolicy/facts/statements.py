"""Facts from financial statements: the ratios of the latest period on or before the day."""

from __future__ import annotations

from creditpolicy.facts.derived import MONTHS, NO_UNIT, TIMES, Derived, Said, Source, cents, quotient
from creditpolicy.model import Kind

FIGURES_OF_STATEMENT = (
    *(
        "total_assets",
        "total_liabilities",
        "current_assets",
        "current_liabilities",
        "inventory",
        "receivables",
        "revenue",
    ),
    *("cost_of_sales", "operating_profit", "total_profit", "net_profit", "interest_expense", "operating_cash_flow"),
)

ROW = {"is_latest": "period_end = max(period_end) OVER (PARTITION BY customer_id)"}
_ONE = "CASE WHEN count(*) FILTER (WHERE is_latest) = 1 THEN "
"""Two different statements of one period contradict each other: nobody knows which is true, so the facts are missing."""

TOTALS = {
    "latest_period": "max(period_end)",
    "span": f"{_ONE}CAST(max(coalesce(months, 12)) FILTER (WHERE is_latest) AS HUGEINT) END",
    **{
        f"latest_{figure}": f"{_ONE}{cents(f'max({figure}) FILTER (WHERE is_latest)')} END"
        for figure in FIGURES_OF_STATEMENT
    },
}

_YEARLY = Said("不满或超过一年的期间按 12 个月折算。", "Periods of other than twelve months are brought to twelve.")


FIGURES: dict[str, str] = {}
"""The numerator and the denominator of each ratio, filled in by its declaration."""


def _ratio(
    name: str,
    label: Said,
    formula: Said,
    top: str,
    below: str,
    kind: Kind = Kind.RATIO,
    *,
    yearly: bool = False,
) -> Derived:
    """Declare top / below of the latest period; `yearly` brings the flow on top to twelve months."""
    above, under = (_figures(text) for text in (top, below))
    FIGURES[f"{name}_top"] = f"({above}) * 12" if yearly else above
    FIGURES[f"{name}_below"] = f"({under}) * span" if yearly else under
    note = _YEARLY if yearly else Said("", "")
    return Derived(
        name,
        label,
        kind,
        Said(f"{formula.zh}{note.zh}", f"{formula.en} {note.en}".strip()),
        Said(
            "取截止日不晚于这一天的最近一期; 分母为 0、为负或缺数时缺失; 同一期有两份不同的报表时缺失。",
            "Of the latest period ending on or before the day; missing where the denominator is 0, negative or not there, "
            "and where two different statements of the period are given.",
        ),
        ("statements",),
        quotient(f"{name}_top", f"{name}_below", kind),
        TIMES if kind is Kind.NUMBER else NO_UNIT,
    )


def _figures(expression: str) -> str:
    return " ".join(f"latest_{word}" if word in FIGURES_OF_STATEMENT else word for word in expression.split())


FACTS = (
    Derived(
        "statement_on",
        Said("所用报表截止日", "Statement used"),
        Kind.DATE,
        Said("截止日不晚于这一天的最近一期报表。", "The latest period ending on or before the day."),
        Said("没有时缺失。", "Missing without any."),
        ("statements",),
        "latest_period",
    ),
    Derived(
        "statement_age_months",
        Said("报表距今月数", "Age of the statement"),
        Kind.COUNT,
        Said("所用报表截止日至这一天的整月数。", "Full months from the statement used to the day."),
        Said("没有时缺失。", "Missing without any."),
        ("statements",),
        "date_sub('month', latest_period, {as_of})",
        MONTHS,
    ),
    _ratio(
        "asset_liability_ratio",
        Said("资产负债率", "Asset-liability ratio"),
        Said("负债合计 ÷ 资产总计。", "Total liabilities / total assets."),
        "total_liabilities",
        "total_assets",
    ),
    _ratio(
        "current_ratio",
        Said("流动比率", "Current ratio"),
        Said("流动资产 ÷ 流动负债。", "Current assets / current liabilities."),
        "current_assets",
        "current_liabilities",
        Kind.NUMBER,
    ),
    _ratio(
        "quick_ratio",
        Said("速动比率", "Quick ratio"),
        Said("(流动资产 − 存货) ÷ 流动负债。", "(Current assets - inventory) / current liabilities."),
        "current_assets - inventory",
        "current_liabilities",
        Kind.NUMBER,
    ),
    _ratio(
        "gross_margin",
        Said("毛利率", "Gross margin"),
        Said("(营业收入 − 营业成本) ÷ 营业收入。", "(Revenue - cost of sales) / revenue."),
        "revenue - cost_of_sales",
        "revenue",
    ),
    _ratio(
        "operating_margin",
        Said("营业利润率", "Operating margin"),
        Said("营业利润 ÷ 营业收入。", "Operating profit / revenue."),
        "operating_profit",
        "revenue",
    ),
    _ratio(
        "net_margin",
        Said("销售净利率", "Net margin"),
        Said("净利润 ÷ 营业收入。", "Net profit / revenue."),
        "net_profit",
        "revenue",
    ),
    _ratio(
        "return_on_assets",
        Said("总资产净利率", "Return on assets"),
        Said("净利润 ÷ 期末资产总计。", "Net profit / total assets at the period's end."),
        "net_profit",
        "total_assets",
        yearly=True,
    ),
    _ratio(
        "cash_flow_coverage",
        Said("现金流动负债比", "Cash flow coverage"),
        Said("经营活动现金流量净额 ÷ 流动负债。", "Operating cash flow / current liabilities."),
        "operating_cash_flow",
        "current_liabilities",
        Kind.NUMBER,
        yearly=True,
    ),
    _ratio(
        "interest_coverage",
        Said("利息保障倍数", "Interest coverage"),
        Said("(利润总额 + 利息费用) ÷ 利息费用。", "(Profit before tax + interest expense) / interest expense."),
        "total_profit + interest_expense",
        "interest_expense",
        Kind.NUMBER,
    ),
    _ratio(
        "asset_turnover",
        Said("总资产周转率", "Asset turnover"),
        Said("营业收入 ÷ 期末资产总计。", "Revenue / total assets at the period's end."),
        "revenue",
        "total_assets",
        Kind.NUMBER,
        yearly=True,
    ),
    _ratio(
        "receivables_turnover",
        Said("应收账款周转率", "Receivables turnover"),
        Said("营业收入 ÷ 期末应收账款。", "Revenue / receivables at the period's end."),
        "revenue",
        "receivables",
        Kind.NUMBER,
        yearly=True,
    ),
    _ratio(
        "inventory_turnover",
        Said("存货周转率", "Inventory turnover"),
        Said("营业成本 ÷ 期末存货。", "Cost of sales / inventory at the period's end."),
        "cost_of_sales",
        "inventory",
        Kind.NUMBER,
        yearly=True,
    ),
)

SOURCE = Source("statements", ROW, TOTALS, FACTS, figures=FIGURES)
