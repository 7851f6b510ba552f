"""What is going on: values that contradict each other, single tasks in every role's inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from xinheng.customers.actions.card import add_value
from xinheng.customers.models import Customer, Source
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.story import Story
from xinheng.org.roles import Role
from xinheng.workflow.actions import open_item

TASKS: tuple[tuple[str, str, str, str, int], ...] = (
    (Role.SALES, "visit", "回访客户并更新档案卡", "003 三.1", 2),
    (Role.SALES_ENGINEER, "visit", "核对现场在租数量", "002-03", 1),
    (Role.COMMERCE_SPECIALIST, "fill", "准备资信评估会议资料", "002-03", 4),
    (Role.MARKETING_MANAGER, "follow_up", "确认重点客户名单", "002-17", 5),
    (Role.FINANCE, "collect", "核对逾期账款", "002-03", -2),
    (Role.RISK, "look_into", "复核失信名单比对结果", "000", 0),
    (Role.CREDIT_GROUP, "review", "审查授信建议", "000", 3),
    (Role.DEPUTY_GM, "approve", "阅批本季资信评估纪要", "002-03", 2),
    (Role.GENERAL_MANAGER, "approve", "特殊客户处理意见", "002-03", 3),
    (Role.INTERNAL_AUDIT, "look_into", "抽查档案查阅记录", "001", 6),
    (Role.CUSTOMER_SERVICE, "answer", "回复客户咨询", "004", -1),
    (Role.ARCHIVIST, "renew", "补齐缺页的纸质档案", "004", 1),
    (Role.LEGAL, "review", "审阅保密协议", "004", 4),
)
"""Role, act, title, clause, days until it is due."""


def load_doings(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """Let two sources contradict each other on some cards, and put something into every inbox."""
    on_file = [customers[made.number] for made in story.customers if made.stage == "filed"]
    firms = [customer for customer in on_file if customer.kind == "enterprise"]
    for customer in firms[:12]:
        owner = customer.owner
        assert owner is not None
        add_value(
            customer, by=owner, on=story.today, field="registered_capital", value="800", source=Source.PUBLIC_RECORD,
            as_of=story.today - timedelta(days=3), source_detail="企业信用公示系统",
        )  # fmt: skip
        add_value(
            customer, by=owner, on=story.today, field="registered_capital", value="2,000", source=Source.AGENCY,
            as_of=story.today - timedelta(days=3), source_detail="资信调查报告",
        )  # fmt: skip
    initiator = staff.of(Role.DEPUTY_GM)
    for place, (role, act, title, clause, days) in enumerate(TASKS):
        customer = on_file[place]
        by = initiator if role != Role.DEPUTY_GM else staff.of(Role.GENERAL_MANAGER)
        open_item(
            customer, by=by, on=story.today - timedelta(days=5), act=act, title=title, role=role,
            due=story.today + timedelta(days=days), clause=clause, about=customer,
        )  # fmt: skip
