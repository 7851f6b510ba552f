"""What is stored of policies: each version with its text to the byte, what was said of it, and what trying it showed."""

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
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.vault.fields import EncryptedJSONField, SealedRow
from xinheng.workflow.acts import Kind, Outcome
from xinheng.workflow.models import Item, Round


class Policy(models.Model):
    """A policy through all its versions. The main one of a subject is that whose grade is the customer's grade."""

    key = models.CharField(_("制度编号"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=200)
    subject = models.CharField(_("评级对象"), max_length=60, default="customer")
    is_main = models.BooleanField(_("主评级制度"), default=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("制度")
        verbose_name_plural = _("制度")
        ordering = ("-is_main", "key")
        constraints = (models.UniqueConstraint(fields=["subject"], condition=Q(is_main=True), name="policy_one_main"),)

    def __str__(self) -> str:
        return self.title


class Stage(models.TextChoices):
    """How far a version is. Published ones are in force from their day until the next one's."""

    DRAFT = "draft", _("草案")
    IN_APPROVAL = "in_approval", _("审批中")
    APPROVED = "approved", _("已批准")
    PUBLISHED = "published", _("已发布")
    DISCARDED = "discarded", _("已放弃")


UNDER_WAY = (Stage.DRAFT, Stage.IN_APPROVAL, Stage.APPROVED)
"""On its way to publication; one of a policy at a time."""
FINAL = (Stage.APPROVED, Stage.PUBLISHED)
"""The text can no longer change."""


class Version(models.Model):
    """One version of a policy. `edition` counts the savings of the draft, so that two editors notice each other.

    `in_force_until` is the first day on which it is no longer in force.
    """

    class Origin(models.TextChoices):
        """Where the draft came from."""

        PACK = "pack", _("随附制度")
        FILE = "file", _("上传的文件")
        COPY = "copy", _("现行版本的副本")

    policy = models.ForeignKey(Policy, verbose_name=_("制度"), on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(_("版本"), max_length=20)
    text = models.TextField(_("制度文件"))
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    stage = models.CharField(_("状态"), max_length=12, choices=Stage, default=Stage.DRAFT)
    origin = models.CharField(_("来源"), max_length=8, choices=Origin)
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    change_note = models.TextField(_("修订说明"), blank=True)
    edition = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        Person, verbose_name=_("起草人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("起草时间"), default=timezone.now, editable=False)
    edited_by = models.ForeignKey(
        Person, verbose_name=_("最后修改人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(_("最后修改时间"), default=timezone.now)
    approved_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_on = models.DateField(_("批准日期"), null=True)
    published_by = models.ForeignKey(
        Person, verbose_name=_("发布人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_on = models.DateField(_("发布日期"), null=True)
    in_force_from = models.DateField(_("生效日"), null=True)
    in_force_until = models.DateField(_("失效日"), null=True)

    class Meta:
        verbose_name = _("制度版本")
        verbose_name_plural = _("制度版本")
        ordering = ("policy", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "number"], condition=~Q(stage=Stage.DISCARDED), name="version_numbered_once"
            ),
            models.UniqueConstraint(fields=["policy"], condition=Q(stage__in=UNDER_WAY), name="version_one_under_way"),
            models.CheckConstraint(
                condition=Q(stage=Stage.PUBLISHED, in_force_from__isnull=False)
                | (~Q(stage=Stage.PUBLISHED) & Q(in_force_from__isnull=True)),
                name="version_published_from",
            ),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="version_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["policy", "in_force_from"], condition=Q(stage=Stage.PUBLISHED), name="version_one_from_a_day"
            ),
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(stage=Stage.PUBLISHED, in_force_until__isnull=True),
                name="version_one_without_end",
            ),
        )

    workflow_template = "policies/parts/subject.html"

    def __str__(self) -> str:
        return f"{self.policy.title} {self.number}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("policies.version", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether its text may be changed."""
        return bool(self.stage == Stage.DRAFT)

    @property
    def badge_state(self) -> str:
        """Give the state whose colour its badge takes."""
        colours = {
            Stage.DRAFT: "draft", Stage.IN_APPROVAL: "submitted", Stage.APPROVED: "approved", Stage.PUBLISHED: "in_force",
        }  # fmt: skip
        ended = self.in_force_until is not None and self.in_force_until <= timezone.localdate()
        return "ended" if ended else colours.get(Stage(self.stage), "closed")

    @property
    def is_final(self) -> bool:
        """Whether its text can no longer change, whatever happens."""
        return self.stage in FINAL

    def is_in_force(self, on: date) -> bool:
        """Whether it is in force on a day."""
        if self.stage != Stage.PUBLISHED or self.in_force_from is None or self.in_force_from > on:
            return False
        return self.in_force_until is None or self.in_force_until > on

    @property
    def last_trial(self) -> Trial | None:
        """Give the latest trial of it, for whoever is to approve it."""
        return self.trials.select_related("version").first()

    @property
    def warning_count(self) -> int:
        """Count what a check warns of, for whoever is to approve it."""
        from xinheng.policies.queries import findings

        return sum(problem.severity == "warning" for problem in findings(self))

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    @property
    def last_edited_by(self) -> Person | None:
        """Give who edited the draft last: he may not approve it."""
        return self.edited_by

    def forbidden_handlers(self, item: Item) -> dict[int, str]:
        """Keep whoever wrote the draft away from approving it."""
        if item.kind != Kind.DECIDE or item.round_id is None:
            return {}
        writers = {number for number in (self.created_by_id, self.edited_by_id) if number is not None}
        return dict.fromkeys(writers, gettext("起草或修改这份草案的人不能审批它。请由他人办理。"))

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see it at all."""
        return may(person, "policies.see")

    def frozen_digest(self) -> str:
        """Give what may not change between handing in and approval."""
        return f"{self.policy_id} {self.number} {self.sha256}"

    def on_step(self, item: Item, outcome: str, *, by: Actor, on: date) -> None:
        """Be told that a step was handled: handed in again after a return, it is in approval again."""
        from xinheng.policies.actions.approving import handed_in_again

        if item.act == "correct" and outcome == Outcome.DONE:
            handed_in_again(self, by=by)

    def on_returned(self, case: Round, *, by: Actor, on: date) -> None:
        """Be told that it goes back to whoever handed it in: it is a draft again."""
        from xinheng.policies.actions.approving import sent_back

        sent_back(self, by=by, why=gettext("退回修改"))

    def on_decided(self, case: Round | Item, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round: approved, or a draft again."""
        from xinheng.policies.actions.approving import decided

        if isinstance(case, Round):
            decided(self, outcome, by=by, on=on)


class Comment(models.Model):
    """What somebody said of a clause of a draft, and what came of it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="comments")
    path = models.CharField(_("规则"), max_length=200, blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    text = models.TextField(_("意见"))
    by = models.ForeignKey(Person, verbose_name=_("提出人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    edition = models.PositiveIntegerField(default=1)
    answer = models.TextField(_("答复"), blank=True)
    answered_by = models.ForeignKey(
        Person, verbose_name=_("答复人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    is_adopted = models.BooleanField(_("采纳"), null=True)

    class Meta:
        verbose_name = _("制度意见")
        verbose_name_plural = _("制度意见")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text[:40]


class Trial(models.Model):
    """A version tried on everyone beside another (or beside none); nothing is changed by it."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("试算中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("没有完成")

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="trials")
    against = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    as_of = models.DateField(_("评级日"))
    segment = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    runner = models.UUIDField(null=True)
    beat_at = models.DateTimeField(null=True)
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict)
    problem = models.TextField(_("问题"), blank=True)
    by = models.ForeignKey(Person, verbose_name=_("试算人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("试算")
        verbose_name_plural = _("试算")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.version} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("policies.trial", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        """Whether a job has it, or is about to."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def is_of_this_text(self) -> bool:
        """Whether the version still has the text that was tried."""
        return bool(self.sha256 == self.version.sha256)

    @property
    def percent(self) -> int:
        """How much of it is done, in whole percent."""
        return self.done * 100 // self.total if self.total else 0


class TrialRows(models.QuerySet["TrialRow"]):
    """Rows of trials, and which of them a person may see."""

    def visible_to(self, person: Person) -> TrialRows:
        """Give those of customers whom the person may see."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class TrialRow(SealedRow):
    """A customer for whom a trial shows something: another grade, another limit, or no rating.

    Grades are empty where he was not rated. `told` has the items that moved him, the vetoes gained and lost, and what
    was missing; it is closed, for it quotes his figures.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="rows")
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.CASCADE, related_name="+")
    before = models.CharField(_("原等级"), max_length=30, blank=True)
    after = models.CharField(_("新等级"), max_length=30, blank=True)
    notches = models.SmallIntegerField(_("升降级数"), null=True)
    total_before = models.DecimalField(_("原总分"), max_digits=12, decimal_places=6, null=True)
    total_after = models.DecimalField(_("新总分"), max_digits=12, decimal_places=6, null=True)
    limit_before = models.DecimalField(_("原额度"), max_digits=18, decimal_places=2, null=True)
    limit_after = models.DecimalField(_("新额度"), max_digits=18, decimal_places=2, null=True)
    limit_change = models.DecimalField(_("额度变化"), max_digits=18, decimal_places=2, null=True)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2, null=True)
    told: EncryptedJSONField = EncryptedJSONField(default=dict, bound_to=("uid", "customer_id"))

    objects: ClassVar[Any] = TrialRows.as_manager()

    class Meta:
        verbose_name = _("试算结果")
        verbose_name_plural = _("试算结果")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["trial", "customer"], name="trial_row_once"),)
        indexes = (models.Index(fields=["trial", "before", "after"], name="trial_rows_of_a_cell"),)

    def __str__(self) -> str:
        return f"{self.customer} {self.before} → {self.after}"
