"""Who may see and handle tasks, map the policy's roles, and keep the calendar."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import Role
from xinheng.workflow.standing import ways_to


@predicate
def concerns(person: Any, item: Any) -> bool:
    """Say whether the person may look at this task; without one, whether there may be any."""
    if item is None:
        return True
    return bool(type(item).objects.visible_to(person).filter(pk=item.pk).exists())


@predicate
def addressed(person: Any, item: Any) -> bool:
    """Say whether the task is handed to the person, by name, by role or by delegation."""
    return item is None or bool(ways_to(item, person, timezone.localdate())) or concerns(person, item)


permit("workflow.see", is_one_of(*Role) & concerns)
permit("workflow.handle", is_one_of(*Role) & addressed)
permit("workflow.assign", is_one_of(Role.SECURITY_ADMIN))
permit("workflow.map_roles", is_one_of(Role.SECURITY_ADMIN, Role.CREDIT_GROUP))
permit("workflow.calendar", is_one_of(Role.SYSTEM_ADMIN))
