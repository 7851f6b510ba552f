"""Contracts: entered, ended before their day, reversed; and what is let out under them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import (
    amount_of,
    company_for,
    currency_for,
    entered,
    hold,
    not_reversed,
    of_customer,
    reason_of,
    reverse,
)
from xinheng.ledger.models import BASE, ZERO, Company, Contract, LeasedItem
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def enter_contract(
    customer: Customer,
    *,
    number: str,
    signed_on: date,
    by: Person,
    expires_on: date | None = None,
    terms_days: int | None = None,
    breach: str = "",
    amount: Decimal | None = None,
    currency: str = BASE,
    company: Company | None = None,
) -> Contract:
    """Enter a contract; Refusal where the number is taken or it expires before it is signed."""
    demand(by, "ledger.contract", customer)
    if expires_on is not None and expires_on < signed_on:
        raise Refusal(_("有效期 {day} 早于签订日。请核对两个日期。").format(day=expires_on))
    contract = Contract(
        customer=customer, number=number, signed_on=signed_on, expires_on=expires_on, terms_days=terms_days,
        breach=breach.strip(), amount=None if amount is None else amount_of(amount),
        currency=currency_for(currency, signed_on), company=company_for(company, signed_on),
    )  # fmt: skip
    told = {
        "signed_on": str(signed_on), "expires_on": "" if expires_on is None else str(expires_on),
        "terms_days": "" if terms_days is None else str(terms_days),
    }  # fmt: skip
    return entered("ledger.enter_contract", contract, by, told)


@act
def end_contract(contract: Contract, *, by: Person, on: date, why: str) -> Contract:
    """End a contract before its day: from that day on it is not in force."""
    demand(by, "ledger.contract", contract.customer)
    hold(contract.customer)
    contract = Contract.objects.get(pk=contract.pk)
    not_reversed(contract)
    if contract.ended_on:
        raise Refusal(_("合同 {number} 已在 {day} 终止。").format(number=contract.number, day=contract.ended_on))
    contract.ended_on, contract.ended_why = on, reason_of(why)
    contract.save(update_fields=["ended_on", "ended_why"])
    record("ledger.end_contract", contract, by=by, about=contract.customer, why=why, after={"ended_on": str(on)})
    return contract


@act
def reverse_contract(contract: Contract, *, by: Person, on: date, why: str) -> Contract:
    """Reverse a contract that was entered wrongly; refused while orders or leased items stand under it."""
    demand(by, "ledger.contract", contract.customer)
    hold(contract.customer)
    contract = Contract.objects.get(pk=contract.pk)
    not_reversed(contract)
    if contract.orders.filter(reversed_on__isnull=True).exists() or contract.leased.filter(back_on=None).exists():
        raise Refusal(
            _("合同 {number} 下还有订单或在租物品。如果只是不再履行, 请终止合同。").format(number=contract.number)
        )
    return reverse("ledger.reverse_contract", contract, by, on, why)


@act
def lease_out(
    customer: Customer,
    *,
    kind: str,
    number: str,
    out_on: date,
    by: Person,
    rent: Decimal = ZERO,
    per: str = LeasedItem.Per.DAY,
    contract: Contract | None = None,
) -> LeasedItem:
    """Note that a piece was let out to a customer; Refusal while the same piece is out already."""
    demand(by, "ledger.deliver", customer)
    of_customer(contract, customer)
    kind, number = kind.strip(), number.strip()
    if not kind or not number:
        raise Refusal(_("请填写租赁物的种类和编号。"))
    item = LeasedItem(
        customer=customer, kind=kind, number=number, out_on=out_on, rent=amount_of(rent) if rent else ZERO, per=per,
        contract=contract,
    )  # fmt: skip
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as out:
        raise Refusal(_("{item} 还没有归还, 不能再出租。请先登记归还。").format(item=item)) from out
    told = {"item": str(item), "out_on": str(out_on), "rent": str(item.rent), "per": str(item.per)}
    record("ledger.lease_out", item, by=by, about=customer, after=told)
    return item


@act
def take_back(item: LeasedItem, *, by: Person, back_on: date) -> LeasedItem:
    """Note that a leased piece came back."""
    demand(by, "ledger.deliver", item.customer)
    item = LeasedItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.back_on or item.reversed_on:
        raise Refusal(_("{item} 已经归还或作废。").format(item=item))
    if back_on < item.out_on:
        raise Refusal(_("归还日早于出租日 {day}。请核对。").format(day=item.out_on))
    item.back_on = back_on
    item.save(update_fields=["back_on"])
    record("ledger.take_back", item, by=by, about=item.customer, after={"back_on": str(back_on)})
    return item


@act
def reverse_lease(item: LeasedItem, *, by: Person, on: date, why: str) -> LeasedItem:
    """Reverse a leased item that was entered wrongly."""
    demand(by, "ledger.deliver", item.customer)
    item = LeasedItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.reversed_on:
        raise Refusal(_("{item} 已经归还或作废。").format(item=item))
    item.reversed_on, item.reversed_why = on, reason_of(why)
    item.save(update_fields=["reversed_on", "reversed_why"])
    record("ledger.reverse_lease", item, by=by, about=item.customer, why=why)
    return item
