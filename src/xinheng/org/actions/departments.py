"""Opening, changing and closing departments."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Department, Person
from xinheng.org.moving import LISTENERS


@act
def open_department(
    *, code: str, name: str, parent: Department | None, by: Person, head: Person | None = None
) -> Department:
    """Open a department below another; without one it stands at the top."""
    demand(by, "org.departments")
    _refuse_code_given(code)
    _refuse_closed(parent)
    department = Department.objects.create(code=code, name=name, parent=parent, head=head)
    record("org.open_department", department, by=by, after=_told(department))
    return department


@act
def change_department(
    department: Department, *, code: str, name: str, parent: Department | None, head: Person | None, by: Person
) -> Department:
    """Rename a department, move it (with all below it) under another, or give it another head."""
    demand(by, "org.departments", department)
    department = Department.objects.select_for_update().get(pk=department.pk)
    _refuse_code_given(code, but=department)
    if parent is not None and parent != department.parent:
        _refuse_closed(parent)
        parent.refresh_from_db()
        if parent.path.startswith(department.path):
            raise Refusal(
                _("不能把{department}移到{parent}之下, 那是它自己或它的下级。请另选上级部门。").format(
                    department=department, parent=parent
                )
            )
    before = _told(department)
    department.code, department.name, department.parent, department.head = code, name, parent, head
    if _told(department) == before:
        raise Refusal(_("没有任何改动。"))
    path = department.path
    department.save()
    record("org.change_department", department, by=by, before=before, after=_told(department))
    if department.path != path:
        for listener in LISTENERS:
            listener.on_department_moved(department)
    return department


@act
def close_department(department: Department, *, why: str, by: Person) -> Department:
    """Close a department: nobody may be in it and none open below it. It stays in old records, and is never deleted."""
    demand(by, "org.departments", department)
    department = Department.objects.select_for_update().get(pk=department.pk)
    if department.is_closed:
        raise Refusal(_("{department}已经撤销。").format(department=department))
    below = department.children.filter(is_closed=False).count()
    people = department.people.filter(is_active=True).count()
    if below or people:
        raise Refusal(
            _("{department}还有 {people} 名在用人员、{below} 个下级部门。请先把他们移到别的部门, 再撤销。").format(
                department=department, people=people, below=below
            )
        )
    department.is_closed = True
    department.save()
    record("org.close_department", department, by=by, why=why, before={"已撤销": False}, after={"已撤销": True})
    return department


def _refuse_code_given(code: str, but: Department | None = None) -> None:
    given: models.QuerySet[Department] = Department.objects.filter(code__iexact=code)
    other = (given.exclude(pk=but.pk) if but else given).first()
    if other is not None:
        raise Refusal(_("编号 {code} 已给了{department}。请另取一个。").format(code=code, department=other))


def _refuse_closed(parent: Department | None) -> None:
    if parent is not None and parent.is_closed:
        raise Refusal(_("{department}已经撤销, 不能再设下级部门。请另选上级部门。").format(department=parent))


def _told(department: Department) -> dict[str, str]:
    return {
        "编号": department.code,
        "名称": department.name,
        "上级部门": str(department.parent or ""),
        "负责人": str(department.head or ""),
    }
