"""Who may see the policies, draft them, try them and publish them. Approval is the workflow's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role

DRAFTERS = (
    Role.RISK, Role.FINANCE, Role.CREDIT_GROUP, Role.COMMERCE_SPECIALIST, Role.MARKETING_MANAGER, Role.DEPUTY_GM,
    Role.GENERAL_MANAGER,
)  # fmt: skip
"""Who may write a draft; who proposes and who decides is the policy's own word."""
PUBLISHERS = (Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.GENERAL_MANAGER)

permit("policies.see", is_one_of(*BUSINESS), label=_("查阅制度库"))
permit("policies.comment", is_one_of(*BUSINESS), label=_("对制度草案提意见"))
permit("policies.draft", is_one_of(*DRAFTERS), label=_("起草、修改和提交制度"))
permit("policies.try", is_one_of(*DRAFTERS), label=_("用全部客户试算制度草案"))
permit("policies.see_trial", is_one_of(*OVERSIGHT), label=_("查看试算结果"))
permit("policies.publish", is_one_of(*PUBLISHERS), label=_("发布制度, 指定主评级制度"))
