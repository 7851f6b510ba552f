"""A whole policy: the head and its sections."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from creditpolicy.model.consequences import Changes, Credit, Entitlement
from creditpolicy.model.duties import Access, Collection, Governance, Procedure, Review, RoleName, Warning
from creditpolicy.model.facts import Fact
from creditpolicy.model.scorecard import Grade, Scorecard
from creditpolicy.model.values import Day, Identifier, Line, Part, PolicyId, Text, said


class Document(Part):
    """The source document and its control data."""

    name: Line = said("文件名称或代号", "Name or number of the document.")
    title: Text | None = said("文件标题", "Its title.", None)
    number: Line | None = said("文件编号", "File number.", None)
    version: Line | None = said("文件版本", "Its own version.", None)
    prepared_by: Line | None = said("编制", "Prepared by.", None)
    reviewed_by: Line | None = said("审核", "Reviewed by.", None)
    approved_by: Line | None = said("批准", "Approved by.", None)
    approved_on: Day | None = said("批准日期", "Approved on.", None)


class Policy(Part):
    """A company's credit policy, as its file says it."""

    policy: PolicyId = said("制度编号", "Id of the policy.")
    version: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+){0,3}$")] = said(
        '版本, 如 "1.0"', 'Version, as "1.0".'
    )
    title: Text = said("名称", "Title.")
    summary: Text | None = said("一句话说明", "What it is for, in a sentence.", None)
    document: Document = said("来源文件与文件控制", "Source document and document control.")
    effective_from: Day = said("生效日期", "In force from this day.")
    subject: Identifier = said("评级对象, 如 customer、dealer", "What is rated: customer, dealer, …", "customer")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = said("币种", "Currency, ISO 4217.", "CNY")
    applies_to: Text | None = said("适用对象", "Whom it applies to.", None)
    roles: tuple[RoleName, ...] = said("角色", "Roles that have duties.", ())
    facts: dict[Identifier, Fact] = said("收集的事实", "Facts collected.")
    scorecard: Scorecard = said("评分表", "The scorecard.")
    grades: tuple[Grade, ...] = said("等级, 从最好到最差", "Grades, best first.", min_length=1)
    changes: Changes | None = said("等级变动", "How grades move.", None)
    credit: Credit | None = said("授信", "Limits, terms, order rules.", None)
    service: tuple[Entitlement, ...] = said("分级服务", "Service by grade.", ())
    procedure: Procedure | None = said("流程", "The procedure.", None)
    review: Review | None = said("复评", "When a customer is rated again.", None)
    watching: tuple[Warning, ...] = said("监控预警", "Warning rules.", ())
    collection: Collection | None = said("催收", "Dunning.", None)
    access: tuple[Access, ...] = said("查阅权限", "Who may see what.", ())
    governance: Governance | None = said("制度自身的管理", "How the policy itself is governed.", None)
