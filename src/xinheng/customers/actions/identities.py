"""Acts on papers that say who a customer is: entering, verifying by another hand, looking at a number."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.actions.keeping import keep, locked, must_be_open, told, touched
from xinheng.customers.models import Customer, Identity, IdentityKind, Outcome, Verification
from xinheng.customers.models.identity import NUMBER_INDEX
from xinheng.customers.numbers import birthday_of, checked_number, kinds_for, mask_of
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.vault.index import blind
from xinheng.vault.masking import masked
from xinheng.workflow.actions import settle_items

REASON_AT_LEAST = 4
"""Letters that a reason for looking at a number must have: one says why, not "看看"."""


@act
def add_identity(
    customer: Customer,
    *,
    by: Person,
    on: date,
    kind: str,
    number: str,
    issued_by: str = "",
    valid_until: date | None = None,
) -> Identity:
    """Enter a paper; refused where another file holds the same number, which the database holds for good."""
    demand(by, "customers.edit", customer)
    must_be_open(locked(customer))
    if kind not in kinds_for(customer.kind):
        fitting = listed(str(one.label) for one in kinds_for(customer.kind))
        raise Refusal(
            _("{customer}客户的证件只能是: {kinds}。").format(customer=customer.get_kind_display(), kinds=fitting)
        )
    checked = checked_number(kind, number)
    if kind == IdentityKind.RESIDENT_ID and birthday_of(checked) > on:
        raise Refusal(_("居民身份证填写有误: 出生日期在今天之后。请对照证件重新填写。"))
    identity = Identity(
        customer=customer,
        kind=kind,
        number=checked,
        issued_by=issued_by.strip(),
        valid_until=valid_until,
        entered_by=by,
    )
    try:
        with transaction.atomic():
            keep(identity, by)
    except IntegrityError:
        raise Refusal(_held_by(kind, checked, customer, by, on)) from None
    touched(customer, by)
    record(
        "customers.add_identity", identity, by=by, about=customer,
        after={"kind": kind, "number": masked(checked, mask_of(kind)), "valid_until": str(valid_until or "")},
    )  # fmt: skip
    return identity


def _held_by(kind: str, number: str, customer: Customer, by: Person, on: date) -> str:
    index = blind(number, NUMBER_INDEX)
    held = Identity.objects.filter(kind=kind, number_index=index, withdrawn_at__isnull=True).select_related("customer")
    other = held.first()
    if other is not None and other.customer_id == customer.pk:
        return _("这份证件已经登记在本客户名下, 不用重复登记。")
    label = IdentityKind(kind).label
    if other is None:
        return _("这个{kind}刚刚被另一份档案登记。请刷新后再试。").format(kind=label)
    return _("这个{kind}已经登记在{other}。同一客户只建一份档案; 确属重复, 请档案管理员合并。").format(
        kind=label, other=told(other.customer, by, on)
    )


@act
def withdraw_identity(identity: Identity, *, by: Person, on: date, why: str) -> Identity:
    """Take back a paper that was entered wrongly or is no longer in force; the row stays."""
    customer = identity.customer
    demand(by, "customers.edit", customer)
    must_be_open(locked(customer))
    if identity.withdrawn_at is not None:
        raise Refusal(_("这份证件已经作废。"))
    if not why.strip():
        raise Refusal(_("请写明作废的原因。"))
    identity.withdrawn_at = timezone.now()
    keep(identity, by)
    touched(customer, by)
    record(
        "customers.withdraw_identity", identity, by=by, about=customer, why=why,
        before={"kind": identity.kind, "number": masked(identity.number, mask_of(identity.kind))},
    )  # fmt: skip
    return identity


@act
def verify_identity(
    identity: Identity,
    *,
    by: Person,
    on: date,
    method: str,
    outcome: str,
    evidence: str,
    paper: str = "",
    valid_until: date | None = None,
) -> Verification:
    """Note that a paper was verified, by somebody who did not enter it."""
    customer = identity.customer
    demand(by, "customers.verify", customer)
    must_be_open(locked(customer))
    if identity.withdrawn_at is not None:
        raise Refusal(_("这份证件已经作废, 不用核实。"))
    if identity.entered_by_id == by.pk:
        raise Refusal(_("录入证件的人不能自己核实。请由另一位有核实权限的同事办理。"))
    if not evidence.strip():
        raise Refusal(_("请写明核实依据: 查了哪个系统、看了哪份原件、结果编号是多少。"))
    if valid_until is not None and valid_until < on:
        raise Refusal(_("核实有效期不能早于今天。"))
    done = Verification.objects.create(
        identity=identity, method=method, outcome=outcome, evidence=evidence.strip(), paper=paper, verified_by=by,
        verified_on=on, valid_until=valid_until if outcome == Outcome.MATCHES else None,
    )  # fmt: skip
    record(
        "customers.verify", identity, by=by, about=customer,
        after={"method": method, "outcome": outcome, "evidence": evidence.strip(), "valid_until": str(valid_until or "")},
    )  # fmt: skip
    if outcome == Outcome.MATCHES:
        settle_items(identity, act="reverify", by=by, on=on, remarks=_("已重新核实。"))
    return done


@act
def show_identity(identity: Identity, *, by: Person, why: str) -> str:
    """Give the whole number to somebody who may see it and says why; the look leaves a line."""
    demand(by, "customers.see_identity", identity.customer)
    if len(why.strip()) < REASON_AT_LEAST:
        raise Refusal(_("请写明查看完整证件号码的用途, 如“签订合同核对”。"))
    record("customers.show_identity", identity, by=by, about=identity.customer, why=why.strip(), look=True)
    return str(identity.number)
