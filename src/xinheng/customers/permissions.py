"""Who may see and change customers' files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role

if TYPE_CHECKING:
    from xinheng.customers.models import Customers
    from xinheng.org.models import Person


def visible(customers: Customers, person: Person) -> Customers:
    """Give those of `customers` that the person may see."""
    if person.is_one_of(*OVERSIGHT):
        return customers
    if not person.is_one_of(*BUSINESS) or person.department is None:
        return customers.none()
    return customers.filter(Q(department__path__startswith=person.department.path) | Q(owner=person))


@predicate
def sees(person: Any, customer: Any) -> bool:
    """Say whether the person may see this customer; without a customer, whether there may be any."""
    if customer is None:
        return True
    return bool(type(customer).objects.visible_to(person).filter(pk=customer.pk).exists())


permit("customers.see", is_one_of(*BUSINESS) & sees)
permit("customers.edit", is_one_of(Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST) & sees)
