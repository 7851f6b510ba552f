"""Who may see the policies, draft them, try them and publish them. Approval is the workflow's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role

if TYPE_CHECKING:
    from xinheng.org.models import Person
    from xinheng.policies.models import Version

DRAFTERS = (
    Role.RISK, Role.FINANCE, Role.CREDIT_GROUP, Role.COMMERCE_SPECIALIST, Role.MARKETING_MANAGER, Role.DEPUTY_GM,
    Role.GENERAL_MANAGER,
)  # fmt: skip
"""Who may write a draft; who proposes and who decides is the policy's own word."""
PUBLISHERS = (Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.GENERAL_MANAGER)


@predicate
def open_to(person: Person, version: Version | None) -> bool:
    """Say whether the policy itself opens its criteria to the person; where it says nothing, to everybody."""
    from xinheng.policies.queries import readable
    from xinheng.policies.roles import fillers_of

    said = readable(version) if version is not None else None
    named = next((rule.roles for rule in said.access if rule.what == "criteria"), None) if said is not None else None
    if said is None or named is None:
        return True
    found = set(fillers_of(said, named).values())
    roles = [one for one in found if isinstance(one, str)]
    return person in found or (bool(roles) and person.is_one_of(*roles))


permit("policies.see", is_one_of(*BUSINESS), label=_("查阅制度库"))
permit(
    "policies.read", is_one_of(*BUSINESS) & (is_one_of(*DRAFTERS, Role.INTERNAL_AUDIT) | open_to),
    label=_("查阅制度的评分标准 (按制度的规定)"),
)  # fmt: skip
permit("policies.comment", is_one_of(*BUSINESS), label=_("对制度草案提意见"))
permit("policies.draft", is_one_of(*DRAFTERS), label=_("起草、修改和提交制度"))
permit("policies.try", is_one_of(*DRAFTERS), label=_("用全部客户试算制度草案"))
permit("policies.see_trial", is_one_of(*OVERSIGHT), label=_("查看试算结果"))
permit("policies.publish", is_one_of(*PUBLISHERS), label=_("发布制度, 指定主评级制度"))
