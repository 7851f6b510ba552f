"""Numbers of customers: KH, the year and a running number, each given once however many ask at a time."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.customers.models import Alias, Customer, NumberSeries

PREFIX = "KH"


def next_number(on: date) -> str:
    """Give the next free number of the year; the row of the series is locked until the transaction ends."""
    prefix = f"{PREFIX}{on.year}"
    NumberSeries.objects.bulk_create([NumberSeries(prefix=prefix)], ignore_conflicts=True)
    while True:
        NumberSeries.objects.filter(prefix=prefix).update(last=F("last") + 1)
        number = str(NumberSeries.objects.get(prefix=prefix))
        if not is_taken(number):
            return number


def checked(number: str) -> str:
    """Give a number somebody chose; Refusal where it is taken or cannot be one."""
    chosen = number.strip()
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_./-]{0,29}", chosen):
        raise Refusal(_("客户编号只能用字母、数字和 _ . / -, 最多 30 个字符: 请改写, 或留空由系统编号。"))
    if is_taken(chosen):
        raise Refusal(
            _("客户编号 {number} 已经用过, 编号不重复使用: 请换一个, 或留空由系统编号。").format(number=chosen)
        )
    return chosen


def is_taken(number: str) -> bool:
    """Say whether a customer has, or had, the number."""
    return (
        Customer.objects.filter(number=number).exists()
        or Alias.objects.filter(what=Alias.What.NUMBER, text=number).exists()
    )
