"""Looking at a customer's figures beside the rules of a version."""

from __future__ import annotations

from datetime import date

from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Version


@act
def look_at_example(version: Version, customer: Customer, *, by: Person, on: date) -> None:
    """Note that somebody saw what the rules of a version give a customer."""
    demand(by, "policies.see_trial")
    demand(by, "customers.see_file", customer)
    record(
        "policies.look_at_example", customer, by=by, about=customer, look=True,
        after={"policy": version.policy.key, "version": version.number},
    )  # fmt: skip
