"""What days bring to guarantees and shared limits: reminders, and members that slipped."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, act, record
from xinheng.credit.actions.budgets import follow_rates, follow_rule
from xinheng.credit.actions.guarantees import (
    adds_by_policy,
    is_recognised_otherwise,
    recognise_anew,
    release_guarantee,
)
from xinheng.credit.core import joining
from xinheng.credit.models import Guarantee
from xinheng.org.roles import Role
from xinheng.workflow.actions import open_item


def daily(*, on: date) -> None:
    """Follow the rules of shared limits; end sureties without a guarantor, follow the policy, and remind of what ends."""
    follow_rates(on=on)
    for pool in joining.ruled():
        if joining.missing(pool).exists() or joining.astray(pool).exists():
            follow_rule(pool, on=on)
    going_on = Q(until_day__isnull=True) | Q(until_day__gt=on)
    rows = Guarantee.objects.filter(going_on, state=Guarantee.State.VALID)
    for given in rows.select_related("account__customer__owner", "guarantor", "grant").order_by("pk"):
        if given.kind == Guarantee.Kind.SURETY and (given.guarantor is None or given.guarantor.ended_on is not None):
            release_guarantee(given, by=SYSTEM, on=on, why=_("保证人已不在客户档案里。"))
            continue
        if is_recognised_otherwise(given, on):
            recognise_anew(given, by=SYSTEM, on=on)
        _amount, rule = adds_by_policy(given, on)
        until = given.until_day
        if until is not None and given.reminded_on is None and until <= on + timedelta(rule.notice_days):
            remind(given, on=on)


@act
def remind(given: Guarantee, *, on: date) -> Guarantee:
    """Open a task for a guarantee that ends soon, once."""
    given.reminded_on = on
    given.save(update_fields=["reminded_on"])
    owner = given.customer.owner
    who = {"person": owner} if owner is not None and owner.is_active else {"role": Role.FINANCE}
    open_item(
        given, by=SYSTEM, on=on, act="renew", due=given.until_day, about=given.customer,
        title=_("{kind} {day} 失效, 请续办: {customer}").format(
            kind=given.get_kind_display(), day=given.until_day, customer=given.customer.name
        ),
        **who,
    )  # fmt: skip
    record("credit.remind_guarantee", given, by=SYSTEM, about=given.customer, after={"until": given.until_day})
    return given
