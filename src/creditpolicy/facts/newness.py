"""Facts that say whether a customer is new: since when, and until when, we know anything of how he pays."""

from __future__ import annotations

from creditpolicy.facts.dealings import OF_DEALINGS
from creditpolicy.facts.derived import MONTHS, Derived, Family, Said
from creditpolicy.facts.invoices import OF_INVOICES
from creditpolicy.model import Kind

_ALL = Said(
    "看给出的表: 有效发票、没有取消的订单、收款中最晚的一天。",
    "Of the tables given: the latest of valid invoices, orders not cancelled, and receipts.",
)
_FROM_ONE = Said("月数写在名称里, 1 至 120。", "The months stand in the name, 1 to 120.")

FACTS = (
    Derived(
        "nothing_due_yet",
        Said("还没有到期账款", "Nothing has fallen due"),
        Kind.FLAG,
        Said(
            "新客户: 到这一天还没有一张发票过了到期日, 看不出怎样付款。",
            "A new customer: no invoice is past its due date yet, so that nothing shows how he pays.",
        ),
        Said(
            "只看有效、金额为正、有到期日的发票; 到期日当天还不算过; 没有发票的也为是。",
            "Only valid invoices above zero with a due date; the due date itself is not past; yes also without invoices.",
        ),
        OF_INVOICES,
        "coalesce(fallen_due, 0) = 0",
        of_nobody=True,
    ),
    Derived(
        "months_since_first_invoice",
        Said("首次开票至今月数", "Months since the first invoice"),
        Kind.COUNT,
        Said("首次开票日至这一天的整月数。", "Whole months from the first invoice to the day."),
        Said("不满一个月为 0; 没有发票时缺失。", "0 within the first month; missing without invoices."),
        OF_INVOICES,
        "CASE WHEN first_invoice IS NOT NULL THEN {month_back_of_first_invoice} END",
        MONTHS,
    ),
    Derived(
        "months_since_dealing",
        Said("最近往来至今月数", "Months since the last dealing"),
        Kind.COUNT,
        Said("最近一笔往来至这一天的整月数。", "Whole months from the latest dealing to the day."),
        Said(
            f"{_ALL.zh}不满一个月为 0; 没有往来时缺失。",
            f"{_ALL.en} 0 within the first month; missing without any dealing.",
        ),
        OF_DEALINGS,
        "CASE WHEN last_dealing IS NOT NULL THEN {month_back_of_last_dealing} END",
        MONTHS,
        any_source=True,
    ),
)


def _first_invoiced(months: str) -> Derived:
    return Derived(
        f"first_invoiced_within_{months}_months",
        Said(f"首次开票不满 {months} 个月", f"First invoiced within {months} months"),
        Kind.FLAG,
        Said(
            f"新客户: 首次开票至这一天不满 {months} 个月。",
            f"A new customer: first invoiced less than {months} months before the day.",
        ),
        Said(f"{_FROM_ONE.zh}没有发票的也为是。", f"{_FROM_ONE.en} Yes also without invoices."),
        OF_INVOICES,
        f"first_invoice IS NULL OR {{month_back_of_first_invoice}} < {months}",
        of_nobody=True,
    )


def _no_dealing(months: str) -> Derived:
    return Derived(
        f"no_dealing_for_{months}_months",
        Said(f"{months} 个月没有往来", f"No dealing for {months} months"),
        Kind.FLAG,
        Said(
            f"新客户: 从未往来, 或最近一笔往来至这一天已满 {months} 个月。",
            f"A new customer: no dealing at all, or the latest {months} months or more before the day.",
        ),
        Said(f"{_FROM_ONE.zh}{_ALL.zh}", f"{_FROM_ONE.en} {_ALL.en}"),
        OF_DEALINGS,
        f"last_dealing IS NULL OR {{month_back_of_last_dealing}} >= {months}",
        any_source=True,
        of_nobody=True,
    )


FAMILIES = (
    Family("first_invoiced_within_N_months", _first_invoiced),
    Family("no_dealing_for_N_months", _no_dealing),
)
