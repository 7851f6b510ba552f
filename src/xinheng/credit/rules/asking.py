"""The simulator: may this customer order so much today? Nothing is stored, nothing is reserved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from xinheng.credit.models import Account, Grant
from xinheng.credit.rules.examining import Verdict, examine
from xinheng.credit.rules.fired import Fired, money
from xinheng.credit.rules.looking import look
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company


@dataclass(frozen=True, slots=True)
class Answer:
    """What would become of an order; amounts in cents, `limit` and `free` None where no limit is set."""

    verdict: Verdict
    said: str
    found: tuple[Fired, ...]
    limit: int | None
    used: int
    reserved: int
    free: int | None


def ask(
    customer: Customer, amount: int, *, on: date, terms_days: int | None = None, company: Company | None = None,
    currency: str = BASE, single: Grant | None = None,
) -> Answer:  # fmt: skip
    """Say what would become of an order (cents) today, in words."""
    seller = company or Company.default()
    account = Account.objects.filter(customer=customer, company=seller, currency=currency).first()
    case = look(
        account or Account(customer=customer, company=seller, currency=currency), amount, on=on, terms_days=terms_days
    )
    found = examine(case, single=single)
    more = single.amount if single is not None else 0
    free = None if case.granted is None else case.granted + more - case.account.used - case.reserved
    return Answer(
        found.verdict, _words(found.verdict, amount, free, found.found), found.found, case.granted, case.account.used,
        case.reserved, free,
    )  # fmt: skip


def _words(verdict: Verdict, amount: int, free: int | None, found: tuple[Fired, ...]) -> str:
    if verdict == Verdict.PASSED:
        if free is None:
            return _("可以下单 {amount} 元; 没有核定额度, 不按金额检查。").format(amount=money(amount))
        if free < amount:
            return _("可以下单 {amount} 元; 下单后超出额度 {over} 元, 制度允许。").format(
                amount=money(amount), over=money(amount - free)
            )
        return _("可以下单 {amount} 元; 下单后还余 {rest} 元。").format(amount=money(amount), rest=money(free - amount))
    if verdict == Verdict.REMINDED:
        return _("可以下单 {amount} 元, 但请注意下面的提醒。").format(amount=money(amount))
    who = "、".join(dict.fromkeys(one.release_role for one in found if one.release_role and one.strength != "remind"))
    if verdict == Verdict.HELD:
        return _("现在不能下单 {amount} 元; 可由{who}特批。").format(amount=money(amount), who=who or _("有权人"))
    if who:
        return _("禁止下单 {amount} 元; 例外须由{who}特批。").format(amount=money(amount), who=who)
    return _("禁止下单 {amount} 元。").format(amount=money(amount))
