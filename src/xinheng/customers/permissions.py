"""Who may see and change customers' files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role

if TYPE_CHECKING:
    from xinheng.customers.models import Customers
    from xinheng.org.models import Person


def visible(customers: Customers, person: Person) -> Customers:
    """Give those of `customers` that the person may see."""
    if person.is_one_of(*OVERSIGHT):
        return customers
    if not person.is_one_of(*BUSINESS) or person.department is None:
        return customers.none()
    return customers.filter(Q(department__path__startswith=person.department.path) | Q(owner=person))


@predicate
def sees(person: Any, customer: Any) -> bool:
    """Say whether the person may see this customer; without a customer, whether there may be any."""
    if customer is None:
        return True
    if person.is_one_of(*OVERSIGHT):
        return True
    if not person.is_one_of(*BUSINESS) or person.department is None:
        return False
    return bool(customer.owner_id == person.pk or customer.department.path.startswith(person.department.path))


@predicate
def owns(person: Any, customer: Any) -> bool:
    """Say whether the customer is this person's own."""
    return customer is not None and customer.owner_id == person.pk


INTAKE = (Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST)
"""Who takes customers in and keeps their files up to date."""
VERIFIERS = (Role.ARCHIVIST, Role.COMMERCE_SPECIALIST)
LEADERS = (Role.DEPUTY_GM, Role.GENERAL_MANAGER)
FILE_READERS = BUSINESS - {Role.CUSTOMER_SERVICE}
"""Who reads more of a file than its basics and contacts."""
CONFIDENTIAL_READERS = FILE_READERS - {Role.SALES, Role.SALES_ENGINEER}

permit("customers.see", is_one_of(*BUSINESS) & sees, label=_("查看客户概况"))
permit("customers.see_file", is_one_of(*FILE_READERS) & sees, label=_("查看客户档案"))
permit(
    "customers.see_confidential",
    (is_one_of(*CONFIDENTIAL_READERS) | (is_one_of(*FILE_READERS) & owns)) & sees,
    label=_("查看档案卡的保密内容"),
)
permit("customers.see_contact", is_one_of(*BUSINESS - {Role.INTERNAL_AUDIT}) & sees, label=_("查看联系电话、地址"))
permit(
    "customers.see_identity",
    is_one_of(Role.FINANCE, Role.RISK, Role.CREDIT_GROUP, Role.LEGAL, Role.INTERNAL_AUDIT, *VERIFIERS) & sees,
    label=_("查看完整证件号码"),
)
permit(
    "customers.see_account",
    is_one_of(Role.FINANCE, Role.ARCHIVIST, Role.COMMERCE_SPECIALIST, Role.LEGAL) & sees,
    label=_("查看完整银行账号"),
)
permit("customers.register", is_one_of(*INTAKE), label=_("登记新客户"))
permit(
    "customers.own", is_one_of(Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST), label=_("担任客户的业务员")
)
permit("customers.edit", is_one_of(*INTAKE) & sees, label=_("修改客户资料"))
permit("customers.edit_contact", is_one_of(*INTAKE, Role.CUSTOMER_SERVICE) & sees, label=_("修改联系人、地址"))
permit("customers.enter_value", is_one_of(*INTAKE, Role.FINANCE, Role.RISK) & sees, label=_("填写档案卡"))
permit(
    "customers.settle",
    is_one_of(*VERIFIERS, Role.FINANCE, Role.RISK, Role.CREDIT_GROUP) & sees,
    label=_("裁定互相矛盾的内容"),
)
permit("customers.verify", is_one_of(*VERIFIERS) & sees, label=_("核实身份"))
permit("customers.file", is_one_of(Role.ARCHIVIST) & sees, label=_("建档"))
permit("customers.assign", is_one_of(Role.MARKETING_MANAGER, Role.CREDIT_GROUP) & sees, label=_("指定、更换业务员"))
permit(
    "customers.close",
    is_one_of(Role.MARKETING_MANAGER, Role.CREDIT_GROUP, Role.ARCHIVIST) & sees,
    label=_("停用、恢复客户"),
)
permit("customers.merge", is_one_of(Role.ARCHIVIST, Role.CREDIT_GROUP) & sees, label=_("合并重复的客户"))
permit("customers.fields", is_one_of(Role.CREDIT_GROUP, Role.ARCHIVIST), label=_("设置档案卡项目"))
permit("customers.enter_statement", is_one_of(Role.FINANCE) & sees, label=_("录入财务报表"))
permit(
    "customers.approve_statement", is_one_of(Role.FINANCE, Role.RISK, Role.CREDIT_GROUP) & sees, label=_("审核财务报表")
)
permit(
    "customers.import", is_one_of(Role.ARCHIVIST, Role.COMMERCE_SPECIALIST, Role.MARKETING_MANAGER), label=_("导入客户")
)
permit("customers.file_imported", is_one_of(Role.ARCHIVIST), label=_("把导入的客户直接建档"))
permit("customers.export", is_one_of(*FILE_READERS), label=_("导出客户清单"))
