"""Who may see and enter dealings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import BUSINESS, Role

permit("ledger.see", is_one_of(*BUSINESS - {Role.CUSTOMER_SERVICE, Role.ARCHIVIST}) & sees)
permit("ledger.enter", is_one_of(Role.FINANCE) & sees)
permit("ledger.order", is_one_of(Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST) & sees)
permit("ledger.report_incident", is_one_of(Role.FINANCE, Role.RISK, Role.LEGAL, Role.SALES) & sees)
permit("ledger.deliver", is_one_of(Role.FINANCE, Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST) & sees)
permit("ledger.dispute", is_one_of(Role.FINANCE, Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST) & sees)
permit("ledger.contract", is_one_of(Role.FINANCE, Role.SALES, Role.COMMERCE_SPECIALIST, Role.LEGAL) & sees)
permit("ledger.set_up", is_one_of(Role.FINANCE), label=_("维护本方公司与汇率"))
