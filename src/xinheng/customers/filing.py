"""Filing a customer: the procedure, what the workflow asks of a customer, and what a decision does to the file."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from xinheng.audit.record import Actor, record
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.workflow.procedures import Procedure, Step

if TYPE_CHECKING:
    from xinheng.customers.models import Customer

FILING = Procedure(
    key="customers.file",
    steps=(
        Step(
            key="file",
            title=gettext_noop("核实资料并建档"),
            role=Role.ARCHIVIST,
            act="check",
            within_days=3,
            clause="004 客户识别流程",
            note=gettext_noop("核对身份证件与档案卡, 齐全无误后同意建档; 有误则退回并写明。"),
        ),
    ),
)
"""One step: an archivist who did not take the customer in looks the file through and files it."""


def digest(customer: Customer) -> str:
    """Give what the content of the file comes to: basics, papers, people, accounts and the values of the card."""
    from xinheng.customers.actions.files import EDITABLE
    from xinheng.customers.actions.keeping import snapshot

    held: dict[str, Any] = {
        "basics": snapshot(customer, (*EDITABLE, "department_id", "owner_id", "parent_id")),
        "identities": list(
            customer.identities.filter(withdrawn_at__isnull=True).order_by("pk").values_list("kind", "number_index")
        ),
        "values": list(
            customer.card_values.filter(withdrawn_at__isnull=True).order_by("pk").values_list("pk", flat=True)
        ),
        "settled": list(customer.settlements.order_by("pk").values_list("value_id", flat=True)),
        "contacts": list(
            customer.contacts.filter(ended_on__isnull=True).order_by("pk").values_list("name", "duty", "phone_index")
        ),
        "accounts": list(
            customer.bank_accounts.filter(ended_on__isnull=True).order_by("pk").values_list("bank", "number_index")
        ),
    }
    return json.dumps(held, ensure_ascii=False, sort_keys=True)


def filed(customer: Customer, *, by: Actor, on: date, clause: str = "") -> None:
    """File a draft, as the round decided; told by the workflow inside the act of deciding."""
    from xinheng.customers.models import Customer as Row
    from xinheng.customers.models import Status

    now = Row.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if now.status != Status.DRAFT:
        return
    now.status, now.filed_on, now.filed_by = Status.FILED, on, by if isinstance(by, Person) else None
    now._history_user = now.filed_by  # type: ignore[attr-defined]
    now.save()
    record(
        "customers.file", now, by=by, clause=clause, before={"status": Status.DRAFT.value}, after={"status": now.status}
    )
