"""Who may record consents, give data away, answer people about their data, hold and erase it."""

from __future__ import annotations

from typing import Any

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, Role

FRONT = (
    Role.SALES, Role.SALES_ENGINEER, Role.CUSTOMER_SERVICE, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST, Role.LEGAL
)  # fmt: skip
"""Who meets the customer, and takes down what he agrees to and asks."""
LEADERS = (Role.DEPUTY_GM, Role.GENERAL_MANAGER)


@predicate
def sees_customer_of(person: Any, row: Any) -> bool:
    """Say whether the person may see the customer that a row (or the customer itself) belongs to."""
    return bool(sees(person, getattr(row, "customer", row)))


permit("privacy.see", is_one_of(*BUSINESS) & sees_customer_of)
permit("privacy.record", is_one_of(*FRONT) & sees_customer_of)
permit("privacy.agree", is_one_of(Role.LEGAL, Role.ARCHIVIST))
permit("privacy.share", is_one_of(Role.LEGAL, Role.ARCHIVIST, Role.COMMERCE_SPECIALIST) & sees_customer_of)
permit("privacy.answer", is_one_of(Role.LEGAL) & sees_customer_of)
permit("privacy.export", is_one_of(Role.LEGAL) & sees_customer_of)
permit("privacy.propose_erasure", is_one_of(Role.LEGAL) & sees_customer_of)
permit("privacy.approve_erasure", is_one_of(*LEADERS) & sees_customer_of)
permit("privacy.hold", is_one_of(Role.LEGAL) & sees_customer_of)
permit("privacy.see_registers", is_one_of(Role.LEGAL, Role.ARCHIVIST, Role.INTERNAL_AUDIT, *LEADERS))
