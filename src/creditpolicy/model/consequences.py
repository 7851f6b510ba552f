"""What follows from a grade: limit, terms, order rules, service; and how grades move."""

from __future__ import annotations

from typing import Literal

from creditpolicy.model.values import Expression, Flag, Identifier, Line, Number, Part, Role, Sourced, Text, Whole, said

Event = Literal[
    "overdue",
    "default",
    "lawsuit",
    "penalty",
    "false_information",
    "worse_statements",
    "dispute",
    "ownership_change",
    "anomaly",
]
Exposure = Literal[
    "open_orders", "delivered_not_invoiced", "receivables", "overdue_receivables", "bills", "prepayments", "deposits"
]


class Terms(Sourced):
    """The credit terms of one grade. A limit left out is no statement; a limit of 0 means cash only."""

    grade: Identifier = said("等级", "The grade.")
    limit: Expression | None = said(
        "信用额度: 金额或算式", "Credit limit: an amount, or an expression over facts and `total`.", None
    )
    terms_days: Whole | None = said("账期 (天)", "Payment terms, in days.", None, ge=0, le=3650)
    cash_only: Flag = said("只收现款", "Cash only.", False)
    deposit_percent: Number | None = said("押金比例 (%)", "Deposit, percent of the deal.", None, ge=0, le=1000)
    down_payment_percent: Number | None = said("首付比例 (%)", "Down payment, percent of the deal.", None, ge=0, le=100)
    rate_percent: Number | None = said("资金占用费年率 (%)", "Yearly rate charged, percent.", None, ge=0, le=100)
    discount_percent: Number | None = said("价格优惠 (%)", "Price discount, percent.", None, ge=0, le=100)
    guarantee: Text | None = said("担保要求", "Guarantee asked for.", None)
    note: Text | None = said("说明", "Anything else, in words.", None)


class OrderRule(Sourced):
    """A rule that every order is held against, or that goods are before they go out."""

    rule: Identifier = said("编号", "Its id.")
    label: Text = said("名称", "What it is called.")
    type: Literal[
        "over_limit",
        "overdue",
        "grade_too_low",
        "cash_only",
        "down_payment_short",
        "terms_too_long",
        "rating_expired",
        "papers_expired",
        "frozen",
        "contract_missing",
    ] = said("规则种类", "Which kind of rule it is.")
    strength: Literal["remind", "approve", "block"] = said(
        "强度: 提醒 · 须批准 · 禁止", "Remind, ask for approval, or block."
    )
    at: tuple[Literal["order", "delivery"], ...] = said(
        "什么时候查: 下单 · 发货 (默认只在下单时)",
        "When it is asked: as an order is taken, before goods go out (goods issue), or both; orders by default.",
        ("order",), min_length=1,
    )  # fmt: skip
    grades: tuple[Identifier, ...] | None = said("适用等级 (默认全部)", "Grades it holds for; all by default.", None)
    scope: Literal["customer", "group", "department", "company"] = said(
        "范围", "Whose figures it looks at.", "customer"
    )
    days: Whole | None = said("逾期超过多少天", "Overdue by more than this many days.", None, ge=0)
    trifle: Number | None = said("小额不计 (元)", "Amounts up to this are let pass.", None, ge=0)
    tolerance_percent: Number | None = said("容许超出 (%)", "Excess let pass, percent of the limit.", None, ge=0)
    release_by: Role | None = said("谁可以放行", "Who may release.", None)
    release_days: Whole | None = said("放行有效天数", "How long a release lasts, in days.", None, ge=0)
    release_within_percent: Number | None = said(
        "放行后订单可再增多少 (%), 默认不可再增",
        "By how much of what was approved an order may grow while its release lasts, percent; by default not at all.",
        None, ge=0, le=100,
    )  # fmt: skip


class GuaranteeRule(Sourced):
    """What guarantees of one kind add to the limit of the customers who give them; a kind left out adds nothing."""

    guarantee: Literal["deposit", "surety", "mortgage", "pledge", "insurance", "bank_guarantee"] = said(
        "担保方式: 保证金 · 保证 · 抵押 · 质押 · 信用保险 · 银行保函", "Which kind of guarantee it is."
    )
    percent: Number = said("认可几成 (%)", "The share of what it covers that adds to the limit, percent.", ge=0, le=100)
    most_percent: Number | None = said(
        "最多增加额度的几成 (%)", "The most that this kind adds, percent of the limit without it.", None, ge=0, le=1000
    )
    grades: tuple[Identifier, ...] | None = said("适用等级 (默认全部)", "Grades it holds for; all by default.", None)
    notice_days: Whole | None = said("到期前几天提醒", "Days before its end on which people are reminded.", None, ge=0)


class Rounding(Sourced):
    """How limits are rounded."""

    to: Number = said("取整单位, 如 10000", "The step limits are rounded to.", gt=0)
    how: Literal["down", "half_up", "up"] = said("舍入方向", "Direction.", "down")


class Deadlines(Sourced):
    """How long things of credit last, in days; what is left out lasts as long as the library assumes, and is listed."""

    hold_days: Whole | None = said(
        "通过的订单预占几天 (没有单据跟上就释放)", "Days an order that passed stays reserved for while nothing comes of it.",
        None, ge=1,
    )  # fmt: skip
    decide_within_days: Whole | None = said(
        "特批和额度申请每一步几个工作日内决定", "Working days for each step of a special approval or an application.",
        None, ge=1,
    )  # fmt: skip
    revolving_days: Whole | None = said(
        "申请的循环额度最长几天", "Days a revolving limit that was applied for lasts at most.", None, ge=1
    )
    temporary_days: Whole | None = said("临时额度最长几天", "Days a temporary limit lasts at most.", None, ge=1)
    single_days: Whole | None = said("单笔额度最长几天", "Days a limit for a single order lasts at most.", None, ge=1)


class Credit(Sourced):
    """Limits and terms by grade, what counts as exposure, and the rules for orders."""

    unit: Text | None = said("额度单位 (默认元)", "Unit of limits; yuan by default.", None)
    rounding: Rounding | None = said("额度取整", "Rounding of limits.", None)
    most: Number | None = said("任何客户的最高额度", "No limit is above this.", None, ge=0)
    by_grade: tuple[Terms, ...] = said("各等级的授信条件", "Terms by grade.", ())
    exposure: tuple[Exposure, ...] = said(
        "占用额度的构成 (预收、押金为减项)", "What counts as exposure; prepayments and deposits are taken away.", ()
    )
    order_rules: tuple[OrderRule, ...] = said("订单检查规则", "Rules for orders.", ())
    deadlines: Deadlines | None = said("授信的期限", "How long things of credit last.", None)
    guarantees: tuple[GuaranteeRule, ...] = said(
        "担保怎样增加额度 (默认不增加)", "What guarantees add to the limit; nothing by default.", ()
    )


class Benefit(Sourced):
    """One thing that a grade is entitled to."""

    benefit: Text = said("内容", "What it is.")
    by: Role | None = said("由谁提供", "Who provides it.", None)
    every: Line | None = said(
        "多久一次, 如 3 months", "How often, as `3 months`.", None, pattern=r"^\d+ (days|weeks|months|years)$"
    )


class Entitlement(Part):
    """What a grade is entitled to."""

    grade: Identifier = said("等级", "The grade.")
    benefits: tuple[Benefit, ...] = said("享受的服务", "Its benefits.")


class Down(Sourced):
    """How a grade falls."""

    after_days: Whole = said("下调等待天数, 0 为立即", "Days before a fall takes effect; 0 at once.", 0, ge=0)


class Up(Sourced):
    """How a grade rises."""

    after_days: Whole = said("上调等待天数", "Days a better result must hold.", 0, ge=0)
    notches: Whole | None = said("一次最多上调几级", "Most grades risen at once.", None, ge=1)


class GradeEvent(Sourced):
    """An event that forces a re-rating, or a grade."""

    event: Event = said("事件", "The event.")
    label: Text | None = said("说明", "In words.", None)
    within_days: Whole = said("几天内重评, 0 为当日", "Re-rated within this many days; 0 the same day.", 0, ge=0)
    days: Whole | None = said(
        "逾期超过多少天才算 (仅用于逾期; 默认第一天)", "Overdue by more than this many days (overdue only).", None, ge=0
    )
    when: Expression | None = said(
        "怎样才算变差 (仅用于报表恶化): 本期与上期 (before_) 报表比率的条件",
        "What is worse (worse_statements only): a condition over the ratios of a statement and, with before_, of the one before.",
        None,
    )
    effect: Literal["rerate", "lower", "revoke", "freeze"] = said(
        "后果: 重评 · 下调 · 撤销 · 冻结", "Re-rate, lower, revoke or freeze.", "rerate"
    )
    to_grade: Identifier | None = said("下调到哪一级", "The grade it is lowered to.", None)


class Override(Sourced):
    """Who may set a grade against the score, how far and how long."""

    by: Role = said("谁可以", "Who may.")
    notches: Whole = said("最多偏离几级", "Most grades away from the score.", 1, ge=1)
    days: Whole = said("有效天数", "How long it lasts, in days.", 90, ge=1)
    reason_required: Flag = said("必须写理由", "A reason must be given.", True)


class Changes(Part):
    """How a grade moves once it is in force."""

    down: Down | None = said("下调", "Falling.", None)
    up: Up | None = said("上调", "Rising.", None)
    events: tuple[GradeEvent, ...] = said("触发事件", "Events.", ())
    overrides: tuple[Override, ...] = said("人工调整", "Overrides.", ())


__all__ = [
    "Benefit",
    "Changes",
    "Credit",
    "Deadlines",
    "Down",
    "Entitlement",
    "GradeEvent",
    "GuaranteeRule",
    "OrderRule",
    "Override",
    "Rounding",
    "Terms",
    "Up",
]
