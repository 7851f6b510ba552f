"""What secures credit and bounds it: guarantees of some customers, the company's ceiling, budgets of two departments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from xinheng.credit.actions import propose_budget, register_guarantee
from xinheng.credit.models import Account, Guarantee
from xinheng.customers.models import Guarantor
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.story import Story
from xinheng.ledger.models import Company
from xinheng.org.models import Department
from xinheng.org.roles import Role
from xinheng.papers.models import Paper
from xinheng.workflow.actions import finish_item
from xinheng.workflow.queries import items_of

STEP = 1_000_000_00
"""Ceilings and budgets are in whole millions of yuan (cents)."""


def load_securing(story: Story, staff: Staff) -> None:
    """Register guarantees, of which one waits to be checked, and set a ceiling and two budgets, one of them nearly used."""
    _guarantees(story, staff)
    rows = Account.objects.filter(currency="CNY", company=Company.default())
    whole = rows.aggregate(taken=Sum(F("used") + F("reserved")))["taken"] or 0
    _budget(Company.default(), _rounded(whole, 150), "全年授信计划", story, staff)
    own = rows.values("customer__department").annotate(taken=Sum(F("used") + F("reserved"))).order_by("-taken")
    for one, percent in zip(own[:2], (115, 160), strict=False):
        department = Department.objects.get(pk=one["customer__department"])
        branch = rows.filter(customer__department__path__startswith=department.path)
        taken = branch.aggregate(taken=Sum(F("used") + F("reserved")))["taken"] or 0
        _budget(department, _rounded(taken, percent), "按部门回款情况分配", story, staff)


def _rounded(amount: int, percent: int) -> int:
    return (max(amount, 0) * percent // 100 // STEP + 1) * STEP


def _budget(whose: Company | Department, amount: int, reason: str, story: Story, staff: Staff) -> None:
    asked = propose_budget(whose, amount=amount, reason=reason, by=staff.of(Role.CREDIT_GROUP), on=story.today)
    item = items_of(asked).get(state="open")
    finish_item(item, by=staff.of(Role.GENERAL_MANAGER), on=story.today, outcome="agree", remarks="同意")


def _guarantees(story: Story, staff: Staff) -> None:
    today = story.today
    found = Account.objects.filter(granted__gt=0, customer__papers__isnull=False, customer__kind="enterprise")
    accounts = list(found.select_related("customer").distinct().order_by("-used", "pk")[:3])
    for place, account in enumerate(accounts):
        told: dict[str, Any] = {
            "kind": "insurance", "giver": "中银保险", "number": f"XY{today:%Y}{place:04d}", "percent": Decimal(90),
            "most": 400_000_00,
        }  # fmt: skip
        guarantor = Guarantor.objects.filter(customer=account.customer, ended_on__isnull=True).first()
        if guarantor is not None:
            told = {"kind": "surety", "guarantor": guarantor}
        given = register_guarantee(
            account.customer, **told, amount=300_000_00, from_day=today - timedelta(days=60),
            until_day=today + timedelta(days=(24, 300, 180)[place]), by=staff.of(Role.RISK), on=today,
            papers=[Paper.objects.filter(customer=account.customer).order_by("pk")[0]],
        )  # fmt: skip
        if place < 2:
            _verify(given, story, staff)


def _verify(given: Guarantee, story: Story, staff: Staff) -> None:
    item = items_of(given).get(state="open")
    finish_item(item, by=staff.of(Role.FINANCE), on=story.today, outcome="agree", remarks="与原件一致")
