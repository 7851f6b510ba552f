"""Facts from invoices: how much, how regularly, how punctually paid, as of a day."""

from __future__ import annotations

from creditpolicy.facts.derived import (
    DAYS,
    INVOICES,
    MONTHS,
    PARTIES,
    YUAN,
    Derived,
    Extra,
    Said,
    Source,
    cents,
    quotient,
    yuan,
)
from creditpolicy.model import Kind

OF_INVOICES = ("invoices",)
LONGEST_MONTHS = 120
"""How many months back `months_active` looks: one bit for each in a number of 128."""

STANDING = "CASE status WHEN 'void' THEN NULL WHEN 'return' THEN -abs(amount) ELSE amount END"
"""The amount that stands: none of a void invoice; a return reduces, whichever sign the export gives it."""

ROW = {
    "is_open": "settled_on IS NULL OR settled_on > {as_of}",
    "is_payable": "amount > 0 AND due_on IS NOT NULL",
    "days_late": "greatest(least(coalesce(settled_on, {as_of}), {as_of}) - due_on, 0)",
    "is_late": "is_payable AND days_late > 0",
    "is_decided": "is_payable AND (NOT is_open OR due_on < {as_of})",
    "months_ago": "{month} - (year(invoiced_on) * 12 + month(invoiced_on))",
}
"""What is known of an invoice on the day: a payment after the day has not happened, the due date itself is not late."""


def _sum(condition: str, amount: str = "amount") -> str:
    # CASE within the aggregate: FILTER after it took a quarter longer.
    return cents(f"sum(CASE WHEN {condition} THEN {amount} END)")


TOTALS = {
    "all_invoices": "count(*)",
    "valid_invoices": "count(amount)",
    "invoiced": cents("sum(amount)"),
    "returned": _sum("amount < 0", "-amount"),
    "first_invoice": "min(CASE WHEN amount IS NOT NULL THEN invoiced_on END)",
    "last_invoice": "max(CASE WHEN amount IS NOT NULL THEN invoiced_on END)",
    "fallen_due": "count(CASE WHEN is_payable AND due_on < {as_of} THEN 1 END)",
    "active_months": (
        f"bit_count(bit_or(CASE WHEN amount IS NOT NULL AND months_ago < {LONGEST_MONTHS} "
        f"THEN 1::HUGEINT << CAST(least(months_ago, {LONGEST_MONTHS}) AS INTEGER) END))"
    ),
    "year_sales": _sum("invoiced_on > {ago_12}"),
    "year_before_sales": _sum("invoiced_on > {ago_24} AND invoiced_on <= {ago_12}"),
    "calendar_year_sales": _sum("invoiced_on >= {year}"),
    "last_calendar_year_sales": _sum("invoiced_on >= {last_year} AND invoiced_on < {year}"),
    "open_amount": _sum("is_open"),
    "late_open_amount": _sum("is_open AND is_late"),
    "late_open_days": "max(CASE WHEN is_open AND is_late THEN days_late END)",
    "decided": "count(CASE WHEN is_decided THEN 1 END)",
    "late": "count(CASE WHEN is_late THEN 1 END)",
    "decided_amount": _sum("is_decided"),
    "punctual_amount": _sum("is_decided AND NOT is_late"),
    "late_days": "sum(CASE WHEN is_late THEN CAST(days_late AS INTEGER) END)",
    "late_days_most": "max(CASE WHEN is_decided THEN days_late END)",
    "disputes": "count(CASE WHEN disputed THEN amount END)",
}

PARTIES_OF_CUSTOMER = Extra(
    """SELECT customer_id, count(DISTINCT counterparty) AS parties
  FROM {of_day}
  WHERE status IS DISTINCT FROM 'void'
  GROUP BY customer_id""",
    ("parties",),
    ("customer_id", "status", "counterparty"),
)
"""Repeated rows make no difference here; beside the other totals, in one stage, it would take far longer."""

BY_MONTH = Extra(
    f"""SELECT
    customer_id,
    sum(abs(months_seen * month_sales - year_sales)) + (max(months_seen) - count(*)) * max(year_sales) AS deviations
  FROM (
    SELECT customer_id, CAST({{month_back_of_invoiced_on}} AS TINYINT) AS month_back, {cents("sum(amount)")} AS month_sales
    FROM {{judged}}
    WHERE amount IS NOT NULL AND invoiced_on > {{ago_12}}
    GROUP BY ALL)
  JOIN (
    SELECT customer_id, year_sales, least({{month_back_of_first_invoice}} + 1, 12) AS months_seen
    FROM {{totals}}) USING (customer_id)
  GROUP BY customer_id""",
    ("deviations",),
    ("customer_id", "invoiced_on", "amount"),
    ("first_invoice", "year_sales"),
)
"""Of the last twelve months: Σ |n · sales of a month - sales of all n|; a month without sales adds the whole."""

FIGURES = {
    "void_invoices": "all_invoices - valid_invoices",
    "growth": "coalesce(year_sales, 0) - year_before_sales",
    "months_seen": "least({month_back_of_first_invoice} + 1, 12)",
    "deviations_from": "CASE WHEN months_seen >= 3 THEN months_seen * year_sales END",
    "punctual": "coalesce(punctual_amount, 0)",
    "days_late_in_all": "coalesce(late_days, 0)",
    "open_days": "coalesce(open_amount, 0) * 365",
}

_PAYABLE = Said(
    "只看有效、金额为正、有到期日的发票; 红字不算。",
    "Only valid invoices above zero with a due date; returns do not take part.",
)
_DECIDED = Said(
    f"{_PAYABLE.zh}分母是到这一天已见分晓的发票: 已结清的, 和未结清但已过到期日的; 未到期又未付的不算; 一张也没有时缺失。",
    f"{_PAYABLE.en} The denominator is the invoices decided by the day: settled ones, and open ones past due; those open "
    "and not yet due do not count. Missing where there are none.",
)
_SALES = Said("作废不算, 红字抵减。没有发票为 0。", "Void ones do not count, returns reduce it. 0 without invoices.")

FACTS = (
    Derived(
        "invoice_count",
        Said("发票张数", "Invoices"),
        Kind.COUNT,
        Said("到这一天为止的有效发票行数, 含红字。", "Valid invoices up to the day, returns included; a row is one."),
        Said("作废不算; 没有发票为 0。", "Void ones do not count; 0 without invoices."),
        OF_INVOICES,
        "coalesce(valid_invoices, 0)",
        INVOICES,
    ),
    Derived(
        "void_count",
        Said("作废张数", "Void invoices"),
        Kind.COUNT,
        Said("到这一天为止的作废发票行数。", "Void invoices up to the day."),
        Said("没有为 0。表中没有状态列时视为全部有效。", "0 without any. Without a status column all are valid."),
        OF_INVOICES,
        "coalesce(void_invoices, 0)",
        INVOICES,
    ),
    Derived(
        "invoiced_total",
        Said("累计开票额", "Invoiced in total"),
        Kind.AMOUNT,
        Said("有效发票金额之和, 红字抵减。", "Sum of valid invoices, returns included (they reduce it)."),
        Said(
            "作废不算; 没有发票为 0; 退货多于销售时为负。",
            "Void ones do not count; 0 without; negative where returns exceed.",
        ),
        OF_INVOICES,
        yuan("invoiced"),
        YUAN,
    ),
    Derived(
        "returns_total",
        Said("退货额", "Returns"),
        Kind.AMOUNT,
        Said("有效的负数发票金额之和, 写成正数。", "Sum of valid negative invoices, as a positive amount."),
        Said("没有为 0。", "0 without any."),
        OF_INVOICES,
        yuan("returned"),
        YUAN,
    ),
    Derived(
        "void_ratio",
        Said("作废率", "Void share"),
        Kind.RATIO,
        Said("作废张数 ÷ (有效张数 + 作废张数)。", "Void invoices / (valid + void)."),
        Said("没有任何发票时缺失。", "Missing without any invoice."),
        OF_INVOICES,
        quotient("void_invoices", "all_invoices", Kind.RATIO),
    ),
    Derived(
        "counterparties",
        Said("对方单位数", "Counterparties"),
        Kind.COUNT,
        Said("有效发票上不同的对方单位个数。", "Distinct counterparties on valid invoices."),
        Said("空白不算一家; 没有发票为 0。", "A blank is none; 0 without invoices."),
        OF_INVOICES,
        "coalesce(parties, 0)",
        PARTIES,
    ),
    Derived(
        "first_invoiced_on",
        Said("首次开票日", "First invoice"),
        Kind.DATE,
        Said("最早一张有效发票的开票日期。", "Date of the earliest valid invoice."),
        Said("红字也算; 没有时缺失。", "Returns count too; missing without any."),
        OF_INVOICES,
        "first_invoice",
    ),
    Derived(
        "months_active",
        Said("有往来的月数", "Months with invoices"),
        Kind.COUNT,
        Said("有有效发票的日历月个数。", "Calendar months with a valid invoice."),
        Said(
            f"只看含这一天在内的最近 {LONGEST_MONTHS} 个月; 没有为 0。",
            f"Within the last {LONGEST_MONTHS} months, the day's own included; 0 without any.",
        ),
        OF_INVOICES,
        "coalesce(active_months, 0)",
        MONTHS,
    ),
    Derived(
        "sales_12m",
        Said("近 12 个月销售额", "Sales of 12 months"),
        Kind.AMOUNT,
        Said(
            "截至这一天 12 个月内的有效发票金额: 晚于上年同日, 不晚于这一天。",
            "Valid invoices of the twelve months to the day: after the same day a year before, up to the day itself.",
        ),
        Said(
            f"{_SALES.zh}这一天是月末时按月末往回数。",
            f"{_SALES.en} From a month's last day it counts by month's ends.",
        ),
        OF_INVOICES,
        yuan("year_sales"),
        YUAN,
    ),
    Derived(
        "growth_12m",
        Said("销售增长率", "Growth of sales"),
        Kind.RATIO,
        Said(
            "(近 12 个月 − 再前 12 个月) ÷ 再前 12 个月。",
            "(Last twelve months - the twelve before) / the twelve before.",
        ),
        Said("再前 12 个月没有销售或为负时缺失。", "Missing where the twelve before have no sales, or negative ones."),
        OF_INVOICES,
        quotient("growth", "year_before_sales", Kind.RATIO),
    ),
    Derived(
        "monthly_variation",
        Said("月销售波动", "Variation by month"),
        Kind.RATIO,
        Said(
            "近 12 个月各月销售额与月均之差的绝对值的平均 ÷ 月均 (Excel 的 AVEDEV ÷ AVERAGE)。",
            "Mean absolute deviation of monthly sales from their mean, over the mean (Excel's AVEDEV / AVERAGE), of the "
            "last twelve months.",
        ),
        Said(
            "月份由这一天往回整月划分, 没有发票的月为 0; 首次开票之前的月不算; 不满 3 个月、或合计不为正时缺失。"
            "用平均差而不用标准差: 无须开方, 结果精确。",
            "Months are whole months back from the day; one without invoices counts as 0, those before the first invoice "
            "do not count; missing with fewer than 3, or a total not above zero. The mean deviation needs no square "
            "root and so is exact.",
        ),
        OF_INVOICES,
        quotient("deviations", "deviations_from", Kind.RATIO),
    ),
    Derived(
        "outstanding",
        Said("应收余额", "Outstanding"),
        Kind.AMOUNT,
        Said("这一天还没有结清的有效发票金额之和。", "Sum of valid invoices not settled on the day."),
        Said(
            "结清日当天算已结清, 以后的结清日不算; 未结清的红字抵减; 没有为 0。",
            "Settled on its settlement day; later payments do not count; open returns reduce it; 0 without any.",
        ),
        OF_INVOICES,
        yuan("open_amount"),
        YUAN,
    ),
    Derived(
        "overdue_amount",
        Said("逾期金额", "Overdue amount"),
        Kind.AMOUNT,
        Said("这一天未结清且已过到期日的发票金额之和。", "Sum of invoices open on the day and past due."),
        Said(
            f"到期日当天不算逾期。{_PAYABLE.zh}没有为 0。",
            f"The due date itself is not overdue. {_PAYABLE.en} 0 without any.",
        ),
        OF_INVOICES,
        yuan("late_open_amount"),
        YUAN,
    ),
    Derived(
        "overdue_days_max",
        Said("最长逾期天数", "Longest overdue"),
        Kind.DAYS,
        Said(
            "这一天逾期未付的发票中, 最多的逾期天数。", "Most days overdue among invoices open and past due on the day."
        ),
        Said(
            f"到期次日为 1 天。{_PAYABLE.zh}没有逾期为 0。",
            f"1 on the day after the due date. {_PAYABLE.en} 0 with none overdue.",
        ),
        OF_INVOICES,
        "coalesce(late_open_days, 0)",
        DAYS,
    ),
    Derived(
        "late_ratio",
        Said("迟付率", "Late share"),
        Kind.RATIO,
        Said(
            "到期以后才结清、或过了到期日还没结清的发票张数 ÷ 已见分晓的张数。",
            "Invoices settled after their due date, or open past it, / invoices decided.",
        ),
        _DECIDED,
        OF_INVOICES,
        quotient("late", "decided", Kind.RATIO),
    ),
    Derived(
        "on_time_amount_ratio",
        Said("按期付款金额比例", "Paid on time, by amount"),
        Kind.RATIO,
        Said(
            "到期日当天或以前结清的发票金额 ÷ 已见分晓的金额。",
            "Amount settled on or before the due date / amount decided.",
        ),
        _DECIDED,
        OF_INVOICES,
        quotient("punctual", "decided_amount", Kind.RATIO),
    ),
    Derived(
        "days_late_mean",
        Said("平均迟付天数", "Mean days late"),
        Kind.DAYS,
        Said(
            "已见分晓的发票迟付天数的平均: 按期为 0, 还没付的算到这一天。",
            "Mean days late of the invoices decided: 0 for on time, up to the day for those still open.",
        ),
        _DECIDED,
        OF_INVOICES,
        quotient("days_late_in_all", "decided", Kind.DAYS, 2),
        DAYS,
        digits=2,
    ),
    Derived(
        "days_late_max",
        Said("最长迟付天数", "Most days late"),
        Kind.DAYS,
        Said(
            "已见分晓的发票中最多的迟付天数; 都按期为 0。",
            "Most days late among the invoices decided; 0 where all are on time.",
        ),
        _DECIDED,
        OF_INVOICES,
        "late_days_most",
        DAYS,
    ),
    Derived(
        "disputed_ratio",
        Said("争议比例", "Disputed share"),
        Kind.RATIO,
        Said("有争议的有效发票张数 ÷ 有效发票张数。", "Valid invoices disputed / valid invoices."),
        Said("争议一栏空白为没有争议; 没有有效发票时缺失。", "A blank is no dispute; missing without valid invoices."),
        OF_INVOICES,
        quotient("disputes", "valid_invoices", Kind.RATIO),
    ),
    Derived(
        "days_sales_outstanding",
        Said("应收周转天数", "Days sales outstanding"),
        Kind.DAYS,
        Said("应收余额 × 365 ÷ 近 12 个月销售额。", "Outstanding x 365 / sales of twelve months."),
        Said(
            "近 12 个月没有销售或为负时缺失; 红字多于应收时为负。",
            "Missing where the twelve months have no sales, or negative ones; negative where open returns exceed.",
        ),
        OF_INVOICES,
        quotient("open_days", "year_sales", Kind.DAYS, 2),
        DAYS,
        digits=2,
    ),
    Derived(
        "sales_this_year",
        Said("本年销售额", "Sales of this year"),
        Kind.AMOUNT,
        Said("本年 1 月 1 日至这一天的有效发票金额。", "Valid invoices from 1 January to the day."),
        _SALES,
        OF_INVOICES,
        yuan("calendar_year_sales"),
        YUAN,
    ),
    Derived(
        "sales_last_year",
        Said("上年销售额", "Sales of last year"),
        Kind.AMOUNT,
        Said("上一日历年全年的有效发票金额。", "Valid invoices of the calendar year before."),
        _SALES,
        OF_INVOICES,
        yuan("last_calendar_year_sales"),
        YUAN,
    ),
)

SOURCE = Source(
    "invoices",
    ROW,
    TOTALS,
    FACTS,
    {"invoices_parties": PARTIES_OF_CUSTOMER, "invoices_by_month": BY_MONTH},
    FIGURES,
    {"amount": STANDING},
)
