"""Goods that the policy keeps back before they go out: why, who asked, and who let them go."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.credit.models.accounts import MOST, Account
from xinheng.credit.models.releasing import Releasable
from xinheng.ledger.models import Order
from xinheng.org.models import Person


class DeliveryStop(Releasable, models.Model):
    """An order whose goods were kept back. `goods` are those that were to go out last, in cents; `found` is what stopped them.

    Whether goods may go out is asked anew each time: this row is for those who wait, and for those who may let them go.
    """

    class State(models.TextChoices):
        """How it stands."""

        HELD = "held", _("待批准")
        BLOCKED = "blocked", _("禁止发货")
        RELEASED = "released", _("已特批")
        FREED = "freed", _("可以发货")
        DONE = "done", _("已发货")
        DROPPED = "dropped", _("已取消")

    order = models.OneToOneField(
        Order, verbose_name=_("订单"), on_delete=models.PROTECT, related_name="delivery_stop"
    )  # fmt: skip
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="delivery_stops")
    goods = models.BigIntegerField(_("要发的货"))
    state = models.CharField(_("状态"), max_length=10, choices=State)
    found = models.JSONField(default=list)
    policy = models.CharField(_("制度"), max_length=120, blank=True)
    asked_by = models.ForeignKey(
        Person, verbose_name=_("申请人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_on = models.DateField(_("拦截日"))
    at = models.DateTimeField(default=timezone.now, editable=False)
    let_pass = models.JSONField(default=dict)
    approved_by = models.ForeignKey(
        Person, verbose_name=_("特批人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_until = models.DateField(_("特批有效至"), null=True)

    not_by_manager = _("客户经理不特批自己客户的发货。请由他人办理。")
    workflow_template = "credit/parts/delivery_subject.html"

    class Meta:
        verbose_name = _("发货拦截")
        verbose_name_plural = _("发货拦截")
        ordering = ("-id",)
        indexes = (models.Index(fields=["account", "state"], name="credit_stop_waiting"),)
        constraints = (models.CheckConstraint(condition=Q(goods__gt=0, goods__lte=MOST), name="credit_stop_goods"),)

    def __str__(self) -> str:
        return str(self.order.number)

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("credit.delivery", args=[self.order_id])

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def frozen_digest(self) -> str:
        """Give what may not change between asking and approval."""
        return f"{self.order_id} {[(one['rule'], one['over'], one['days']) for one in self.found]}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round for its special approval."""
        from xinheng.credit.actions.deliveries import decided

        decided(self, outcome, by=by, on=on)
