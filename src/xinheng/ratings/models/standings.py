"""The grade in force over time: results that wait, and grades set by people."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.ratings.models.records import Rating
from xinheng.ratings.models.visible import Visible
from xinheng.workflow.acts import Kind


class Cause(models.TextChoices):
    """Why a grade came into force."""

    FIRST = "first", _("首次评级")
    RATED = "rated", _("重新评级")
    WAITED = "waited", _("等待期满上调")
    CORRECTED = "corrected", _("投诉成立, 更正")
    EVENT = "event", _("事件下调")
    OVERRIDE = "override", _("人工调整")
    OVERRIDE_ENDED = "override_ended", _("人工调整结束")
    REVOKED = "revoked", _("撤销")
    FREEZE = "freeze", _("冻结")
    THAWED = "thawed", _("解除冻结")


class Standing(models.Model):
    """The grade in force over a period under a policy; the open one is today's. `grade` empty: none is in force (revoked).

    `until_day` is the first day on which it is no longer in force.
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="standings")
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(
        Rating, verbose_name=_("评级"), null=True, on_delete=models.PROTECT, related_name="standings"
    )
    grade = models.CharField(_("等级"), max_length=30, blank=True)
    limit = models.DecimalField(_("信用额度"), max_digits=18, decimal_places=2, null=True)
    terms_days = models.PositiveIntegerField(_("账期"), null=True)
    is_frozen = models.BooleanField(_("冻结"), default=False)
    from_day = models.DateField(_("生效日"))
    until_day = models.DateField(_("失效日"), null=True)
    next_review_on = models.DateField(_("下次评级日"), null=True)
    cause = models.CharField(_("原因"), max_length=20, choices=Cause)
    why = models.TextField(_("说明"), blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    by = models.ForeignKey(Person, verbose_name=_("经办"), null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("在用等级")
        verbose_name_plural = _("在用等级")
        ordering = ("-from_day", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"], condition=Q(until_day__isnull=True), name="standing_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")), name="standing_ends_after_start"
            ),
        )
        indexes = (
            # Read alone, without the rows: how grades are spread and moved is asked of everybody at once.
            models.Index(
                fields=["customer", "policy", "from_day", "until_day", "grade", "limit"], name="standing_on_day"
            ),
            models.Index(
                fields=["policy", "from_day", "grade", "until_day", "next_review_on", "is_frozen"],
                name="standing_began",
            ),
            models.Index(fields=["policy", "grade", "until_day"], name="standing_by_grade"),
            models.Index(fields=["until_day", "next_review_on"], name="standing_due"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no natural person's name."""
        return f"{self._meta.verbose_name} {self.customer.record_label}"


class Waiting(models.Model):
    """A better result that waits before it takes force, kept whatever comes of it."""

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting", _("等待中")
        TAKEN = "taken", _("已上调")
        OVERTAKEN = "overtaken", _("被新的结果取代")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="waiting")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(_("等级"), max_length=30)
    since = models.DateField(_("起"))
    effective_on = models.DateField(_("上调日"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    ended_on = models.DateField(null=True)
    why = models.TextField(_("说明"), blank=True)

    objects: ClassVar[Any] = Visible.as_manager()

    class Meta:
        verbose_name = _("待生效的等级")
        verbose_name_plural = _("待生效的等级")
        ordering = ("effective_on", "id")
        constraints = (
            models.UniqueConstraint(fields=["customer", "policy"], condition=Q(state="waiting"), name="waiting_one"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no natural person's name."""
        return f"{self._meta.verbose_name} {self.customer.record_label}"


class Override(models.Model):
    """A grade set by a person against the score: asked for by one, approved by another, for a time."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("审批中")
        IN_FORCE = "in_force", _("生效中")
        REFUSED = "refused", _("未批准")
        EXPIRED = "expired", _("已到期")
        PIERCED = "pierced", _("被事件重评取代")
        ENDED = "ended", _("已撤回")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="overrides")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey(Rating, verbose_name=_("评级"), on_delete=models.PROTECT, related_name="overrides")
    grade_by_score = models.CharField(_("按制度的等级"), max_length=30)
    grade = models.CharField(_("调整为"), max_length=30)
    reason = models.TextField(_("理由"))
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    days = models.PositiveIntegerField(_("有效天数"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("申请日期"))
    approved_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    from_day = models.DateField(_("生效日"), null=True)
    until_day = models.DateField(_("到期日"), null=True)
    ended_on = models.DateField(_("结束日"), null=True)
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True)

    objects: ClassVar[Any] = Visible.as_manager()
    workflow_template = "ratings/parts/override_subject.html"

    class Meta:
        verbose_name = _("人工调整")
        verbose_name_plural = _("人工调整")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"], condition=Q(state__in=("asked", "in_force")), name="override_one"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.grade}"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no natural person's name."""
        return f"{self._meta.verbose_name} {self.customer.record_label}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.override", args=[self.pk])

    @property
    def is_favour(self) -> bool:
        """Whether it is meant to lift the customer, by the order of the version's grades."""
        from xinheng.ratings.changes import rules_of

        place = rules_of(self.version).place
        return place.get(self.grade, 0) < place.get(self.grade_by_score, 0)

    @property
    def words(self) -> tuple[str, str]:
        """The grade by the policy and the grade asked for, as the policy calls them."""
        from xinheng.ratings.queries import scale_of

        scale = scale_of(self.version)
        return scale.label(self.grade_by_score), scale.label(self.grade)

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep the customer's own manager away from deciding."""
        if item.kind != Kind.DECIDE or self.customer.owner_id is None:
            return {}
        return {self.customer.owner_id: gettext("客户经理不批准自己客户的人工调整。请由他人办理。")}

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer at all."""
        return Customer.objects.visible_to(person).filter(pk=self.customer_id).exists()

    def frozen_digest(self) -> str:
        """Give what may not change between asking and approval."""
        return f"{self.customer_id} {self.version_id} {self.grade_by_score} {self.grade} {self.days} {self.reason}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round: in force, or not."""
        from xinheng.ratings.actions.overrides import decided

        decided(self, outcome, by=by, on=on)
