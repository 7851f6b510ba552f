"""Who may read the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

permit("audit.see", is_one_of(Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT), label=_("查看留痕"))
permit("audit.export", is_one_of(Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT), label=_("导出留痕"))
permit("audit.breach", is_one_of(Role.AUDIT_ADMIN), label=_("列出一段时间里被看过的客户 (泄露清单)"))
