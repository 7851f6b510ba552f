"""Incidents: reported, and what follows for the grade follows at once; one reported by mistake is withdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import amount_of, reason_of
from xinheng.ledger.listeners import tell_incident, tell_incident_withdrawn
from xinheng.ledger.models import Incident
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def report_incident(
    customer: Customer, *, kind: str, happened_on: date, detail: str, by: Person,
    number: str = "", amount: Decimal | None = None, on: date | None = None,
) -> Incident:  # fmt: skip
    """Report a default, a lawsuit, a penalty or false information; what follows for the grade follows at once.

    `on` is the day of the report, left out the day on which it happened.
    """
    demand(by, "ledger.report_incident", customer)
    if on is not None and happened_on > on:
        raise Refusal(_("发生日期在今天以后。请改正。"))
    incident = Incident.objects.create(
        customer=customer, kind=kind, happened_on=happened_on, detail=detail, number=number,
        amount=amount if amount is None else amount_of(amount), entered_by=by,
    )  # fmt: skip
    record(
        "ledger.report_incident", incident, by=by, about=customer, why=detail,
        after={"kind": kind, "happened_on": str(happened_on), "amount": None if amount is None else str(amount)},
    )  # fmt: skip
    tell_incident(incident, by=by, on=on or happened_on)
    return incident


@act
def withdraw_incident(incident: Incident, *, by: Person, on: date, why: str) -> Incident:
    """Withdraw an incident that was reported by mistake: it stays and is shown, and counts no more from that day on.

    Not by the customer's own manager. What it did to the grade is for those to put right who are told of it.
    """
    demand(by, "ledger.withdraw_incident", incident.customer)
    incident = Incident.objects.select_for_update(of=("self",)).select_related("customer").get(pk=incident.pk)
    if incident.reversed_on is not None:
        raise Refusal(_("这件事件已在 {day} 撤销。").format(day=incident.reversed_on))
    if incident.customer.owner_id == by.pk:
        raise Refusal(_("客户经理不能撤销自己客户的事件。请由他人办理。"))
    incident.reversed_on, incident.reversed_why = max(on, incident.happened_on), reason_of(why)[:200]
    incident.save(update_fields=["reversed_on", "reversed_why"])
    record(
        "ledger.withdraw_incident", incident, by=by, about=incident.customer, why=why.strip(),
        before={"kind": incident.kind, "happened_on": str(incident.happened_on)},
    )  # fmt: skip
    tell_incident_withdrawn(incident, by=by, on=on)
    return incident
