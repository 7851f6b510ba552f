"""Who may give other systems a token, and have them told of events."""

from __future__ import annotations

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

permit("connect.manage", is_one_of(Role.SECURITY_ADMIN))
permit("connect.see", is_one_of(Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN))
permit("connect.webhooks", is_one_of(Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN))
