"""Who may give other systems a token, and have them told of events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

permit("connect.manage", is_one_of(Role.SECURITY_ADMIN), label=_("发放、停用接口令牌"))
permit("connect.see", is_one_of(Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN), label=_("查看接口令牌"))
permit("connect.webhooks", is_one_of(Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN), label=_("设置事件通知"))
