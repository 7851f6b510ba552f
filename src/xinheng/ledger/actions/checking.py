"""What every act on documents asks: an amount to the cent, a currency with a rate, a number that is free, a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import record
from xinheng.customers.models import Customer, Status
from xinheng.ledger.models import BASE, CENT, Company, Contract, Delivery, Invoice, Order, Receipt
from xinheng.ledger.queries.rates import needed_rate
from xinheng.org.models import Person

AnyDocument = Contract | Order | Delivery | Invoice | Receipt
D = TypeVar("D", Contract, Order, Delivery, Invoice, Receipt)
CURRENCY = re.compile(r"[A-Z]{3}")


def hold(customer: Customer) -> None:
    """Let one act at a time change a customer's books; what is read after this is what it is."""
    Customer.objects.select_for_update(no_key=True).only("pk").get(pk=customer.pk)


def still_buys(customer: Customer) -> None:
    """Refuse a new order of a customer whose file was closed, or went into another; what he owes goes on."""
    status = Customer.objects.values_list("status", flat=True).get(pk=customer.pk)
    if status == Status.CLOSED:
        raise Refusal(_("“{name}”已停用, 不能再下订单。确需下单, 请先恢复启用。").format(name=customer.name))


def amount_of(amount: Decimal) -> Decimal:
    """Give an amount above zero, to the cent."""
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise Refusal(_("金额 {amount} 不是到分的金额。请写成两位小数。").format(amount=amount))
    if amount <= 0:
        raise Refusal(_("金额要大于 0。"))
    return amount.quantize(CENT)


def reason_of(why: str) -> str:
    """Give a reason that says something."""
    if not why.strip():
        raise Refusal(_("请写明原因。"))
    return why.strip()


def company_for(company: Company | None, on: date) -> Company:
    """Give the company of the group that a document belongs to: the default one where none is named."""
    found = company or Company.default()
    if found.ended_on is not None and on >= found.ended_on:
        raise Refusal(_("{company} 自 {day} 起已停用, 不能再录入单据。").format(company=found, day=found.ended_on))
    return found


def currency_for(currency: str, on: date) -> str:
    """Give a currency that can be stated in the base currency on the day of a document."""
    if not CURRENCY.fullmatch(currency):
        raise Refusal(_("币种 {currency} 要写成三个大写字母, 例如 CNY、USD。").format(currency=currency))
    if currency != BASE:
        needed_rate(currency, on)
    return currency


def of_customer(document: AnyDocument | None, customer: Customer) -> None:
    """Refuse a document of another customer, or one that was reversed."""
    if document is None:
        return
    if document.customer_id != customer.pk:
        raise Refusal(_("单据 {number} 不是这个客户的。请选这个客户的, 或留空。").format(number=document.number))
    not_reversed(document)


def not_reversed(document: AnyDocument) -> None:
    """Refuse what was reversed already."""
    if document.reversed_on:
        raise Refusal(_("单据 {number} 已在 {day} 冲销。").format(number=document.number, day=document.reversed_on))


def entered(name: str, document: D, by: Person, told: Mapping[str, Any]) -> D:
    """Store a document under a number that is free, and write its line."""
    document.number = document.number.strip()
    if not document.number:
        raise Refusal(_("请填写单据号。"))
    document.entered_by = by
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as taken:
        raise Refusal(
            _("这个客户已有单据号 {number}。如果是同一张, 不必再录; 如果不是, 请核对单据号。").format(
                number=document.number
            )
        ) from taken
    told = {"amount": str(document.amount or ""), "currency": document.currency, **told}
    record(name, document, by=by, about=document.customer, after={key: told[key] for key in told if told[key]})
    return document


def reverse(name: str, document: D, by: Person, on: date, why: str) -> D:
    """Reverse a document from a day on; it stays, and its number may be used again."""
    document.reversed_on, document.reversed_why = on, reason_of(why)
    document.save()
    before = {"amount": str(document.amount or "")}
    record(name, document, by=by, about=document.customer, why=why, before=before)
    return document
