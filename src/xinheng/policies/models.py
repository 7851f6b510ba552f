"""What is stored of policies: each version with its text to the byte, what was said of it, and what trying it showed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person


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
        )

    workflow_template = "policies/parts/subject.html"

    def __str__(self) -> str:
        return f"{self.policy.title} {self.number}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("policies.version", args=[self.pk])


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
