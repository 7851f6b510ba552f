"""Who may read the record."""

from __future__ import annotations

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

permit("audit.see", is_one_of(Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT))
permit("audit.export", is_one_of(Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT))
permit("audit.breach", is_one_of(Role.AUDIT_ADMIN))
