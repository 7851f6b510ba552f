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
    somebody = Person(username="-", full_name="-")  # one for all: what he keeps of rules in tables is asked once
    having: dict[str, list[Role]] = {name: [] for name in sorted(permissions)}
    for role in Role:
        somebody._roles_today = frozenset({role})
        for name, roles in having.items():
            if may(somebody, name):
                roles.append(role)
    return [Permission(name, str(LABELS.get(name) or name), tuple(roles)) for name, roles in having.items()]
