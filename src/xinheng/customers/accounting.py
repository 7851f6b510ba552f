"""The accounts of financial statements as Chinese accounting standards name them, and what must agree between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditpolicy.facts import TABLES
from creditpolicy.problems import Problem


class Sheet(models.TextChoices):
    """The three statements."""

    BALANCE = "balance", _("资产负债表")
    INCOME = "income", _("利润表")
    CASH = "cash", _("现金流量表")


@dataclass(frozen=True, slots=True)
class Account:
    """One account: `is_total` is drawn bold, `is_part` is part of the one above (其中), `signed` may be below zero."""

    code: str
    label: str | Promise
    sheet: str
    is_total: bool = False
    is_part: bool = False
    signed: bool = False


def _balance(code: str, label: str | Promise, *, total: bool = False, signed: bool = False) -> Account:
    return Account(code, label, Sheet.BALANCE, is_total=total, signed=signed)


def _income(code: str, label: str | Promise, *, total: bool = False, part: bool = False) -> Account:
    return Account(code, label, Sheet.INCOME, total, part, signed=True)


def _cash(code: str, label: str | Promise, *, total: bool = False) -> Account:
    return Account(code, label, Sheet.CASH, total, signed=True)


ACCOUNTS: tuple[Account, ...] = (
    _balance("cash", _("货币资金")),
    _balance("notes_receivable", _("应收票据")),
    _balance("receivables", _("应收账款")),
    _balance("prepayments", _("预付款项")),
    _balance("other_receivables", _("其他应收款")),
    _balance("inventory", _("存货")),
    _balance("other_current_assets", _("其他流动资产")),
    _balance("current_assets", _("流动资产合计"), total=True),
    _balance("long_term_investments", _("长期股权投资")),
    _balance("fixed_assets", _("固定资产")),
    _balance("construction", _("在建工程")),
    _balance("intangible_assets", _("无形资产")),
    _balance("other_noncurrent_assets", _("其他非流动资产")),
    _balance("noncurrent_assets", _("非流动资产合计"), total=True),
    _balance("total_assets", _("资产总计"), total=True),
    _balance("short_term_loans", _("短期借款")),
    _balance("notes_payable", _("应付票据")),
    _balance("payables", _("应付账款")),
    _balance("advances", _("预收款项及合同负债")),
    _balance("payroll_payable", _("应付职工薪酬")),
    _balance("taxes_payable", _("应交税费"), signed=True),
    _balance("other_payables", _("其他应付款")),
    _balance("other_current_liabilities", _("其他流动负债")),
    _balance("current_liabilities", _("流动负债合计"), total=True),
    _balance("long_term_loans", _("长期借款")),
    _balance("other_noncurrent_liabilities", _("其他非流动负债")),
    _balance("noncurrent_liabilities", _("非流动负债合计"), total=True),
    _balance("total_liabilities", _("负债合计"), total=True),
    _balance("paid_in_capital", _("实收资本 (股本)")),
    _balance("capital_reserve", _("资本公积"), signed=True),
    _balance("surplus_reserve", _("盈余公积")),
    _balance("retained_earnings", _("未分配利润"), signed=True),
    _balance("minority_interest", _("少数股东权益"), signed=True),
    _balance("equity", _("所有者权益合计"), total=True, signed=True),
    _income("revenue", _("营业收入"), total=True),
    _income("cost_of_sales", _("营业成本")),
    _income("taxes_and_surcharges", _("税金及附加")),
    _income("selling_expense", _("销售费用")),
    _income("admin_expense", _("管理费用")),
    _income("rd_expense", _("研发费用")),
    _income("finance_expense", _("财务费用")),
    _income("interest_expense", _("其中: 利息费用"), part=True),
    _income("other_gains", _("其他收益及投资收益")),
    _income("impairment", _("减值损失")),
    _income("operating_profit", _("营业利润"), total=True),
    _income("nonoperating_income", _("营业外收入")),
    _income("nonoperating_expense", _("营业外支出")),
    _income("total_profit", _("利润总额"), total=True),
    _income("income_tax", _("所得税费用")),
    _income("net_profit", _("净利润"), total=True),
    _cash("operating_inflow", _("经营活动现金流入小计")),
    _cash("operating_outflow", _("经营活动现金流出小计")),
    _cash("operating_cash_flow", _("经营活动现金流量净额"), total=True),
    _cash("investing_cash_flow", _("投资活动现金流量净额"), total=True),
    _cash("financing_cash_flow", _("筹资活动现金流量净额"), total=True),
    _cash("net_cash_change", _("现金净增加额"), total=True),
    _cash("cash_at_end", _("期末现金余额")),
)
"""Every account in the order of the printed statements; those of `creditpolicy.facts` have the same code there."""

BY_CODE: Mapping[str, Account] = {account.code: account for account in ACCOUNTS}
NEEDED = ("total_assets", "total_liabilities", "equity", "revenue", "net_profit")
"""Without these a statement says too little to be handed in."""
UNITS = {1: _("元"), 1000: _("千元"), 10000: _("万元")}


@dataclass(frozen=True, slots=True)
class Sum:
    """An account that must be the sum of others, with their signs; those that may be left out count as nothing."""

    of: str
    parts: tuple[tuple[int, str], ...]
    may_lack: frozenset[str] = frozenset()
    severity: str = "fault"


SUMS = (
    Sum("total_assets", ((1, "current_assets"), (1, "noncurrent_assets"))),
    Sum("total_liabilities", ((1, "current_liabilities"), (1, "noncurrent_liabilities"))),
    Sum("total_assets", ((1, "total_liabilities"), (1, "equity"))),
    Sum(
        "total_profit",
        ((1, "operating_profit"), (1, "nonoperating_income"), (-1, "nonoperating_expense")),
        frozenset({"nonoperating_income", "nonoperating_expense"}),
    ),
    Sum("net_profit", ((1, "total_profit"), (-1, "income_tax")), frozenset({"income_tax"})),
    Sum("operating_cash_flow", ((1, "operating_inflow"), (-1, "operating_outflow"))),
    Sum(
        "net_cash_change",
        ((1, "operating_cash_flow"), (1, "investing_cash_flow"), (1, "financing_cash_flow")),
        severity="warning",  # what exchange rates did stands between
    ),
)
WHOLES = (
    (
        "current_assets",
        (
            "cash", "notes_receivable", "receivables", "prepayments", "other_receivables", "inventory",
            "other_current_assets",
        ),
    ),
    (
        "noncurrent_assets",
        (
            "long_term_investments", "fixed_assets", "construction", "intangible_assets", "other_noncurrent_assets",
        ),
    ),
    (
        "current_liabilities",
        (
            "short_term_loans", "notes_payable", "payables", "advances", "payroll_payable", "other_payables",
            "other_current_liabilities",
        ),
    ),
    ("noncurrent_liabilities", ("long_term_loans", "other_noncurrent_liabilities")),
)  # fmt: skip
"""Totals that their parts together may not exceed; not every part has an account here, so they may stay below."""


def label(code: str) -> str:
    """Give the name of an account."""
    return str(BY_CODE[code].label)


def headings() -> dict[str, str]:
    """Give every name that an account goes by, as in a pasted sheet, with its code."""
    found = {str(account.label).removeprefix("其中: "): account.code for account in ACCOUNTS}
    for column in TABLES["statements"].columns:
        if column.id in BY_CODE:
            found |= dict.fromkeys((column.label.zh, *column.synonyms), column.id)
    return found


def problems_of(figures: Mapping[str, Decimal], unit: int) -> list[Problem]:
    """Give everything that does not agree within a statement; sums may differ by the rounding of the unit entered in."""
    return [*_lacking(figures), *_signs(figures), *_sums(figures, unit), *_wholes(figures, unit)]


def _lacking(figures: Mapping[str, Decimal]) -> Iterator[Problem]:
    for code in NEEDED:
        if code not in figures:
            yield Problem(
                "lacking", _t("没有填“{label}”。").format(label=label(code)), "", _t("补填后再提交。"), facts=(code,)
            )


def _signs(figures: Mapping[str, Decimal]) -> Iterator[Problem]:
    for code, amount in figures.items():
        if amount < 0 and not BY_CODE[code].signed:
            yield Problem(
                "negative", _t("“{label}”是负数。").format(label=label(code)), _t("这个科目不会是负数。"),
                _t("核对符号; 贷方余额应重分类到对应科目。"), facts=(code,),
            )  # fmt: skip


def _sums(figures: Mapping[str, Decimal], unit: int) -> Iterator[Problem]:
    for total in SUMS:
        wanted = [code for _sign, code in total.parts if code not in total.may_lack]
        if total.of not in figures or any(code not in figures for code in wanted):
            continue
        come_to = sum((sign * figures.get(code, Decimal(0)) for sign, code in total.parts), Decimal(0))
        gap = figures[total.of] - come_to
        if abs(gap) <= _rounding(unit, len(total.parts) + 1):
            continue
        right = " ".join(
            f"{'' if place == 0 else '+ ' if sign > 0 else '− '}{label(code)}"
            for place, (sign, code) in enumerate(total.parts)
        )
        yield Problem(
            "does-not-add-up",
            _t("{left} ≠ {right}: 相差 {gap} 元。").format(left=label(total.of), right=right, gap=_money(gap)),
            _t("两边应当相等。"), _t("核对这几个科目的数字、单位和符号。"),
            severity="warning" if total.severity == "warning" else "fault",
            facts=(total.of, *(code for _sign, code in total.parts)),
        )  # fmt: skip


def _wholes(figures: Mapping[str, Decimal], unit: int) -> Iterator[Problem]:
    for whole, parts in WHOLES:
        given = [figures[code] for code in parts if code in figures]
        if whole not in figures or not given:
            continue
        over = sum(given, Decimal(0)) - figures[whole]
        if over > _rounding(unit, len(given) + 1):
            yield Problem(
                "parts-exceed",
                _t("“{whole}”的各项加起来比合计多 {over} 元。").format(whole=label(whole), over=_money(over)),
                _t("部分不会大于整体。"), _t("核对各项和合计。"), facts=(whole,),
            )  # fmt: skip


def _rounding(unit: int, terms: int) -> Decimal:
    return Decimal(unit) * terms / 100


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
