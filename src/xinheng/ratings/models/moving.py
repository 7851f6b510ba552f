"""What moves grades: every happening in order, and where each customer stands between two of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer, Statement
from xinheng.ledger.models import Incident
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.ratings.models.records import Rating
from xinheng.ratings.models.standings import Override
from xinheng.ratings.models.visible import Visible


class Position(models.Model):
    """Where a customer stands under a policy, as `creditpolicy.moving` needs it to go on; whoever moves a grade locks it.

    `rated_on` is the day of the last rating that took its place, `next_on` the next day on which time alone moves him.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    state: models.JSONField[Any, Any] = models.JSONField(default=dict)
    rated_on = models.DateField(null=True)
    next_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("等级的位置")
        verbose_name_plural = _("等级的位置")
        constraints = (models.UniqueConstraint(fields=["customer", "policy"], name="position_one"),)
        indexes = (models.Index(fields=["policy", "next_on"], name="position_due"),)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.policy_id}"


class Happening(models.Model):
    """One thing that happened to a graded customer, and what was said of it; never changed. Folded anew they give the same."""

    class Kind(models.TextChoices):
        """Which."""

        RATED = "rated", _("评级")
        CORRECTED = "corrected", _("更正")
        EVENT = "event", _("事件")
        OVERRIDE = "override", _("人工调整")
        OVERRIDE_ENDED = "override_ended", _("人工调整撤回")
        REVOKED = "revoked", _("撤销等级")
        THAWED = "thawed", _("解除冻结")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="happenings")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=15, choices=Kind)
    on = models.DateField(_("日期"))
    event = models.CharField(_("事件"), max_length=30, blank=True)
    rating = models.ForeignKey(Rating, null=True, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    override = models.ForeignKey(Override, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60, blank=True)
    grade = models.CharField(_("等级"), max_length=30, blank=True)
    until = models.DateField(null=True)
    said = models.TextField(_("结果"), blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("等级的变动")
        verbose_name_plural = _("等级的变动")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["rating"], condition=Q(kind="rated"), name="happening_rating_once"),
            models.UniqueConstraint(fields=["incident", "policy"], name="happening_incident_once"),
            models.UniqueConstraint(
                fields=["customer", "policy", "event", "on"],
                condition=Q(kind="event", incident__isnull=True, statement__isnull=True),
                name="happening_event_once_a_day",
            ),
            models.UniqueConstraint(fields=["statement", "policy"], name="happening_statement_once"),
            models.UniqueConstraint(fields=["rating"], condition=Q(kind="corrected"), name="happening_corrected_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=("rated", "corrected")) | Q(rating__isnull=False),
                name="happening_rated_by_a_rating",
            ),
        )
        indexes = (models.Index(fields=["customer", "policy", "id"], name="happening_of_customer"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
