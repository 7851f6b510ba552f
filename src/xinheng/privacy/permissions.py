"""Who may record consents, give data away, answer people about their data, hold and erase it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, Role

FRONT = (
    Role.SALES, Role.SALES_ENGINEER, Role.CUSTOMER_SERVICE, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST, Role.LEGAL
)  # fmt: skip
"""Who meets the customer, and takes down what he agrees to and asks."""
LEADERS = (Role.DEPUTY_GM, Role.GENERAL_MANAGER)


@predicate
def sees_customer_of(person: Any, row: Any) -> bool:
    """Say whether the person may see the customer that a row (or the customer itself) belongs to."""
    return bool(sees(person, getattr(row, "customer", row)))


permit("privacy.see", is_one_of(*BUSINESS) & sees_customer_of, label=_("查看授权与共享"))
permit("privacy.record", is_one_of(*FRONT) & sees_customer_of, label=_("登记同意和本人请求"))
permit("privacy.agree", is_one_of(Role.LEGAL, Role.ARCHIVIST), label=_("登记保密协议、设定保存期限"))
permit(
    "privacy.share",
    is_one_of(Role.LEGAL, Role.ARCHIVIST, Role.COMMERCE_SPECIALIST) & sees_customer_of,
    label=_("向合作伙伴提供资料"),
)
permit("privacy.answer", is_one_of(Role.LEGAL) & sees_customer_of, label=_("答复本人请求"))
permit("privacy.export", is_one_of(Role.LEGAL) & sees_customer_of, label=_("导出一个人的全部资料"))
permit("privacy.propose_erasure", is_one_of(Role.LEGAL) & sees_customer_of, label=_("提请删除个人信息"))
permit("privacy.approve_erasure", is_one_of(*LEADERS) & sees_customer_of, label=_("批准删除个人信息"))
permit("privacy.hold", is_one_of(Role.LEGAL) & sees_customer_of, label=_("设置、解除法律保留"))
permit(
    "privacy.see_registers",
    is_one_of(Role.LEGAL, Role.ARCHIVIST, Role.INTERNAL_AUDIT, *LEADERS),
    label=_("查看共享、协议、保存期限和法律保留"),
)
permit(
    "privacy.see_requests",
    is_one_of(*FRONT, Role.INTERNAL_AUDIT, *LEADERS) & sees_customer_of,
    label=_("查看个人信息请求清单"),
)
