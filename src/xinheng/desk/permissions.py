"""Who sees how the application itself fares."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

permit("desk.see_state", is_one_of(Role.SYSTEM_ADMIN), label=_("查看系统运行情况"))
