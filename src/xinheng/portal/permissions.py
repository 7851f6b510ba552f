"""Who may invite a customer to his own page, and who decides on what he sends."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import Role

INVITES = (
    Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST, Role.CUSTOMER_SERVICE
)  # fmt: skip
permit("portal.invite", is_one_of(*INVITES) & sees, label=_("邀请客户填表"))
permit("portal.see", is_one_of(*INVITES, Role.MARKETING_MANAGER, Role.LEGAL) & sees, label=_("查看客户来件"))
permit(
    "portal.decide",
    is_one_of(Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST) & sees,
    label=_("接受或退回客户填报"),
)
permit(
    "portal.answer",
    is_one_of(Role.CUSTOMER_SERVICE, Role.LEGAL, Role.MARKETING_MANAGER) & sees,
    label=_("答复客户留言和投诉"),
)
permit(
    "portal.letter", is_one_of(*INVITES, Role.MARKETING_MANAGER, Role.RISK, Role.CREDIT_GROUP) & sees,
    label=_("打印评级结果通知书"),
)  # fmt: skip
