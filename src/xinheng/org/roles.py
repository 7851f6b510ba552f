"""The roles of the source documents, and the three administrators."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is appointed to; a policy's procedure names the same words."""

    SALES = "sales", _("销售")
    SALES_ENGINEER = "sales_engineer", _("销售工程师")
    COMMERCE_SPECIALIST = "commerce_specialist", _("商务专员")
    MARKETING_MANAGER = "marketing_manager", _("营销经理")
    FINANCE = "finance", _("财务")
    RISK = "risk", _("风险管理")
    CREDIT_GROUP = "credit_group", _("信用管理小组")
    DEPUTY_GM = "deputy_gm", _("副总经理")
    GENERAL_MANAGER = "general_manager", _("总经理")
    INTERNAL_AUDIT = "internal_audit", _("内部审计")
    CUSTOMER_SERVICE = "customer_service", _("客户服务")
    ARCHIVIST = "archivist", _("档案管理员")
    LEGAL = "legal", _("法务")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""Three hands: no account holds two of them, and none of them does business."""
BUSINESS = frozenset(Role) - ADMINISTRATORS
"""Everybody who works with customers."""
FIELD = frozenset({Role.SALES, Role.SALES_ENGINEER, Role.CUSTOMER_SERVICE})
"""Who sees the customers of his own department (and those below it) only."""
OVERSIGHT = BUSINESS - FIELD
"""Who sees every customer."""
