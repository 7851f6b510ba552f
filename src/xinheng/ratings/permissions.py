"""Who may see, make and move grades. Seeing follows the policy in force; what is done in a case is asked of the workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, OVERSIGHT, Role
from xinheng.ratings.access import What, sees_at_all

if TYPE_CHECKING:
    from xinheng.org.models import Person


def _customer_of(thing: Any) -> Customer | None:
    """Give the customer that a thing is about: itself, or what it hangs on; None asks of customers at all."""
    return thing if thing is None or isinstance(thing, Customer) else thing.customer


def _policy_says(what: What) -> Callable[..., bool]:
    """Make a predicate: the policy lets the person see this, of a customer (or a rating, a case …) whom he sees."""

    @predicate
    def allowed(person: Person, thing: Any) -> bool:
        if not getattr(person, "is_authenticated", False):
            return False
        return sees_at_all(person, what, policy=getattr(thing, "policy", None))

    return allowed  # type: ignore[no-any-return]


@predicate
def about_one_he_sees(person: Any, thing: Any) -> bool:
    """Say whether the customer that the thing is about is the person's to see."""
    return bool(sees(person, _customer_of(thing)))


OPENERS = (
    Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.MARKETING_MANAGER, Role.FINANCE, Role.RISK,
    Role.CREDIT_GROUP,
)  # fmt: skip
"""Who may open a case."""
RATERS = (Role.FINANCE, Role.RISK, Role.CREDIT_GROUP)
LEADERS = (Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.GENERAL_MANAGER)

permit("ratings.see_grade", _policy_says("grade") & about_one_he_sees, label=_("查看等级"))
permit("ratings.see_score", _policy_says("score") & about_one_he_sees, label=_("查看评分"))
permit("ratings.see_reasons", _policy_says("reasons") & about_one_he_sees, label=_("查看评级理由"))
permit("ratings.see_file", _policy_says("file") & about_one_he_sees, label=_("查看评估档案"))
permit("ratings.see_overview", _policy_says("grade") & is_one_of(*OVERSIGHT), label=_("查看评级概览"))
permit(
    "ratings.follow", _policy_says("grade") & is_one_of(Role.SALES, Role.SALES_ENGINEER),
    label=_("跟进自己客户的等级变动"),
)  # fmt: skip
permit("ratings.see_cases", is_one_of(*BUSINESS) & about_one_he_sees, label=_("查看评估的进度"))
permit("ratings.open", is_one_of(*OPENERS) & about_one_he_sees, label=_("发起评估"))
permit("ratings.score", is_one_of(*BUSINESS) & about_one_he_sees, label=_("填报与评分 (轮到自己时)"))
permit("ratings.decide", is_one_of(*BUSINESS) & about_one_he_sees, label=_("评估的审批 (轮到自己时)"))
permit("ratings.cancel", is_one_of(Role.COMMERCE_SPECIALIST, *RATERS) & about_one_he_sees, label=_("取消评估"))
permit(
    "ratings.override", is_one_of(Role.SALES, Role.SALES_ENGINEER, Role.MARKETING_MANAGER, *RATERS) & about_one_he_sees,
    label=_("申请人工调整等级"),
)  # fmt: skip
permit("ratings.end_override", is_one_of(*RATERS, *LEADERS) & about_one_he_sees, label=_("提前结束人工调整"))
permit(
    "ratings.see_overrides", _policy_says("grade") & is_one_of(*OVERSIGHT, Role.SALES, Role.SALES_ENGINEER) & about_one_he_sees,
    label=_("查看人工调整"),
)  # fmt: skip
permit("ratings.object", is_one_of(*BUSINESS) & about_one_he_sees, label=_("登记异议与对评级的投诉"))
permit("ratings.see_objections", is_one_of(*BUSINESS) & about_one_he_sees, label=_("查看异议与对评级的投诉"))
permit("ratings.answer_objection", is_one_of(*OVERSIGHT) & about_one_he_sees, label=_("处理异议与对评级的投诉"))
permit("ratings.revoke", is_one_of(*RATERS) & about_one_he_sees, label=_("因资料虚假撤销等级"))
permit("ratings.thaw", is_one_of(*RATERS, *LEADERS) & about_one_he_sees, label=_("解除冻结"))
permit("ratings.see_due", is_one_of(*BUSINESS) & about_one_he_sees, label=_("查看到期复评"))
permit("ratings.batch", is_one_of(*RATERS), label=_("批量评级"))
permit("ratings.see_batches", is_one_of(*RATERS, *LEADERS, Role.INTERNAL_AUDIT), label=_("查看批量评级"))
permit("ratings.apply_batch", is_one_of(*RATERS, *LEADERS), label=_("批量评级提请生效或转人工评估"))
permit("ratings.replay", is_one_of(*RATERS, *LEADERS, Role.INTERNAL_AUDIT) & about_one_he_sees, label=_("重算核对评级"))
permit("ratings.export", _policy_says("grade") & is_one_of(*OVERSIGHT), label=_("导出评级清单"))
