"""An order that was held against the policy: what was found, what is reserved for it, and who let it pass."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.credit.models.accounts import MOST, Account, Hold
from xinheng.credit.models.releasing import Releasable
from xinheng.org.models import Person


class OrderCheck(Releasable, models.Model):
    """An order's check. `amount` is the order's, in cents; `found` are the rules that fired, as they were told.

    What its hold was used for is not checked again, nor what is `done` beside it: used of holds before, or counting in the
    ledger (below zero where more was used of the hold than counts by now).
    """

    class State(models.TextChoices):
        """How it came out."""

        PASSED = "passed", _("通过")
        REMINDED = "reminded", _("通过 (有提醒)")
        HELD = "held", _("待批准")
        BLOCKED = "blocked", _("禁止")
        DROPPED = "dropped", _("已取消")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="checks")
    number = models.CharField(_("订单号"), max_length=40)
    amount = models.BigIntegerField(_("金额"))
    done = models.BigIntegerField(default=0)
    terms_days = models.PositiveIntegerField(_("账期 (天)"), null=True)
    state = models.CharField(_("结果"), max_length=10, choices=State)
    found = models.JSONField(default=list)
    policy = models.CharField(_("制度"), max_length=120, blank=True)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="checks")
    asked_by = models.ForeignKey(
        Person, verbose_name=_("申请人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_on = models.DateField(_("检查日"))
    at = models.DateTimeField(default=timezone.now, editable=False)
    let_pass = models.JSONField(default=dict)
    approved_by = models.ForeignKey(
        Person, verbose_name=_("特批人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_until = models.DateField(_("特批有效至"), null=True)

    not_by_manager = _("客户经理不特批自己客户的订单。请由他人办理。")
    workflow_template = "credit/parts/check_subject.html"

    class Meta:
        verbose_name = _("订单检查")
        verbose_name_plural = _("订单检查")
        ordering = ("-id",)
        indexes = (models.Index(fields=["account", "state"], name="credit_check_waiting"),)
        constraints = (
            models.UniqueConstraint(
                fields=["account", "number"], condition=~Q(state="dropped"), name="credit_check_one"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MOST), name="credit_check_amount"),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("credit.check", args=[self.pk])

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def frozen_digest(self) -> str:
        """Give what may not change between asking and approval."""
        return f"{self.account_id} {self.number} {self.amount} {self.terms_days}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round for its special approval."""
        from xinheng.credit.actions.checks import decided

        decided(self, outcome, by=by, on=on)
