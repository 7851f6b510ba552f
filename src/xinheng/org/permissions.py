"""Who may see and change the organisation. 安全管理员 alone manages people, roles and duties apart."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import ADMINISTRATORS, Role

READERS = (*ADMINISTRATORS, Role.INTERNAL_AUDIT, Role.GENERAL_MANAGER, Role.DEPUTY_GM)


@predicate
def is_himself(person: Any, whose: Any) -> bool:
    """Say whether it is about the person's own account; without an account, whether it could be."""
    return bool(person.is_authenticated) and (whose is None or whose == person)


SECURITY = is_one_of(Role.SECURITY_ADMIN)

permit("org.see", is_one_of(*READERS), label=_("查看人员、任职与委托"))
permit("org.departments", SECURITY, label=_("设立、变更、撤销部门"))
permit("org.people", SECURITY, label=_("建立、变更、停用账号, 重置密码与动态码"))
permit("org.appoint", SECURITY, label=_("任命与免去角色"))
permit("org.delegate", SECURITY | is_himself, label=_("委托角色 (本人的, 安全管理员可代办)"))
permit("org.duties", SECURITY, label=_("增删不相容职责"))
