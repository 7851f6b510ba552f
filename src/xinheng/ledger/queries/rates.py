"""Amounts in the base currency: at the rate of a day, which is stated with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.ledger.models import BASE, CENT, Rate


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount in its own currency and in the base currency, with the rate and since when that rate holds."""

    amount: Decimal
    currency: str
    base: Decimal
    rate: Decimal = Decimal(1)
    since: date | None = None


def rate_on(currency: str, on: date) -> Rate | None:
    """Give the rate of a currency that holds on a day: the latest that began by then."""
    return Rate.objects.filter(currency=currency, since__lte=on, reversed_on__isnull=True).order_by("-since").first()


def needed_rate(currency: str, on: date) -> Rate:
    """Give the rate that holds on a day; Refusal where there is none."""
    rate = rate_on(currency, on)
    if rate is None:
        raise Refusal(
            _("没有 {currency} 在 {day} 的汇率, 不能折算成 {base}。请财务先录入这一天或更早起用的汇率。").format(
                currency=currency, day=on, base=BASE
            )
        )
    return rate


def stated(amount: Decimal, currency: str, *, on: date) -> Stated:
    """Give an amount in the base currency at the rate of a day, to the cent; Refusal where no rate is known."""
    if currency == BASE:
        return Stated(amount, currency, amount)
    rate = needed_rate(currency, on)
    return Stated(amount, currency, to_base(amount, rate), rate.plain, rate.since)


def to_base(amount: Decimal, rate: Rate) -> Decimal:
    """Give an amount at a rate, in the base currency to the cent."""
    return (amount * rate.rate).quantize(CENT, rounding=ROUND_HALF_UP)
