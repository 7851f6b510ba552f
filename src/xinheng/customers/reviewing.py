"""Reviewing a financial statement: the procedure, and what its end does to the statement."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_noop

from creditpolicy.problems import Refusal, faults
from xinheng.audit.record import Actor, record
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.workflow.acts import Outcome, Stand
from xinheng.workflow.procedures import STARTER, Procedure, Step

if TYPE_CHECKING:
    from xinheng.customers.models import Statement

REVIEW = Procedure(
    key="customers.statement",
    steps=(
        Step(
            key="review",
            title=gettext_noop("审核报表"),
            role=Role.RISK,
            act="review",
            within_days=3,
            if_empty="role",
            fallback=Role.CREDIT_GROUP,
            note=gettext_noop("对照报表原件核对数字、单位与期间; 有误则退回并写明科目。"),
        ),
    ),
)
"""One step: the risk department looks the figures through, which finance entered."""


def digest(statement: Statement) -> str:
    """Give what the content of a statement comes to."""
    figures = {figure.account: str(figure.amount) for figure in statement.figures.order_by("account")}
    head = [str(statement.period_end), statement.period_kind, statement.months, statement.is_audited]
    return json.dumps([head, figures], sort_keys=True)


def stepped(statement: Statement, *, step: str, outcome: str, by: Actor) -> None:
    """Let a returned statement be edited, and take it back in when it is handed in again."""
    from xinheng.customers.accounting import problems_of
    from xinheng.customers.models import StatementState
    from xinheng.customers.ratios import figures_of

    if outcome == Outcome.RETURN:
        _stand(statement, StatementState.DRAFT, by)
    elif step == STARTER:
        wrong = faults(problems_of(figures_of(statement), statement.unit))
        if wrong:
            told = " ".join(problem.what for problem in wrong[:3])
            raise Refusal(_t("报表有 {count} 处不符, 不能提交: {told}").format(count=len(wrong), told=told), wrong)
        _stand(statement, StatementState.SUBMITTED, by)


def decided(statement: Statement, outcome: str, *, by: Actor, on: date) -> None:
    """Approve the statement where the round agreed; else let it be edited again."""
    from xinheng.customers.listeners import tell_statement
    from xinheng.customers.models import StatementState

    if outcome == Stand.AGREED:
        statement.approved_by, statement.approved_on = by if isinstance(by, Person) else None, on
        _stand(statement, StatementState.APPROVED, by)
        record("customers.approve_statement", statement, by=by, about=statement.customer)
        tell_statement(statement, by=by, on=on)
    else:
        _stand(statement, StatementState.DRAFT, by)


def _stand(statement: Statement, state: str, by: Actor) -> None:
    statement.state = state
    statement._history_user = by if isinstance(by, Person) else None  # type: ignore[attr-defined]
    statement.save()
