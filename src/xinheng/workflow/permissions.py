"""Who may see and handle tasks, map the policy's roles, and keep the calendar."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


permit("workflow.see", is_one_of(*Role) & concerns, label=_("查看与自己有关的事项"))
permit("workflow.handle", is_one_of(*Role) & addressed, label=_("办理轮到自己的事项"))
permit("workflow.assign", is_one_of(Role.SECURITY_ADMIN), label=_("指派、转交别人的事项"))
permit("workflow.map_roles", is_one_of(Role.SECURITY_ADMIN, Role.CREDIT_GROUP), label=_("设置制度角色由谁担任"))
permit("workflow.calendar", is_one_of(Role.SYSTEM_ADMIN), label=_("维护工作日历"))
