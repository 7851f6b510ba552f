"""Cases: a customer assessed by a version of a policy, what each role scored, and on what evidence."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models import Incident
from xinheng.org.models import Department, Person
from xinheng.papers.models import Paper
from xinheng.policies.models import Policy, Version
from xinheng.ratings.models.visible import Visible
from xinheng.vault.fields import EncryptedJSONField, EncryptedTextField, SealedRow


class Assessment(SealedRow):
    """A case: a customer assessed by a version of a policy, from the form to the decision.

    `as_of` is the day whose facts count; `facts` what they were when the case was handed in, `digest` their sum.
    """

    class Kind(models.TextChoices):
        """What opened it."""

        FIRST = "first", _("首次评级")
        PERIODIC = "periodic", _("定期复评")
        EVENT = "event", _("事件重评")
        CORRECTION = "correction", _("额度修正")
        REVIEW = "review", _("异议复核")
        APPLICATION = "application", _("客户申请")
        MANUAL = "manual", _("主动评级")

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("填报中")
        IN_PROCEDURE = "in_procedure", _("流转中")
        PUBLISHED = "published", _("公示中")
        IN_FORCE = "in_force", _("已生效")
        REFUSED = "refused", _("未批准")
        CANCELLED = "cancelled", _("已取消")

    number = models.CharField(_("评估编号"), max_length=20, unique=True)
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="assessments")
    version = models.ForeignKey(
        Version, verbose_name=_("制度版本"), on_delete=models.PROTECT, related_name="assessments"
    )
    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("事由类别"), max_length=12, choices=Kind)
    why = models.CharField(_("事由"), max_length=200, blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    objection = models.ForeignKey("Objection", null=True, on_delete=models.PROTECT, related_name="reviews")
    as_of = models.DateField(_("评级日"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.OPEN)
    is_special = models.BooleanField(_("特殊客户"), default=False)
    special_why = models.CharField(_("特殊情况"), max_length=200, blank=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(
        Person, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = models.DateField(_("发起日期"))
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    due_on = models.DateField(_("应完成日"), null=True)
    limit_asked = models.DecimalField(_("申请额度"), max_digits=18, decimal_places=2, null=True)
    submitted_by = models.ForeignKey(
        Person, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_on = models.DateField(_("提交日期"), null=True)
    facts = EncryptedJSONField(bound_to=("uid", "customer_id"), default=dict)
    digest = models.CharField(max_length=64, blank=True)
    published_on = models.DateField(_("公示起"), null=True)
    publish_until = models.DateField(_("公示止"), null=True)
    decided_on = models.DateField(_("决定日期"), null=True)
    report = models.CharField(max_length=32, blank=True)

    objects: ClassVar[Any] = Visible.as_manager()
    workflow_template = "ratings/parts/subject.html"

    class Meta:
        verbose_name = _("评估")
        verbose_name_plural = _("评估")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "policy"],
                condition=Q(state__in=("open", "in_procedure", "published")),
                name="assessment_one_open",
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="assessment_due"),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ratings.assessment", args=[self.pk])

    @property
    def workflow_department(self) -> Department | None:
        """Give the branch whose people take the steps of field roles."""
        return self.customer.department

    def frozen_digest(self) -> str:
        """Give what may not change after handing in, but by the step whose turn it is."""
        from xinheng.ratings.subject import frozen

        return frozen(self)

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Give who must keep away from a task of the case."""
        from xinheng.ratings.subject import forbidden

        return forbidden(self, item)

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the case at all."""
        from xinheng.ratings.subject import may_handle

        return may_handle(self, person)

    def holds(self, expression: str) -> bool:
        """Judge a condition of the procedure."""
        from xinheng.ratings.subject import holds

        return holds(self, expression)

    def condition_in_words(self, expression: str) -> str:
        """Write a condition of the procedure for people."""
        from xinheng.ratings.subject import condition_in_words

        return condition_in_words(self, expression)

    def on_step(self, item: Any, outcome: str, *, by: Any, on: date) -> None:
        """Be told that a step was handled."""
        from xinheng.ratings.actions.deciding import stepped

        stepped(self, item, outcome, by=by, on=on)

    def on_decided(self, case: Any, outcome: str, *, by: Any, on: date) -> None:
        """Be told the end of the round."""
        from xinheng.ratings.actions.deciding import decided

        decided(self, case, outcome, by=by, on=on)


class Score(SealedRow):
    """What one role entered for one fact at one step, with the reason; a correction is a new row that replaces it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    fact = models.CharField(_("事实"), max_length=60)
    step = models.CharField(_("步骤"), max_length=60)
    role = models.CharField(_("角色"), max_length=60)
    value = EncryptedTextField(bound_to=("uid", "assessment_id"), null=True)
    reason = models.TextField(_("理由"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("评分人"), on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("日期"))
    at = models.DateTimeField(default=timezone.now, editable=False)
    replaced = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("评分")
        verbose_name_plural = _("评分")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["assessment", "fact", "step", "role"], condition=Q(replaced=False), name="score_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.assessment} {self.fact}"


class Evidence(models.Model):
    """A paper of the customer's file that supports a fact of a case, or the case as a whole (`fact` empty)."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="evidence")
    fact = models.CharField(_("事实"), max_length=60, blank=True)
    paper = models.ForeignKey(Paper, verbose_name=_("档案"), on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, verbose_name=_("提供人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("评估依据")
        verbose_name_plural = _("评估依据")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["assessment", "fact", "paper"], name="evidence_once"),)

    def __str__(self) -> str:
        return str(self.paper)
