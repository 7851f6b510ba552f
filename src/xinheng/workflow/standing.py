"""In which roles a person stands on a day, in whose place, and whom a task is addressed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from xinheng.org.models import Appointment, Delegation, Department, Person

if TYPE_CHECKING:
    from xinheng.workflow.models import Item


@dataclass(frozen=True, slots=True)
class Standing:
    """A role that `person` may act in, at the department of whoever holds it; `behalf` is who lent it, if anybody."""

    person: Person
    role: str
    path: str
    behalf: Person | None = None

    def covers(self, department: Department | None) -> bool:
        """Say whether a task of this department is asked of this standing: its own department or one above."""
        return department is None or (bool(self.path) and department.path.startswith(self.path))


def standings(on: date, *, person: Person | None = None, role: str | None = None) -> list[Standing]:
    """Give the standings of a person, or in a role, on a day: own appointments first, then what is lent.

    A loan counts only while the lender himself holds the role and his account is in use.
    """
    own = Appointment.objects.in_force(on).filter(person__is_active=True)
    lent = Delegation.objects.standing(on).filter(to_person__is_active=True)
    if person is not None:
        own, lent = own.filter(person=person), lent.filter(to_person=person)
    if role is not None:
        own, lent = own.filter(role=role), lent.filter(role=role)
    found = [
        Standing(row.person, row.role, _path(row.person))
        for row in own.select_related("person__department").order_by("id")
    ]
    found += [
        Standing(row.to_person, row.role, _path(row.from_person), row.from_person)
        for row in lent.select_related("to_person", "from_person__department").order_by("id")
    ]
    return found


def _path(person: Person) -> str:
    return person.department.path if person.department else ""


def addressed_to(person: Person, on: date) -> Q:
    """Give the condition on tasks: addressed to the person, or to a role that he stands in there."""
    condition = Q(person=person)
    for standing in standings(on, person=person):
        place = Q(department__isnull=True)
        if standing.path:
            place |= Q(department__path__startswith=standing.path)
        condition |= Q(person__isnull=True, role=standing.role) & place
        if standing.behalf is not None:
            condition |= Q(person=standing.behalf, role=standing.role)
    return condition


def ways_to(item: Item, person: Person, on: date) -> list[Standing]:
    """Give the standings in which the person may take the task: his own first, then on behalf of others."""
    ways = [Standing(person, item.role, "")] if item.person_id == person.pk and person.is_active else []
    for standing in standings(on, person=person):
        if item.person_id is None:
            if standing.role == item.role and standing.covers(item.department):
                ways.append(standing)
        elif standing.behalf is not None and standing.behalf.pk == item.person_id and standing.role == item.role:
            ways.append(standing)
    return sorted(ways, key=lambda way: way.behalf is not None)


def candidates(item: Item, on: date) -> list[Standing]:
    """Give everybody to whom the task is addressed, in which standing, own ones first."""
    if item.person_id is not None and item.person is not None:
        own = [Standing(item.person, item.role, "")] if item.person.is_active else []
        lent = standings(on, role=item.role) if item.role else []
        return own + [way for way in lent if way.behalf is not None and way.behalf.pk == item.person_id]
    return [way for way in standings(on, role=item.role) if way.covers(item.department)]
