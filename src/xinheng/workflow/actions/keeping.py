"""Keeping the company's calendar, and the table of who fills the roles that policies name."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.workflow.models import DayOff, RoleMapping


@act
def set_day(day: date, *, is_working: bool, name: str, by: Person, on: date) -> DayOff:
    """Let the company work or not on a day, whatever the public calendar says; days that are over stay as they were."""
    demand(by, "workflow.calendar")
    if day < on:
        raise Refusal(_("{day} 已经过去, 不能再改, 否则当时的期限就变了。").format(day=day))
    if DayOff.objects.filter(day=day).exists():
        raise Refusal(_("{day} 已经设过。请先删去原来的一条。").format(day=day))
    row = DayOff.objects.create(day=day, is_working=is_working, name=name.strip())
    record("workflow.set_day", row, by=by, after={"day": str(day), "is_working": is_working, "name": row.name})
    return row


@act
def unset_day(row: DayOff, *, by: Person, on: date) -> None:
    """Let a day to come follow the public calendar again."""
    demand(by, "workflow.calendar")
    if row.day < on:
        raise Refusal(_("{day} 已经过去, 不能再改, 否则当时的期限就变了。").format(day=row.day))
    record("workflow.unset_day", row, by=by, before={"day": str(row.day), "is_working": row.is_working})
    row.delete()


@act
def map_role(
    policy_role: str,
    *,
    by: Person,
    on: date,
    policy: str = "",
    role: str = "",
    person: Person | None = None,
    label: str = "",
) -> RoleMapping:
    """Let a role of the company, or a person, fill a role that a policy names; for all policies where none is named."""
    demand(by, "workflow.map_roles")
    if bool(role) == (person is not None):
        raise Refusal(_("请选公司的一个角色, 或一个人, 只选其一。"))
    if role and (role not in set(Role) or role in ADMINISTRATORS):
        raise Refusal(_("管理员不办理业务, 不能对应制度里的角色。"))
    if person is not None and (not person.is_active or not ADMINISTRATORS.isdisjoint(person.roles(on=on))):
        raise Refusal(_("{person} 是管理员或已停用, 不能对应制度里的角色。").format(person=person))
    if RoleMapping.objects.filter(policy=policy, policy_role=policy_role).exists():
        raise Refusal(_("这个角色已经对照过。请先删去原来的一条。"))
    row = RoleMapping.objects.create(policy=policy, policy_role=policy_role, label=label, role=role, person=person)
    record(
        "workflow.map_role", row, by=by,
        after={"policy": policy, "policy_role": policy_role, "role": role, "person": str(person or "")},
    )  # fmt: skip
    return row


@act
def unmap_role(row: RoleMapping, *, by: Person) -> None:
    """Take a line of the table away; rounds that run keep what they began with."""
    demand(by, "workflow.map_roles")
    record(
        "workflow.unmap_role", row, by=by,
        before={"policy": row.policy, "policy_role": row.policy_role, "role": row.role, "person": str(row.person or "")},
    )  # fmt: skip
    row.delete()
