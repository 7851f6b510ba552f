"""What is done to customers' files once a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM
from xinheng.customers.dealings import dealings_of
from xinheng.customers.dimensions import deal_phase, size_class, time_phase
from xinheng.customers.models import Customer
from xinheng.customers.queries import DUE_WITHIN_DAYS, verification_due
from xinheng.org.roles import Role
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import PENDING
from xinheng.workflow.models import Item

BATCH = 500


def daily(*, on: date) -> str:
    """Ask for verifications that run out to be done again, and divide customers by their dealings; say how many."""
    asked, divided = ask_for_verification(on), divide(on)
    return _("重新核实 {asked} 件, 客户划分更新 {divided} 个。").format(asked=asked, divided=divided)


def ask_for_verification(on: date) -> int:
    """Open a task for each paper whose verification runs out within a month, unless one is open."""
    due = verification_due(on)
    keys = [str(one.identity.pk) for one in due]
    waiting = set(
        Item.objects.filter(
            subject_type__app_label="customers", subject_type__model="identity", subject_id__in=keys, act="reverify",
            state__in=PENDING,
        ).values_list("subject_id", flat=True)
    )  # fmt: skip
    opened = 0
    for one in due:
        if str(one.identity.pk) in waiting or one.due_on is None:
            continue
        customer = one.identity.customer
        open_item(
            one.identity, by=SYSTEM, on=on, act="reverify", role=Role.ARCHIVIST, about=customer,
            due=max(one.due_on, on + timedelta(3)), clause="004 客户识别流程",
            title=_("重新核实: {name} 的{kind}").format(name=customer.name, kind=one.identity.get_kind_display()),
            note=_("上次核实或证件有效期至 {day}, 提前 {days} 天提醒。").format(day=one.due_on, days=DUE_WITHIN_DAYS),
        )  # fmt: skip
        opened += 1
    return opened


def divide(on: date) -> int:
    """Renew the dimensions that follow from dealings, where they changed; without dealings they stay empty."""
    changed, last = 0, 0
    while True:
        batch = list(Customer.objects.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not batch:
            return changed
        last = batch[-1].pk
        held = dealings_of([customer.pk for customer in batch], on)
        if held is None:
            return changed
        different = []
        for customer in batch:
            dealings = held[customer.pk]
            now = (time_phase(dealings, on), deal_phase(dealings, on), size_class(dealings))
            if now != (customer.phase_time, customer.phase_deal, customer.size_class):
                customer.phase_time, customer.phase_deal, customer.size_class = now
                customer.phases_on = on
                different.append(customer)
        with transaction.atomic():
            Customer.objects.bulk_update(different, ["phase_time", "phase_deal", "size_class", "phases_on"])
        changed += len(different)
