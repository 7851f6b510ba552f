"""Acts on contacts, bank accounts, addresses, guarantors and related parties: keeping, ending, looking at a number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.actions.keeping import difference, keep, locked, must_be_open, snapshot, touched
from xinheng.customers.models import Address, BankAccount, Contact, Customer, Guarantor, RelatedParty
from xinheng.customers.models.people import Held
from xinheng.customers.numbers import checked_account, checked_phone
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.vault.masking import masked

Row = TypeVar("Row", bound=Held)
_TOLD: dict[type[Held], tuple[str, ...]] = {
    Contact: ("name", "duty", "birthday", "is_main", "note"),
    BankAccount: ("bank", "holder", "is_main", "note"),
    Address: ("what", "region", "note"),
    Guarantor: ("who", "what", "amount_yuan", "contract", "since", "until", "note"),
    RelatedParty: ("who", "what", "share_percent", "note"),
}
"""What the record tells of each; encrypted columns are told in part or not at all."""


@act
def keep_contact(
    customer: Customer,
    *,
    by: Person,
    on: date,
    contact: Contact | None = None,
    name: str,
    duty: str = "",
    phone: str = "",
    email: str = "",
    birthday: date | None = None,
    is_main: bool = False,
    note: str = "",
) -> Contact:
    """Add a contact, or change one; the main contact takes the place of the one before."""
    demand(by, "customers.edit_contact", customer)
    if not name.strip():
        raise Refusal(_("请填写联系人姓名。"))
    number = checked_phone(phone)
    if number is None and not email.strip():
        raise Refusal(_("电话和邮箱至少填一个, 否则联系不上。"))
    if birthday is not None and birthday > on:
        raise Refusal(_("生日不能在今天之后。"))
    values = {
        "name": name.strip(), "duty": duty.strip(), "phone": number, "email": email.strip() or None,
        "birthday": birthday, "is_main": is_main, "note": note.strip(),
    }  # fmt: skip
    told = {"phone": masked(number, "phone")} if number else {}
    return _kept(customer, contact or Contact(customer=customer), values, by, "customers.keep_contact", told)


@act
def keep_account(
    customer: Customer,
    *,
    by: Person,
    on: date,
    account: BankAccount | None = None,
    bank: str,
    holder: str,
    number: str,
    is_main: bool = False,
    note: str = "",
) -> BankAccount:
    """Add a bank account, or change one."""
    demand(by, "customers.edit", customer)
    if not bank.strip() or not holder.strip():
        raise Refusal(_("请填写开户行和户名。"))
    checked = checked_account(number)
    values = {
        "bank": bank.strip(),
        "holder": holder.strip(),
        "number": checked,
        "is_main": is_main,
        "note": note.strip(),
    }
    told = {"number": masked(checked, "bank_account")}
    return _kept(customer, account or BankAccount(customer=customer), values, by, "customers.keep_account", told)


@act
def keep_address(
    customer: Customer,
    *,
    by: Person,
    on: date,
    address: Address | None = None,
    what: str,
    text: str,
    region: str = "",
    note: str = "",
) -> Address:
    """Add an address, or change one."""
    demand(by, "customers.edit_contact", customer)
    if len(text.strip()) < 4:
        raise Refusal(_("请填写完整的地址。"))
    values = {"what": what, "text": text.strip(), "region": region.strip(), "note": note.strip()}
    return _kept(customer, address or Address(customer=customer), values, by, "customers.keep_address", {})


@act
def keep_guarantor(
    customer: Customer,
    *,
    by: Person,
    on: date,
    guarantee: Guarantor | None = None,
    guarantor: Customer | None = None,
    name: str = "",
    what: str,
    amount_yuan: Decimal | None = None,
    contract: str = "",
    since: date,
    until: date | None = None,
    note: str = "",
) -> Guarantor:
    """Add a guarantee given by another customer or somebody outside, or change one."""
    demand(by, "customers.edit", customer)
    _one_of(customer, guarantor, name, by)
    if amount_yuan is not None and amount_yuan <= 0:
        raise Refusal(_("担保金额要大于 0; 没有约定金额就留空。"))
    if until is not None and until < since:
        raise Refusal(_("担保的止期早于起期, 请核对。"))
    values = {
        "guarantor": guarantor, "name": name.strip(), "what": what, "amount_yuan": amount_yuan,
        "contract": contract.strip(), "since": since, "until": until, "note": note.strip(),
    }  # fmt: skip
    row = guarantee or Guarantor(customer=customer, since=since)
    return _kept(customer, row, values, by, "customers.keep_guarantor", {})


@act
def keep_related(
    customer: Customer,
    *,
    by: Person,
    on: date,
    related: RelatedParty | None = None,
    other: Customer | None = None,
    name: str = "",
    what: str,
    share_percent: Decimal | None = None,
    note: str = "",
) -> RelatedParty:
    """Add a related party, or change one."""
    demand(by, "customers.edit", customer)
    _one_of(customer, other, name, by)
    if share_percent is not None and not 0 <= share_percent <= 100:
        raise Refusal(_("持股比例应在 0 至 100 之间。"))
    values = {"other": other, "name": name.strip(), "what": what, "share_percent": share_percent, "note": note.strip()}
    return _kept(customer, related or RelatedParty(customer=customer), values, by, "customers.keep_related", {})


def _one_of(customer: Customer, other: Customer | None, name: str, by: Person) -> None:
    if (other is None) == (not name.strip()):
        raise Refusal(_("请选择本公司的一个客户, 或填写名称, 两者取一。"))
    if other is not None:
        demand(by, "customers.see", other)
        if other.pk == customer.pk:
            raise Refusal(_("不能是客户自己。"))


def _kept(customer: Customer, row: Row, values: dict[str, Any], by: Person, name: str, told: dict[str, Any]) -> Row:
    must_be_open(locked(customer))
    if row.pk is not None:
        row.refresh_from_db()
        if row.ended_on is not None:
            raise Refusal(_("这一条已经停用, 不能再改。请新增一条。"))
    fields = _TOLD[type(row)]
    before = snapshot(row, fields) if row.pk is not None else {}
    for field, value in values.items():
        setattr(row, field, value)
    if values.get("is_main"):
        for main in (
            type(row)._default_manager.filter(customer=customer, is_main=True, ended_on=None).exclude(pk=row.pk)
        ):
            main.is_main = False  # type: ignore[attr-defined]
            keep(main, by)
    try:
        with transaction.atomic():
            keep(row, by)
    except IntegrityError:
        raise Refusal(_("这一条已经登记过, 不用重复登记。")) from None
    touched(customer, by)
    old, new = difference(before, snapshot(row, fields))
    record(name, row, by=by, about=customer, before=old if before else None, after={**new, **told})
    return row


@act
def end_held(row: Held, *, by: Person, on: date, why: str) -> Held:
    """End a contact, account, address, guarantee or related party; it stays to be seen in the history."""
    customer: Customer = row.customer  # type: ignore[attr-defined]
    demand(by, "customers.edit_contact" if isinstance(row, Contact | Address) else "customers.edit", customer)
    must_be_open(locked(customer))
    row.refresh_from_db()
    if row.ended_on is not None:
        raise Refusal(_("这一条已经停用。"))
    if not why.strip():
        raise Refusal(_("请写明停用的原因。"))
    row.ended_on = on
    keep(row, by)
    touched(customer, by)
    record("customers.end_held", row, by=by, about=customer, why=why, before=snapshot(row, _TOLD[type(row)]))
    return row


@act
def show_contact(contact: Contact, *, by: Person) -> str:
    """Give the whole phone of a contact; the look leaves a line."""
    demand(by, "customers.see_contact", contact.customer)
    record("customers.show_contact", contact, by=by, about=contact.customer, look=True)
    return contact.phone or ""


@act
def show_account(account: BankAccount, *, by: Person, why: str) -> str:
    """Give the whole number of an account to somebody who may see it and says why; the look leaves a line."""
    demand(by, "customers.see_account", account.customer)
    if len(why.strip()) < 4:
        raise Refusal(_("请写明查看完整账号的用途, 如“核对付款信息”。"))
    record("customers.show_account", account, by=by, about=account.customer, why=why.strip(), look=True)
    return str(account.number)
