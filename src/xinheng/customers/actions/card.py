"""Acts on the archive card: bringing a value, taking it back, deciding between values, opening the confidential part."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.actions.keeping import locked, must_be_open, touched
from xinheng.customers.card import TRUST_OF, Field, all_fields, field_named, read, shown
from xinheng.customers.models import CardValue, Customer, Settlement, Source, Trust
from xinheng.customers.values import card_of
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def add_value(
    customer: Customer,
    *,
    by: Person,
    on: date,
    field: str,
    value: str,
    source: str,
    as_of: date,
    source_detail: str = "",
    trust: int | None = None,
) -> CardValue:
    """Bring a value of one field of the card, with where it comes from and of what day it is.

    `trust` is that of the source (`card.TRUST_OF`) unless said otherwise, which needs `source_detail` for a reason.
    """
    demand(by, "customers.enter_value", customer)
    must_be_open(locked(customer))
    wanted = field_named(field, customer.kind)
    _check_source(source, as_of, trust, source_detail, on)
    text = read(wanted, value)
    row = CardValue.objects.create(
        customer=customer, field=field, plain="" if wanted.is_confidential else text,
        sealed=text if wanted.is_confidential else None, source=source, source_detail=source_detail.strip(),
        as_of=as_of, trust=trust or TRUST_OF[source], entered_by=by,
    )  # fmt: skip
    touched(customer, by)
    record(
        "customers.add_value", customer, by=by,
        after={
            "field": str(wanted.label), "value": _in_record(wanted, row), "source": source,
            "as_of": as_of.isoformat(), "trust": int(row.trust),
        },
    )  # fmt: skip
    return row


def _check_source(source: str, as_of: date, trust: int | None, detail: str, on: date) -> None:
    if source not in Source.values:
        raise Refusal(_("请选择资料来源。"))
    if as_of > on:
        raise Refusal(_("“截至”日期 {as_of} 在今天之后: 请填资料所反映的那一天。").format(as_of=as_of))
    if trust is not None and trust not in Trust.values:
        raise Refusal(_("请选择可信度。"))
    if trust is not None and trust > TRUST_OF[source] and not detail.strip():
        raise Refusal(_("可信度高于这种来源的通常水平, 请在来源说明里写明凭什么。"))


def _in_record(field: Field, row: CardValue) -> str:
    return _("(保密)") if field.is_confidential else shown(field, row.text)


@act
def withdraw_value(value: CardValue, *, by: Person, on: date, why: str) -> CardValue:
    """Take a value back because it was wrong; it stays to be seen in the history."""
    customer = value.customer
    demand(by, "customers.enter_value", customer)
    must_be_open(locked(customer))
    value = CardValue.objects.select_for_update(of=("self",)).get(pk=value.pk)
    if value.withdrawn_at is not None:
        raise Refusal(_("这一条已经撤回。"))
    if not why.strip():
        raise Refusal(_("请写明撤回的原因。"))
    value.withdrawn_by, value.withdrawn_at, value.withdrawn_why = by, timezone.now(), why.strip()[:200]
    value.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
    touched(customer, by)
    field = all_fields().get(value.field)
    before: dict[str, Any] = {"field": str(field.label) if field else value.field}
    if field is not None:
        before["value"] = _in_record(field, value)
    record("customers.withdraw_value", customer, by=by, why=why, before=before)
    return value


@act
def settle_conflict(value: CardValue, *, by: Person, on: date, why: str) -> Settlement:
    """Decide that this value is the one in use, until a newer one comes."""
    customer = value.customer
    demand(by, "customers.settle", customer)
    must_be_open(locked(customer))
    line = next((one for one in card_of(customer) if one.field.code == value.field), None)
    standing = [] if line is None or line.current is None else [line.current, *line.against, *line.others]
    if line is None or value.pk not in {one.pk for one in standing}:
        raise Refusal(_("这一条已经撤回, 不能采用。"))
    if len({one.text for one in standing}) < 2:
        raise Refusal(_("“{label}”只有一种说法, 不用选定。").format(label=line.field.label))
    if not why.strip():
        raise Refusal(_("请写明采用这一条的理由。"))
    settled = Settlement.objects.create(
        customer=customer, field=value.field, value=value, why=why.strip()[:200], settled_by=by
    )
    touched(customer, by)
    assert line.current is not None
    record(
        "customers.settle", customer, by=by, why=why,
        before={"field": str(line.field.label), "value": _in_record(line.field, line.current)},
        after={"field": str(line.field.label), "value": _in_record(line.field, value), "source": value.source},
    )  # fmt: skip
    return settled


@act
def look_at_card(customer: Customer, *, by: Person, why: str = "") -> None:
    """Note that somebody opened the confidential part of the card."""
    demand(by, "customers.see_confidential", customer)
    record("customers.look_at_card", customer, by=by, why=why, look=True)
