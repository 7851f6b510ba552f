"""What one row would do to what a customer has: papers, contact, address, account, and values of the card."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from creditpolicy.tables.cells import Exact
from xinheng.customers.card import shown
from xinheng.customers.importing.fields import CARD, words
from xinheng.customers.importing.standing import paper_index
from xinheng.customers.models import Address, BankAccount, Customer, IdentityKind, Kind
from xinheng.customers.numbers import checked_account, checked_number, checked_phone, kinds_for, mask_of, written
from xinheng.vault.masking import masked

if TYPE_CHECKING:
    from xinheng.customers.importing.planning import RowPlan


def plan_holdings(plan: RowPlan, known: Customer | None, kind: str, name: str) -> None:
    """Note what would be added or changed of what the customer has, and why it cannot be."""
    _identity(plan, known, kind)
    _contact(plan, known, kind, name)
    _address(plan, known, kind)
    _account(plan, known, name)
    _values(plan, known, kind)


def _identity(plan: RowPlan, known: Customer | None, kind: str) -> None:
    number = plan.text("identity")
    if not number or not kind:
        return
    paper = words(IdentityKind).get(plan.text("identity_kind"), "") or _paper_of(kind, number)
    if paper not in kinds_for(kind):
        plan.fail(_("这类客户没有这种证件。"), "identity_kind")
        return
    try:
        number = checked_number(paper, number)
    except Refusal as refused:
        plan.fail(refused.message, "identity")
        return
    index = paper_index(plan.row)
    held = plan.standing.identities.get(known.pk, []) if known else []
    if any(each.kind == paper and each.number_index == index for each in held):
        return
    if any(each.kind == paper for each in held):
        plan.fail(_("证件号码与档案里的不同。证件不能用导入更改, 请在客户页办理。"), "identity")
        return
    plan.to_do.identity = (paper, number)
    plan.differs(_("证件号码"), "", masked(number, mask_of(paper)))


def _contact(plan: RowPlan, known: Customer | None, kind: str, name: str) -> None:
    given = {key: plan.text(f"contact_{key}") for key in ("duty", "phone", "email")}
    who = plan.text("contact") or (name or (known.name if known else "") if kind == Kind.PERSON else "")
    if not any(given.values()):
        if plan.text("contact"):
            plan.fail(_("填了联系人, 要有联系电话或联系邮箱。"), "contact")
        return
    if not who:
        plan.fail(_("填了联系电话, 要有联系人。"), "contact")
        return
    try:
        given["phone"] = checked_phone(given["phone"]) or ""
    except Refusal as refused:
        plan.fail(refused.message, "contact_phone")
        return
    held = next(
        (each for each in (plan.standing.contacts.get(known.pk, []) if known else []) if each.name == who), None
    )
    now = (
        {"duty": held.duty, "phone": held.phone or "", "email": held.email or ""} if held else dict.fromkeys(given, "")
    )
    after = {key: value or now[key] for key, value in given.items()}
    if not after["phone"] and not after["email"]:
        plan.fail(_("填了联系人, 要有联系电话或联系邮箱。"), "contact")
    elif held is None or after != now:
        plan.to_do.contact = {"contact": held, "name": who, **after}
        if held is None:
            plan.differs(_("联系人"), "", who)
        for key, label in (("duty", _("联系人职务")), ("phone", _("联系电话")), ("email", _("联系邮箱"))):
            if after[key] != now[key]:
                plan.differs(label, _masked(key, now[key]), _masked(key, after[key]))


def _address(plan: RowPlan, known: Customer | None, kind: str) -> None:
    text = plan.text("address")
    if not text:
        return
    if len(text) < 4:
        plan.fail(_("请填写完整的地址。"), "address")
        return
    what = Address.What.HOME if kind == Kind.PERSON else Address.What.REGISTERED
    held = [each for each in (plan.standing.addresses.get(known.pk, []) if known else []) if each.what == what]
    if any(each.text == text for each in held):
        return
    plan.to_do.address = {"address": held[0] if held else None, "what": what, "text": text}
    plan.differs(_("地址"), masked(str(held[0].text), "text") if held else "", masked(text, "text"))


def _account(plan: RowPlan, known: Customer | None, name: str) -> None:
    bank, number = plan.text("bank"), plan.text("account")
    if not number and not bank:
        return
    if not number or not bank:
        plan.fail(_("开户行和银行账号要一起填。"), "account" if bank else "bank")
        return
    try:
        number = checked_account(number)
    except Refusal as refused:
        plan.fail(refused.message, "account")
        return
    held: BankAccount | None = next(
        (each for each in (plan.standing.accounts.get(known.pk, []) if known else []) if each.number == number),
        None,
    )
    if held is not None and held.bank == bank:
        return
    holder = held.holder if held else name or (known.name if known else "")
    plan.to_do.account = {
        "account": held, "bank": bank, "holder": holder, "number": number, "is_main": held.is_main if held else False,
    }  # fmt: skip
    plan.differs(_("银行账户"), held.bank if held else "", f"{bank} {masked(number, 'bank_account')}")


def _values(plan: RowPlan, known: Customer | None, kind: str) -> None:
    given = plan.value("as_of")
    plan.to_do.as_of = given if isinstance(given, date) else plan.asked.on
    if plan.to_do.as_of > plan.asked.on:
        plan.fail(_("“资料截至”在今天之后。"), "as_of")
    standing = plan.standing.values.get(known.pk, []) if known else []
    source = plan.asked.options.get("source", "other")
    for key, value in plan.row.values.items():
        if not key.startswith(CARD) or value is None or value == "":
            continue
        line = plan.card.get(key.removeprefix(CARD))
        if line is None:
            continue
        if line.kinds and kind not in line.kinds:
            plan.fail(_("“{label}”这类客户不用填。").format(label=line.label), key)
            continue
        text = _canonical(value)
        same = [each for each in standing if each.field == line.code and each.source == source]
        if any(each.text == text for each in same):
            continue
        plan.to_do.values[line.code] = text
        before = shown(line, same[-1].text) if same and not line.is_confidential else ""
        plan.differs(str(line.label), before, _("(保密)") if line.is_confidential else shown(line, text))


def _paper_of(kind: str, number: str) -> str:
    plain = written(number)
    if kind != Kind.PERSON:
        return IdentityKind.ORGANISATION_CODE if len(plain) == 9 else IdentityKind.USCC
    if re.fullmatch(r"[HM]\d{8}(\d{2})?", plain):
        return IdentityKind.HK_MACAO_PERMIT
    return IdentityKind.RESIDENT_ID


def _canonical(value: Exact) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value.strip()


def _masked(key: str, value: str) -> str:
    return value if key == "duty" else masked(value, "phone" if key == "phone" else "email")
