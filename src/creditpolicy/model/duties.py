"""Who does what by when: procedure, review, watching, collection, access."""

from __future__ import annotations

from typing import Literal

from creditpolicy.model.consequences import Event
from creditpolicy.model.values import Expression, Flag, Identifier, Line, Number, Part, Role, Sourced, Text, Whole, said

PERIOD = r"^[1-9]\d{0,3} (days|weeks|months|years)$"


class RoleName(Sourced):
    """A role that the policy gives duties to."""

    role: Role = said("角色编号", "Its id.")
    label: Text = said("角色名称", "Its name.")


class Step(Sourced):
    """One step of the procedure."""

    step: Identifier = said("编号", "Its id.")
    label: Text = said("名称", "What it is called.")
    role: Role = said("由谁办理", "Who does it.")
    with_roles: tuple[Role, ...] = said("共同参加的角色", "Roles that take part.", ())
    act: Literal[
        "apply",
        "fill",
        "verify",
        "score",
        "check",
        "meet",
        "review",
        "supervise",
        "approve",
        "publish",
        "notify",
        "sign",
        "file",
    ] = said("做什么", "What is done.")
    within_days: Whole | None = said("期限 (工作日)", "Deadline, in working days.", None, ge=0)
    when: Expression | None = said("只在此条件下", "Only where this holds.", None)
    special: Flag = said("仅特殊客户", "Only for special cases.", False)
    papers: tuple[Line, ...] = said("表单与材料", "Forms and papers.", ())
    returns_to: Identifier | None = said("退回到哪一步", "The step it is returned to.", None)
    note: Text | None = said("说明", "In words.", None)


class Apart(Sourced):
    """Steps that one person may not both do."""

    steps: tuple[Identifier, ...] = said("不得由同一人办理的步骤", "The steps.", min_length=2)


class Special(Sourced):
    """When a case is special."""

    when: Expression | None = said("条件", "The condition; none where people decide.", None)
    meaning: Text = said("什么算特殊", "What counts as special, in words.")


class Publication(Sourced):
    """Publication of a result for objections (公示)."""

    days: Whole = said("公示天数", "How many days it is published.", ge=1)
    who: Text = said("谁可以提出异议", "Who may object.")
    then: Text = said("有异议时怎么办", "What happens on an objection.")
    role: Role = said("由谁处理", "Who handles it.")


class Objection(Sourced):
    """A complaint about a rating, by the customer or anybody whom the policy names."""

    who: Text = said("谁可以提出", "Who may complain.")
    within_days: Whole | None = said("几天内答复", "Answered within this many days.", None, ge=0)
    role: Role = said("由谁处理 (不得是原评级人)", "Who handles it; never those who rated.")
    then: Text = said("怎么处理", "What is done.")


class Procedure(Part):
    """The steps from application to a grade in force."""

    steps: tuple[Step, ...] = said("步骤, 依次办理", "The steps, one after another.", ())
    apart: tuple[Apart, ...] = said("职责分离", "Duties that must be separate.", ())
    special: Special | None = said("特殊情况", "Special cases.", None)
    publication: Publication | None = said("公示", "Publication for objections.", None)
    objection: Objection | None = said("对评级的投诉", "Complaints about a rating.", None)


class First(Sourced):
    """What the first rating must precede."""

    before: Literal["first_order", "contract", "delivery", "any_credit"] = said("须在何事之前", "What it comes before.")


class Period(Sourced):
    """How often a customer is looked at again."""

    every: Line = said("周期, 如 3 months", "The period, as `3 months`.", pattern=PERIOD)
    grades: tuple[Identifier, ...] | None = said("适用等级 (默认全部)", "Grades it holds for; all by default.", None)
    act: Literal["rate", "monitor"] = said("重新评级还是只作检查", "Rate again, or only look.", "rate")
    month: Whole | None = said("固定月份", "A fixed month.", None, ge=1, le=12)
    days: tuple[Whole, ...] | None = said(
        "固定日期 [起, 止]", "Fixed days of the month, [first, last].", None, min_length=2, max_length=2
    )
    role: Role | None = said("由谁负责", "Who does it.", None)
    superseded: Line | None = said(
        "与另一条冲突而不执行: 写明理由", "Not followed because it contradicts another; the reason.", None
    )


class Review(Part):
    """When a customer is rated: first, regularly, on events."""

    first: First | None = said("首次评级", "The first rating.", None)
    periods: tuple[Period, ...] = said("定期", "Regularly.", ())
    same_day: tuple[Event, ...] = said("当日重评的事件", "Events that call for a rating the same day.", ())


class Warning(Sourced):
    """A warning rule."""

    warning: Identifier = said("编号", "Its id.")
    label: Text = said("名称", "What it is called.")
    when: Expression = said("条件", "The condition.")
    severity: Literal["notice", "warning", "alarm"] = said("级别: 提示 · 预警 · 警报", "Notice, warning or alarm.")
    tell: tuple[Role, ...] = said("通知谁", "Who is told.")
    follows: tuple[Literal["rerate", "freeze", "visit", "watch_list", "meeting", "report", "collect"], ...] = said(
        "随后做什么", "What follows.", ()
    )
    within_days: Whole = said("几天内处理, 0 为当日", "Handled within this many days; 0 the same day.", 0, ge=0)


class Rung(Sourced):
    """A step of the dunning ladder."""

    days: Whole = said("逾期第几天 (负数为到期前)", "Days overdue; negative before the due day.")
    channel: Literal["message", "phone", "letter", "visit", "law"] = said("方式", "How.")
    by: Role = said("由谁", "By whom.")
    note: Text | None = said("说明", "In words.", None)


class Collection(Sourced):
    """How late payments are chased."""

    smallest: Number | None = said("低于此金额不催 (元)", "Amounts below this are not chased, in yuan.", None, ge=0)
    quiet_days: Whole | None = said("两次催收的最短间隔 (天)", "Fewest days between two approaches.", None, ge=0)
    ladder: tuple[Rung, ...] = said("催收步骤", "The ladder.", ())


class Access(Sourced):
    """Who may see what."""

    what: Literal["criteria", "grade", "score", "reasons", "file"] = said("对象", "What may be seen.")
    roles: tuple[Role, ...] = said(
        "谁可以看 (customer 为客户本人)", "Who may see it; `customer` is the customer himself."
    )


class Duty(Sourced):
    """A regular duty of governing the policy itself."""

    duty: Identifier = said("编号", "Its id.")
    label: Text = said("内容", "What is done.")
    act: Literal["inspect", "audit", "meet", "train", "report"] = said(
        "检查 · 审计 · 会议 · 培训 · 报告", "Inspect, audit, meet, train or report."
    )
    role: Role = said("由谁负责", "Who does it.")
    every: Line | None = said("周期, 如 3 months", "How often, as `3 months`.", None, pattern=PERIOD)


class StaffRule(Sourced):
    """A reward or penalty for those who carry the policy out."""

    kind: Literal["reward", "penalty"] = said("奖励还是处罚", "Reward or penalty.")
    for_: Text = said("因何事", "For what.", alias="for")
    then: Text = said("怎样奖惩", "What follows.")


class Revision(Sourced):
    """How the policy itself is changed."""

    proposed_by: Role = said("由谁提出", "Who proposes.")
    decided_by: Role = said("由谁决定", "Who decides.")
    tell: tuple[Role, ...] = said("通知谁", "Who is told.", ())
    note: Text | None = said("说明", "In words.", None)


class Governance(Part):
    """How the policy is watched over and changed, and its people rewarded and penalised."""

    duties: tuple[Duty, ...] = said("检查、审计、会议、培训", "Inspections, audits, meetings, training.", ())
    staff: tuple[StaffRule, ...] = said("员工奖惩", "Rewards and penalties of staff.", ())
    revision: Revision | None = said("制度修订", "Revision of the policy.", None)


__all__ = [
    "Access",
    "Apart",
    "Collection",
    "Duty",
    "First",
    "Governance",
    "Objection",
    "Period",
    "Procedure",
    "Publication",
    "Review",
    "Revision",
    "RoleName",
    "Rung",
    "Special",
    "StaffRule",
    "Step",
    "Warning",
]
