"""What may be given to a partner, field by field, each with the class of data that a consent must cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinheng.customers.card import all_fields, fields_for, shown
from xinheng.customers.models import Customer
from xinheng.customers.values import values_in_use
from xinheng.privacy.models import DataClass


@dataclass(frozen=True, slots=True)
class Shareable:
    """One field: its name, its class, and how it is read from a customer."""

    code: str
    label: str | Promise
    of: DataClass
    read: Callable[[Customer], str]


def _identities(customer: Customer) -> str:
    held = customer.identities.filter(withdrawn_at__isnull=True)
    return "; ".join(f"{one.get_kind_display()} {one.number}" for one in held)


def _contacts(customer: Customer) -> str:
    held = customer.contacts.filter(ended_on__isnull=True)
    return "; ".join(" ".join(filter(None, (one.name, one.duty, one.phone, one.email))) for one in held)


def _addresses(customer: Customer) -> str:
    held = customer.addresses.filter(ended_on__isnull=True)
    return "; ".join(f"{one.get_what_display()} {one.region} {one.text}" for one in held)


def _accounts(customer: Customer) -> str:
    held = customer.bank_accounts.filter(ended_on__isnull=True)
    return "; ".join(f"{one.bank} {one.holder} {one.number}" for one in held)


FIXED = (
    Shareable("name", _("名称"), DataClass.BASICS, lambda customer: str(customer.name)),
    Shareable("number", _("客户编号"), DataClass.BASICS, lambda customer: str(customer.number)),
    Shareable("kind", _("类别"), DataClass.BASICS, lambda customer: str(customer.get_kind_display())),
    Shareable("identity", _("身份证件"), DataClass.IDENTITY, _identities),
    Shareable("contacts", _("联系人与电话"), DataClass.CONTACT, _contacts),
    Shareable("addresses", _("地址"), DataClass.CONTACT, _addresses),
    Shareable("accounts", _("银行账户"), DataClass.ACCOUNT, _accounts),
)


def shareable(customer: Customer) -> Mapping[str, Shareable]:
    """Give what may be given away of this customer: the fixed fields, and every field of his card."""
    found = {one.code: one for one in FIXED}
    for field in fields_for(customer.kind):

        def read(customer: Customer, field=field) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
            text = values_in_use([customer.pk], [field.code])[customer.pk].get(field.code, "")
            return shown(field, text) if text else ""

        code = f"card:{field.code}"
        found[code] = Shareable(code, field.label, DataClass.CARD, read)
    return found


def labels() -> Mapping[str, str]:
    """Give the names of everything that may be given away of anybody."""
    fixed = {one.code: str(one.label) for one in FIXED}
    return fixed | {f"card:{code}": str(field.label) for code, field in all_fields().items()}
