"""What all acts on a file share: locking it, saving with who did it, and telling what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer, Status
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.org.queries import people_in_role
from xinheng.org.roles import Role


def locked(customer: Customer) -> Customer:
    """Read the file anew and hold it until the transaction ends; gives the same object."""
    customer.refresh_from_db(from_queryset=Customer.objects.select_for_update(of=("self",)))
    return customer


def must_be_open(customer: Customer) -> None:
    """Refuse to change a file that is closed."""
    if customer.status == Status.CLOSED:
        raise Refusal(_("“{name}”已停用, 不能再改。确需修改, 请先恢复启用。").format(name=customer.name))


def keep(row: models.Model, by: Person) -> None:
    """Save a row, with who did it in its history."""
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


def touched(customer: Customer, by: Person) -> None:
    """Note who edited the file last, and renew what it is found by."""
    from xinheng.customers.search import search_text

    customer.last_edited_by = by
    customer.search_text = search_text(customer)
    Customer.objects.filter(pk=customer.pk).update(last_edited_by=by, search_text=customer.search_text)


def plain(value: Any) -> Any:
    """Give a value as the record holds it: text, number or nothing."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def snapshot(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Give some fields of a row as the record holds them."""
    return {name: plain(getattr(row, name)) for name in names}


def difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give of two snapshots only what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def told(holder: Customer, by: Person, on: date) -> str:
    """Say which file already holds something: its name where the person may see it, else whom to ask."""
    if may(by, "customers.see", holder):
        return _("客户“{name}” (编号 {number})").format(name=holder.name, number=holder.number)
    archivists = listed(people_in_role(Role.ARCHIVIST, on=on).values_list("full_name", flat=True)[:3])
    return _("另一份您无权查看的档案, 请联系档案管理员{archivists}核对").format(
        archivists=f" {archivists} " if archivists else ""
    )
