"""The records of calculations, one by one or of everyone at once."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.ratings.models.cases import Assessment
from xinheng.ratings.models.visible import Visible
from xinheng.vault.fields import EncryptedTextField, SealedRow


class Batch(models.Model):
    """Everyone, or a segment, rated as of a day in the background. `cursor` is how far it is committed."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("评级中")
        RATED = "rated", _("待审阅")
        APPLYING = "applying", _("生效中")
        APPLIED = "applied", _("已生效")
        FAILED = "failed", _("没有完成")
        CANCELLED = "cancelled", _("已取消")

    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="batches")
    as_of = models.DateField(_("评级日"))
    segment = models.JSONField(default=dict)
    why = models.CharField(_("事由"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    cursor = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(_("未评"), default=0)
    total = models.PositiveIntegerField(default=0)
    runner = models.UUIDField(null=True)
    beat_at = models.DateTimeField(null=True)
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict)
    problem = models.TextField(_("问题"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    applied_by = models.ForeignKey(
        Person, verbose_name=_("审阅人"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("批量评级")
        verbose_name_plural = _("批量评级")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.version} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.batch", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        """Whether a job is at it, or will be."""
        return self.state in {self.State.WAITING, self.State.RUNNING, self.State.APPLYING}

    @property
    def percent(self) -> int:
        """How far the rating is."""
        return min(100 * (self.done + self.refused) // self.total, 100) if self.total else 0

    # What the workflow asks of a subject ------------------------------------------------------------------------------

    workflow_template = "ratings/parts/batch_subject.html"

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep whoever started it away from approving it."""
        return {} if self.by_id is None else {self.by_id: gettext("批量评级由您发起, 须由另一人批准。")}

    def frozen_digest(self) -> str:
        """Give what may not change between sending it and its approval."""
        return f"{self.version_id} {self.as_of} {self.done} {self.refused} {self.summary.get('sent', [])}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the approval."""
        from xinheng.ratings.actions.batches import decided

        decided(self, case, outcome, by=by, on=on)


class Rating(SealedRow):
    """The record of one calculation; never changed. `record` can be computed again to the byte; `sha256` is its sum.

    The columns beside it say the same, for lists and figures. `points` has the signed points by item (null where an
    item does not count). `before` and `limit_before` are what was in force when it was made, `moved` by how many grades
    it is better (below 0: worse).
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="ratings")
    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("评级日"))
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    assessment = models.ForeignKey(
        Assessment, null=True, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("评估")
    )
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="ratings")
    record = EncryptedTextField(bound_to=("uid", "customer_id"))
    sha256 = models.CharField(max_length=64)
    total = models.DecimalField(_("总分"), max_digits=24, decimal_places=6, null=True)
    grade_by_points = models.CharField(_("按分等级"), max_length=30, blank=True)
    grade = models.CharField(_("评级结果"), max_length=30)
    vetoes = models.JSONField(_("一票否决"), default=list)
    limit = models.DecimalField(_("信用额度"), max_digits=18, decimal_places=2, null=True)
    terms_days = models.PositiveIntegerField(_("账期"), null=True)
    points = models.JSONField(default=dict)
    before = models.CharField(_("原等级"), max_length=30, blank=True)
    limit_before = models.DecimalField(_("原额度"), max_digits=18, decimal_places=2, null=True)
    moved = models.SmallIntegerField(_("升降级数"), null=True)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("评级")
        verbose_name_plural = _("评级")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["batch", "customer"], condition=Q(batch__isnull=False), name="rating_once_in_a_batch"
            ),
        )
        indexes = (
            models.Index(fields=["customer", "policy", "-as_of"], name="rating_of_customer"),
            models.Index(fields=["batch", "moved", "before", "grade"], name="rating_moves"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade} {self.as_of}"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no natural person's name."""
        return f"{self.customer.record_label} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.rating", args=[self.pk])


class Refused(models.Model):
    """A customer whom a batch could not rate: the first reason in words, and every fact that is missing or unusable."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="refusals")
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    what = models.CharField(_("原因"), max_length=300)
    facts = models.JSONField(_("缺少或不能用的事实"), default=list)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("未评的客户")
        verbose_name_plural = _("未评的客户")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["batch", "customer"], name="refused_once_in_a_batch"),)

    def __str__(self) -> str:
        return self.what
