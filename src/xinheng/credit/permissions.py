"""Who may see and move credit. Who decides on an application or a special approval stands in the policy."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role


@predicate
def about_one_he_sees(person: Any, thing: Any) -> bool:
    """Say whether the customer that the thing is about is the person's to see; None asks of customers at all."""
    return bool(sees(person, thing if thing is None or isinstance(thing, Customer) else thing.customer))


SELLERS = (Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST)
KEEPERS = (Role.FINANCE, Role.RISK, Role.CREDIT_GROUP)
LEADERS = (Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.GENERAL_MANAGER)

permit(
    "credit.see",
    is_one_of(*BUSINESS - {Role.CUSTOMER_SERVICE, Role.ARCHIVIST}) & about_one_he_sees,
    label=_("查看额度与占用"),
)
permit("credit.check", is_one_of(*SELLERS, Role.FINANCE) & about_one_he_sees, label=_("检查订单, 申请特批"))
permit("credit.apply", is_one_of(*SELLERS, *KEEPERS) & about_one_he_sees, label=_("申请额度"))
permit("credit.freeze", is_one_of(*KEEPERS) & about_one_he_sees, label=_("冻结额度"))
permit("credit.thaw", is_one_of(*LEADERS) & about_one_he_sees, label=_("解冻额度"))
permit("credit.share", is_one_of(*LEADERS) & about_one_he_sees, label=_("核定集团共用额度"))
permit("credit.prove", is_one_of(*OVERSIGHT & {*KEEPERS, Role.INTERNAL_AUDIT}), label=_("核对额度账"))
permit("credit.secure", is_one_of(*SELLERS, *KEEPERS) & about_one_he_sees, label=_("登记担保"))
permit("credit.release_guarantee", is_one_of(*LEADERS, Role.RISK) & about_one_he_sees, label=_("解除担保"))
permit("credit.budget", is_one_of(*LEADERS, Role.FINANCE), label=_("提出授信总额和部门预算"))
permit("credit.see_budgets", is_one_of(*KEEPERS, *LEADERS, Role.INTERNAL_AUDIT), label=_("查看授信总额和部门预算"))
permit("credit.export", is_one_of(*KEEPERS, *LEADERS, Role.INTERNAL_AUDIT), label=_("导出额度与占用"))
