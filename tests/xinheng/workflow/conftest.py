"""What the workflow's tests share: a request that somebody of 销售一部 hands in, and procedures over it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deciding.models import Request
from xinheng.workflow.procedures import Procedure, Step

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)
PLAIN = Procedure("plain", (Step("approve", "财务批准", role="finance", within_days=2, clause="三.1"),))
CHAIN = Procedure(
    "chain",
    (
        Step("score", "评分", role="sales_engineer", act="score", within_days=1),
        Step("check", "初审", role="commerce_specialist", act="check", within_days=1, returns_to="score"),
        Step("review", "审核", role="marketing_manager", act="review", within_days=1, returns_to="score"),
        Step("approve", "批准", role="deputy_gm", act="approve", within_days=1, returns_to="review"),
        Step("special", "特批", role="general_manager", act="approve", special=True),
        Step("file", "归档", role="commerce_specialist", act="file"),
    ),
    apart=((("score", "check", "review", "approve"), "三.2"),),
    special_when="large",
    special_clause="三.8",
)


@pytest.fixture
def asked(company: Any) -> Request:
    """A request about the customer of 销售一部."""
    return Request.objects.create(title="借阅营业执照", amount=50, department=company.departments["sales1"])


@pytest.fixture
def task() -> Callable[[Any], Any]:
    """Give the task that is open in a round; fails where it is not exactly one."""

    def opened(round: Any, **told: Any) -> Any:
        return round.items.get(state="open", **told)

    return opened
