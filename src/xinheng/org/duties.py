"""Duties that may not meet in one hand: asked before anybody is appointed to a role or lent one."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.org.models import Appointment, Delegation, DutiesApart, Person
from xinheng.org.queries import duties_apart
from xinheng.org.roles import Role


def roles_between(person: Person, since: date, until: date | None) -> frozenset[str]:
    """Give every role that a person holds, by appointment or lent, on any day from `since` to `until` (None: ever)."""
    own = Appointment.objects.between(since, until).filter(person=person).values_list("role", flat=True)
    lent = Delegation.objects.between(since, until).filter(to_person=person).values_list("role", flat=True)
    return frozenset([*own.order_by(), *lent.order_by()])


def refuse_duties_together(person: Person, role: str, *, since: date, until: date | None = None) -> None:
    """Refuse where the role would meet, in this person's hand on any of the days, one that is kept apart from it."""
    apart = duties_apart(roles_between(person, since, until), role)
    if apart is None:
        return
    other = apart.other if apart.role == role else apart.role
    raise Refusal(
        _("{person}已是{other}, 不能同时是{role}: {why}{clause}。请先免去其中一个角色, 或另选他人。").format(
            person=person.full_name,
            other=Role(other).label,
            role=Role(role).label,
            why=apart.why,
            clause=_(" (依据: {clause})").format(clause=apart.clause) if apart.clause else "",
        )
    )


def who_holds_both(role: str, other: str, *, on: date) -> list[Person]:
    """Give the people in use who hold both roles on a day or will hold them later."""
    people = Person.objects.filter(is_active=True).filter(
        Q(appointments__role__in=(role, other)) | Q(delegations_received__role__in=(role, other))
    )
    return [person for person in people.distinct() if {role, other} <= roles_between(person, on, None)]


def duties_that_meet(*, on: date) -> list[tuple[DutiesApart, list[Person]]]:
    """Give each row of the table that somebody breaks, with who does; empty where all is well."""
    found = [(apart, who_holds_both(apart.role, apart.other, on=on)) for apart in DutiesApart.objects.all()]
    return [(apart, people) for apart, people in found if people]
