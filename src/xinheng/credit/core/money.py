"""Amounts between the pages and the accounts: decimals there, whole cents here."""

from __future__ import annotations

from decimal import Decimal
from typing import overload

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.credit.models.accounts import MOST


def cents(amount: Decimal) -> int:
    """Give an amount in cents; Refusal where it has parts of a cent, is no number, or is past what an account holds."""
    if not amount.is_finite() or abs(amount) * 100 > MOST:
        raise Refusal(_("金额 {amount} 太大或不是数字。请核对。").format(amount=amount))
    whole = int(amount.scaleb(2))
    if whole != amount.scaleb(2):
        raise Refusal(_("金额 {amount} 有不足一分的零头。请写到分为止。").format(amount=amount))
    return whole


@overload
def yuan(amount: int) -> Decimal: ...
@overload
def yuan(amount: None) -> None: ...
@overload
def yuan(amount: int | None) -> Decimal | None: ...
def yuan(amount: int | None) -> Decimal | None:
    """Give an amount in cents as a decimal with two digits."""
    return None if amount is None else Decimal(amount).scaleb(-2)
