"""The dimensions of document 003 that follow from dealings: time, phase of the deal, and standing; and their lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from xinheng.customers.dealings import Dealings


class TimePhase(models.TextChoices):
    """By time: how long there have been dealings."""

    OLD = "old", _("老客户")
    NEW = "new", _("新客户")
    FUTURE = "future", _("未来客户")


class DealPhase(models.TextChoices):
    """By the course of dealing."""

    HAD = "had", _("曾有交易")
    HAS = "has", _("正在交易")
    WILL_HAVE = "will_have", _("即将交易")


class SizeClass(models.TextChoices):
    """By quantity and standing."""

    MAIN = "main", _("主力客户")
    ORDINARY = "ordinary", _("一般客户")
    OCCASIONAL = "occasional", _("零散客户")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the document leaves open, as it is drawn here, and why there."""

    value: Decimal
    unit: str
    why: str


NEW_FOR_MONTHS = Line(Decimal(12), "个月", "往来满一年, 历过一个完整的结算年度, 才算老客户")
DEALING_WITHIN_MONTHS = Line(Decimal(12), "个月", "一年内没有新的往来, 也没有欠款和在手订单, 视为交易已中断")
MAIN_SALES_YUAN = Line(Decimal(1_000_000), "元", "近 12 个月销售额; 请按本公司规模确认")
MAIN_DEALS = Line(Decimal(6), "笔", "近 12 个月往来笔数; 一次性的大单不使客户成为主力")
ORDINARY_SALES_YUAN = Line(Decimal(100_000), "元", "近 12 个月销售额; 请按本公司规模确认")
ORDINARY_DEALS = Line(Decimal(4), "笔", "近 12 个月往来笔数; 平均每季一笔")
LINES = {
    "NEW_FOR_MONTHS": NEW_FOR_MONTHS,
    "DEALING_WITHIN_MONTHS": DEALING_WITHIN_MONTHS,
    "MAIN_SALES_YUAN": MAIN_SALES_YUAN,
    "MAIN_DEALS": MAIN_DEALS,
    "ORDINARY_SALES_YUAN": ORDINARY_SALES_YUAN,
    "ORDINARY_DEALS": ORDINARY_DEALS,
}
"""Every line, in one place: document 003 names the classes and gives no figure, so all of these are assumed."""


def time_phase(dealings: Dealings, on: date) -> TimePhase:
    """Say whether a customer is old, new or to come."""
    if dealings.first_on is None or dealings.first_on > on:
        return TimePhase.FUTURE
    return TimePhase.NEW if dealings.first_on > months_before(on, int(NEW_FOR_MONTHS.value)) else TimePhase.OLD


def deal_phase(dealings: Dealings, on: date) -> DealPhase:
    """Say whether there were, are or will be dealings; what is owed or on order counts as going on."""
    if dealings.first_on is None or dealings.first_on > on:
        return DealPhase.WILL_HAVE
    recent = dealings.last_on is not None and dealings.last_on > months_before(on, int(DEALING_WITHIN_MONTHS.value))
    return DealPhase.HAS if recent or dealings.owed > 0 or dealings.open_orders > 0 else DealPhase.HAD


def size_class(dealings: Dealings) -> SizeClass:
    """Say whether a customer is main, ordinary or occasional by the last twelve months."""
    if dealings.sales_12m >= MAIN_SALES_YUAN.value and dealings.deals_12m >= MAIN_DEALS.value:
        return SizeClass.MAIN
    if dealings.sales_12m >= ORDINARY_SALES_YUAN.value or dealings.deals_12m >= ORDINARY_DEALS.value:
        return SizeClass.ORDINARY
    return SizeClass.OCCASIONAL


def months_before(on: date, months: int) -> date:
    """Give the same day `months` before, or the last day of that month where it is shorter."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    day = on.day
    while True:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1
