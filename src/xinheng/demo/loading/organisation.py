"""Departments, people, roles, and who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from xinheng.audit.record import SYSTEM, act, record
from xinheng.demo.story import Story
from xinheng.org.actions.appointments import appoint
from xinheng.org.actions.delegations import delegate_role
from xinheng.org.actions.departments import change_department, open_department
from xinheng.org.models import Appointment, Department, Person
from xinheng.org.roles import ADMINISTRATORS, Role

WHY = "样板公司"


@dataclass
class Staff:
    """The stored people and departments: by sign-in name, by code, and all in a role."""

    people: dict[str, Person] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    by_role: dict[str, list[Person]] = field(default_factory=dict)

    def of(self, role: str, place: int = 0) -> Person:
        """Give one of the people in a role."""
        return self.by_role[role][place % len(self.by_role[role])]


def load_organisation(story: Story) -> Staff:
    """Store the organisation: the accounts first, then everything else by acts of the security administrator."""
    staff = Staff()
    since = story.today - timedelta(days=4 * 365)
    for made in story.departments:
        above = staff.departments[made.above] if made.above else None
        staff.departments[made.code] = Department.objects.create(code=made.code, name=made.name, parent=above)
    _engage(story, staff)
    security = staff.of(Role.SECURITY_ADMIN)
    for made_person in story.people:
        for role in made_person.roles:
            if role not in ADMINISTRATORS:
                appoint(staff.people[made_person.username], role=role, since=since, by=security, reason=WHY)
    for made in story.departments:
        department = staff.departments[made.code]
        change_department(
            department, code=made.code, name=made.name, parent=department.parent, head=staff.people[made.head],
            by=security,
        )  # fmt: skip
    open_department(code="99", name="筹建中的新区办事处", parent=staff.departments["02"], by=security)
    _stand_in(story, staff)
    return staff


@act
def _engage(story: Story, staff: Staff) -> None:
    """Make the accounts: nobody has a password, for in the demo one enters by role."""
    since = story.today - timedelta(days=4 * 365)
    for made in story.people:
        person = Person(
            username=made.username, full_name=made.full_name, email=f"{made.username}@example.com",
            department=staff.departments[made.department], job_title=made.job_title,
        )  # fmt: skip
        person.set_unusable_password()
        person.save()
        record("upkeep.load_demo", person, by=SYSTEM, why=WHY, after={"登录名": made.username, "姓名": made.full_name})
        staff.people[made.username] = person
        for role in made.roles:
            staff.by_role.setdefault(role, []).append(person)
            if role in ADMINISTRATORS:
                Appointment.objects.create(person=person, role=role, since=since, reason=WHY)


def _stand_in(story: Story, staff: Staff) -> None:
    """Let the deputy act for the general manager this week, and one finance clerk for the other."""
    week = story.today + timedelta(days=6)
    pairs = ((Role.FINANCE, 1, 2, "休年假"), (Role.RISK, 0, 1, "外出培训"))
    for role, away, there, why in pairs:
        delegate_role(
            staff.of(role, away), to_person=staff.of(role, there), role=role, since=story.today, until=week, reason=why,
            by=staff.of(role, away), on=story.today,
        )  # fmt: skip
