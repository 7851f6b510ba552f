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
DUTIES = {
    Role.SALES: _("联系客户, 填写评估表, 日常留意付款与异常"),
    Role.SALES_ENGINEER: _("收集客户资料, 初步打分, 申请额度"),
    Role.COMMERCE_SPECIALIST: _("审核初评, 召集评估会议, 做记录并归档"),
    Role.MARKETING_MANAGER: _("监督和审核营销中心的评估"),
    Role.FINANCE: _("录入报表, 按标准评分, 监督信用风险, 对账结算"),
    Role.RISK: _("制定评估标准, 组织评级, 跟踪风险"),
    Role.CREDIT_GROUP: _("审核初评报告, 合议客户等级"),
    Role.DEPUTY_GM: _("主持信用管理小组, 批准常规客户"),
    Role.GENERAL_MANAGER: _("批准特殊客户与额度修正"),
    Role.INTERNAL_AUDIT: _("定期审计制度执行, 提出整改"),
    Role.CUSTOMER_SERVICE: _("回访, 处理咨询与投诉"),
    Role.ARCHIVIST: _("核实并建档, 保管纸质与电子档案, 办理借阅"),
    Role.LEGAL: _("合同条款, 催收函件, 诉讼"),
    Role.SYSTEM_ADMIN: _("系统运行、备份与设置; 看不到业务数据"),
    Role.SECURITY_ADMIN: _("账号、任职与不相容职责; 不办理业务"),
    Role.AUDIT_ADMIN: _("查阅留痕; 查阅本身也留痕; 不能改动人员"),
}
"""What each role does, in one line."""
