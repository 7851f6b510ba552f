"""The verb `credit`: may a customer order so much today, and does every account add up."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command.screen import heading, say
from xinheng.command.starting import initialised
from xinheng.command.words import later

if TYPE_CHECKING:
    from xinheng.credit.core.proving import Difference

DIFFERS = 1
SHOWN = 50


def credit(
    what: Annotated[
        str, typer.Argument(metavar="check|prove", help=later("check 试算一张订单; prove 把每个额度账户重算一遍"))
    ],
    customer: Annotated[str, typer.Option("--customer", metavar=later("编号"), help=later("客户编号"))] = "",
    amount: Annotated[str, typer.Option("--amount", metavar=later("元"), help=later("订单金额"))] = "",
    terms: Annotated[int | None, typer.Option("--terms", metavar=later("天"), help=later("账期"), min=0)] = None,
    company: Annotated[
        str, typer.Option("--company", metavar=later("代码"), help=later("本方公司, 默认的不用写"))
    ] = "",
    currency: Annotated[str, typer.Option("--currency", metavar=later("币种"), help=later("三个大写字母"))] = "CNY",
) -> int:
    """Say whether an order would pass (0 it would, 1 it would not), or prove the accounts (0 they add up, 1 not)."""
    if what not in {"check", "prove"}:
        raise Refusal(_("要写 xinheng credit check 或 xinheng credit prove, 没有“{word}”。").format(word=what))
    if what == "prove":
        initialised()
        return _prove()
    if not customer or not amount:
        raise Refusal(_("要写 xinheng credit check --customer 客户编号 --amount 金额。"))
    wanted = _amount(amount)
    initialised()
    return _check(customer, wanted, terms, company, currency)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Refusal(_("--amount 要写成 120000.00 这样的金额; “{text}”不是。").format(text=text))
    if amount <= 0:
        raise Refusal(_("--amount 要大于 0。"))
    return amount


def _check(number: str, amount: Decimal, terms: int | None, code: str, currency: str) -> int:
    from django.utils import timezone

    from xinheng.credit.core.money import cents
    from xinheng.credit.rules.asking import ask
    from xinheng.credit.rules.examining import Verdict
    from xinheng.customers.models import Customer
    from xinheng.ledger.models import Company

    if not re.fullmatch("[A-Z]{3}", currency):
        raise Refusal(_("--currency 要写成三个大写字母, 如 CNY、USD; “{text}”不是。").format(text=currency))
    seller = Company.objects.filter(code=code).first() if code else None
    if code and seller is None:
        raise Refusal(_("没有代码为“{code}”的本方公司。").format(code=code))
    customer = Customer.objects.filter(number=number).first()
    if customer is None:
        raise Refusal(_("没有编号“{number}”的客户。").format(number=number))
    answer = ask(
        customer, cents(amount), on=timezone.localdate(), terms_days=terms, company=seller, currency=currency
    )  # fmt: skip
    say(answer.said)
    for one in answer.found:
        say(_("{label}: {said} {release}").format(label=one.label, said=one.said, release=one.release))
    return 0 if answer.verdict in (Verdict.PASSED, Verdict.REMINDED) else DIFFERS


def _prove() -> int:
    from django.utils import timezone

    from xinheng.credit.models import Account
    from xinheng.credit.queries import prove_all

    found = prove_all(on=timezone.localdate())
    say(_("重算了 {count} 个额度账户。").format(count=f"{Account.objects.count():,}"))
    if not found:
        say(_("与逐笔变动、预占、额度和单据完全相符。"))
        return 0
    heading(_("发现 {count} 处不符").format(count=f"{len(found):,}"))
    for one in found[:SHOWN]:
        _show(one)
    if len(found) > SHOWN:
        say(_("还有 {count} 处未列出。").format(count=f"{len(found) - SHOWN:,}"))
    return DIFFERS


def _show(one: Difference) -> None:
    def words(amount: int | None) -> str:
        return _("无") if amount is None else f"{Decimal(amount).scaleb(-2):,}"

    say(
        _("账户 {account} {what} {where}: 账上 {stands}, 应为 {should}").format(
            account=one.account or "",
            what=one.what,
            where=one.where,
            stands=words(one.stands),
            should=words(one.should),
        )
    )
