"""Who may see and enter dealings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import BUSINESS, Role

permit("ledger.see", is_one_of(*BUSINESS - {Role.CUSTOMER_SERVICE, Role.ARCHIVIST}) & sees, label=_("查看往来"))
permit("ledger.enter", is_one_of(Role.FINANCE) & sees, label=_("录入发票、收款与核销"))
permit(
    "ledger.order",
    is_one_of(Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.FINANCE) & sees,
    label=_("登记订单"),
)
permit(
    "ledger.report_incident",
    is_one_of(Role.FINANCE, Role.RISK, Role.LEGAL, Role.SALES) & sees,
    label=_("登记违约、拒不归还等事件"),
)
permit("ledger.withdraw_incident", is_one_of(Role.FINANCE, Role.RISK, Role.LEGAL) & sees, label=_("撤销登记错的事件"))
permit(
    "ledger.deliver",
    is_one_of(Role.FINANCE, Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST) & sees,
    label=_("登记交付与租赁物归还"),
)
permit(
    "ledger.dispute",
    is_one_of(Role.FINANCE, Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST) & sees,
    label=_("登记、处理发票争议"),
)
permit(
    "ledger.contract",
    is_one_of(Role.FINANCE, Role.SALES, Role.COMMERCE_SPECIALIST, Role.LEGAL) & sees,
    label=_("登记、修改合同"),
)
permit("ledger.set_up", is_one_of(Role.FINANCE), label=_("维护本方公司与汇率"))
permit("ledger.import", is_one_of(Role.FINANCE), label=_("导入合同、订单、交付、发票、收款"))
