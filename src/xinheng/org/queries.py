"""What can be asked of the organisation: who holds a role on a day, who stands above whom, which duties are apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from xinheng.org.models import Appointment, Delegation, Department, DutiesApart, Person
from xinheng.org.roles import ADMINISTRATORS, Role


def people_in_role(role: str, *, on: date, department: Department | None = None) -> QuerySet[Person]:
    """Give the people in use who may act in a role on a day, by appointment or because it was lent to them.

    With a department, those of it and of the departments below it.
    """
    people = Person.objects.filter(is_active=True).filter(
        Exists(Appointment.objects.in_force(on).filter(role=role, person=OuterRef("pk")))
        | Exists(Delegation.objects.standing(on).filter(role=role, to_person=OuterRef("pk")))
    )
    return people if department is None else people.filter(department__path__startswith=department.path)


def appointed_to(role: str, *, on: date) -> QuerySet[Person]:
    """Give the people in use who hold a role by their own appointment on a day."""
    return Person.objects.filter(
        Exists(Appointment.objects.in_force(on).filter(role=role, person=OuterRef("pk"))), is_active=True
    )


def nearest_in_role(role: str, department: Department | None, *, on: date) -> list[Person]:
    """Give the people in a role who stand nearest above a department: in it, else in the next above, else anywhere."""
    for above in [department, *above_department(department)] if department else []:
        found = list(people_in_role(role, on=on).filter(department=above))
        if found:
            return found
    return list(people_in_role(role, on=on))


def above_department(department: Department | None) -> list[Department]:
    """Give the departments above one, the next first."""
    if department is None:
        return []
    numbers = [int(number) for number in department.path.strip("/").split("/")[:-1]]
    found = Department.objects.select_related("head").in_bulk(numbers)
    return [found[number] for number in reversed(numbers)]


def heads_above(person: Person) -> list[Person]:
    """Give who stands above a person, the next first: the heads of his department and of those above it, not himself."""
    if person.department is None:
        return []
    heads: list[Person] = []
    for department in (person.department, *above_department(person.department)):
        head = department.head
        if head is not None and head.is_active and head != person and head not in heads:
            heads.append(head)
    return heads


def holders(*, on: date) -> dict[str, list[Person]]:
    """Give for each role who is appointed to it on a day; a role that nobody holds has an empty list."""
    found: dict[str, list[Person]] = {role: [] for role in Role}
    for appointment in Appointment.objects.in_force(on).filter(person__is_active=True).select_related("person"):
        found[appointment.role].append(appointment.person)
    return found


def acts_for(person: Person, role: str, *, on: date) -> list[Person]:
    """Give on whose behalf a person acts in a role on a day; nobody where he holds it himself."""
    if Appointment.objects.in_force(on).filter(person=person, role=role).exists():
        return []
    lent = Delegation.objects.standing(on).filter(to_person=person, role=role).select_related("from_person")
    return [delegation.from_person for delegation in lent]


def duties_apart(roles: Iterable[str], role: str) -> DutiesApart | None:
    """Give why a role may not meet any of `roles` in one hand, or None where it may.

    The three administrators are apart from each other and from all business whatever the table says.
    """
    for other in sorted(set(roles) - {role}):
        if role in ADMINISTRATORS or other in ADMINISTRATORS:
            return DutiesApart(
                role=min(role, other),
                other=max(role, other),
                why=str(ADMINISTRATORS_APART),
            )
        found = DutiesApart.objects.filter(role=min(role, other), other=max(role, other)).first()
        if found is not None:
            return found
    return None


def people_matching(
    people: QuerySet[Person], text: str = "", *, role: str = "", department: Department | None = None, on: date
) -> QuerySet[Person]:
    """Give those whose name, sign-in name, job or phone holds the text, who hold the role, of a branch of departments."""
    if text:
        people = people.filter(
            Q(full_name__icontains=text)
            | Q(username__icontains=text)
            | Q(job_title__icontains=text)
            | Q(phone__contains=text)
        )
    if role:
        people = people.filter(Exists(Appointment.objects.in_force(on).filter(role=role, person=OuterRef("pk"))))
    if department is not None:
        people = people.filter(department__path__startswith=department.path)
    return people


ADMINISTRATORS_APART = "三员分立: 系统、安全、审计三个管理员互相制约, 也都不办理业务"
