"""Telling the people of the company that grades moved: each customer's manager, once for a few and once for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.policies.models import Policy
from xinheng.ratings.changes.engine import Result
from xinheng.ratings.queries import in_parts
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import Kind

FEW = 20
"""Up to so many moved customers of one manager are told one by one."""


def tell_sales(results: Iterable[Result], policy: Policy, *, by: Actor, on: date) -> None:
    """Tell the managers of customers whose grade moved, was frozen or thawed, with the reasons and clauses."""
    moved = {result.customer: result for result in results if result.is_moved}
    if not moved:
        return
    by_owner: dict[int, list[Customer]] = defaultdict(list)
    keys = sorted(moved)
    for part in in_parts(keys):
        rows = Customer.objects.filter(pk__in=part, owner__is_active=True)
        for customer in rows.only("pk", "name", "number", "owner", "department"):
            assert customer.owner_id is not None
            by_owner[customer.owner_id].append(customer)
    for owner in Person.objects.filter(pk__in=by_owner):
        customers = by_owner[owner.pk]
        if len(customers) > FEW:
            _many(owner, customers, policy, by=by, on=on)
            continue
        for customer in customers:
            _one(owner, customer, moved[customer.pk], by=by, on=on)


def _one(owner: Person, customer: Customer, result: Result, *, by: Actor, on: date) -> None:
    was, now = result.before, result.standing
    assert now is not None
    before = was.grade if was is not None and was.grade else _("无")
    open_item(
        customer, by=by, on=on, act="read", kind=Kind.READ, person=owner, about=customer, clause=result.clause,
        title=_("等级 {before} → {after}: {customer}").format(
            before=before, after=now.grade or _("无"), customer=customer.name
        ),
        note=now.why,
    )  # fmt: skip


def _many(owner: Person, customers: list[Customer], policy: Policy, *, by: Actor, on: date) -> None:
    open_item(
        policy, by=by, on=on, act="read", kind=Kind.READ, person=owner,
        title=_("{count} 位客户的等级有变动").format(count=len(customers)),
        note=_("在评级清单里筛选自己的客户查看。"),
    )  # fmt: skip
