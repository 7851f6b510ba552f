"""Incidents: reported, and what follows for the grade follows at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import amount_of
from xinheng.ledger.listeners import tell_incident
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
