"""Who may do what: asked of the permissions themselves, so that the table cannot say anything else."""

from __future__ import annotations

from dataclasses import dataclass

from rules.permissions import permissions

from xinheng.org.access import LABELS, may
from xinheng.org.models import Person
from xinheng.org.roles import Role


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission, in words, and the roles that have it for some object at least."""

    name: str
    label: str
    roles: tuple[Role, ...]

    @property
    def is_everybodys(self) -> bool:
        """Whether every role has it."""
        return len(self.roles) == len(Role)


def permissions_of_roles() -> list[Permission]:
    """Give every permission with the roles that have it, by name."""
    people = {role: in_role(role) for role in Role}
    return [
        Permission(
            name, str(LABELS.get(name) or name), tuple(role for role, person in people.items() if may(person, name))
        )
        for name in sorted(permissions)
    ]


def in_role(role: str) -> Person:
    """Give somebody who holds one role and is not stored."""
    person = Person(username=f"-{role}", full_name=str(Role(role).label))
    person._roles_today = frozenset({role})
    return person
