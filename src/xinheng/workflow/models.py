"""What is stored of the things that somebody must decide or do."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Department, Person
from xinheng.org.roles import Role
from xinheng.workflow import acts
from xinheng.workflow.acts import PENDING, Kind, Outcome, Part, Stand, State
from xinheng.workflow.procedures import Procedure, Step


class Concerning(models.Model):
    """A row about a thing (`subject`), and about the customer or other file that the thing belongs to (`about`)."""

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.CharField(max_length=60)
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(_("对象"), max_length=200)
    about_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    about_id = models.CharField(max_length=60, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    about_label = models.CharField(_("客户"), max_length=200, blank=True)

    class Meta:
        abstract = True


class Round(Concerning):
    """One run of a procedure over one subject; a second run is another round, so that their tasks never mix.

    `plan` is the procedure as it stood on the day of the start; `digest` what the subject's content came to when it was
    last handed in.
    """

    procedure = models.CharField(_("流程"), max_length=100)
    number = models.PositiveIntegerField(_("第几轮"))
    title = models.CharField(_("事由"), max_length=200)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    plan = models.JSONField()
    digest = models.CharField(max_length=128, blank=True)
    is_special = models.BooleanField(_("特殊情况"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=Stand, default=Stand.OPEN)
    department = models.ForeignKey(
        Department, verbose_name=_("部门"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_by = models.ForeignKey(
        Person, verbose_name=_("发起人"), null=True, blank=True, on_delete=models.PROTECT, related_name="rounds_started"
    )
    started_for = models.ForeignKey(
        Person, verbose_name=_("代谁发起"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_on = models.DateField(_("发起日期"))
    started_at = models.DateTimeField(_("发起时间"), default=timezone.now)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("流程轮次")
        verbose_name_plural = _("流程轮次")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "procedure", "number"], name="round_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "procedure"],
                condition=Q(state=Stand.OPEN),
                name="round_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state=Stand.OPEN, closed_at__isnull=True)
                | (~Q(state=Stand.OPEN) & Q(closed_at__isnull=False)),
                name="round_closed_or_open",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def steps(self) -> tuple[Step, ...]:
        """Give the steps as they stood at the start."""
        return self.as_procedure().steps

    def as_procedure(self) -> Procedure:
        """Give the procedure as it stood at the start."""
        return Procedure.from_plan(self.plan)


class Items(models.QuerySet["Item"]):
    """Tasks, and which of them concern a person."""

    def visible_to(self, person: Person, on: date | None = None) -> Items:
        """Give those that the person may look at: addressed to him, handled or started by him, or his to oversee."""
        from xinheng.workflow.queries import visible

        return visible(self, person, on or timezone.localdate())


class Item(Concerning):
    """One thing that a role or a person must decide, do or read, by a day, under a clause."""

    round = models.ForeignKey(
        Round, verbose_name=_("轮次"), null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    step = models.CharField(_("步骤"), max_length=60, blank=True)
    index = models.SmallIntegerField(default=0)
    part = models.CharField(_("参与方式"), max_length=10, choices=Part, default=Part.MAIN)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    act = models.CharField(_("事项"), max_length=30)
    kind = models.CharField(_("性质"), max_length=10, choices=Kind)
    title = models.CharField(_("标题"), max_length=200)
    note = models.TextField(_("说明"), blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    role = models.CharField(_("角色"), max_length=30, choices=Role, blank=True)
    department = models.ForeignKey(
        Department, verbose_name=_("部门"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("指定办理人"), null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    due_on = models.DateField(_("期限"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.OPEN)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, blank=True)
    remarks = models.TextField(_("意见"), blank=True)
    opened_by = models.ForeignKey(
        Person, verbose_name=_("交办人"), null=True, blank=True, on_delete=models.PROTECT, related_name="items_opened"
    )
    opened_on = models.DateField(_("交办日期"))
    opened_at = models.DateTimeField(_("交办时间"), default=timezone.now)
    handled_by = models.ForeignKey(
        Person, verbose_name=_("办理人"), null=True, blank=True, on_delete=models.PROTECT, related_name="items_handled"
    )
    on_behalf_of = models.ForeignKey(
        Person, verbose_name=_("代谁办理"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    handled_on = models.DateField(_("办理日期"), null=True, blank=True)
    handled_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    reminded_on = models.DateField(_("最近催办"), null=True, blank=True)
    escalated_on = models.DateField(_("最近升级"), null=True, blank=True)
    escalations = models.PositiveSmallIntegerField(_("升级次数"), default=0)

    objects: ClassVar[Any] = Items.as_manager()

    class Meta:
        verbose_name = _("待办")
        verbose_name_plural = _("待办")
        ordering = ("due_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(role="") | Q(person__isnull=False) | Q(state=State.SKIPPED), name="item_addressed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=PENDING, handled_at__isnull=True, outcome="")
                | (~Q(state__in=PENDING) & Q(handled_at__isnull=False)),
                name="item_handled_or_pending",
            ),
        )
        indexes = (
            models.Index(fields=["state", "role", "due_on"], name="item_of_role"),
            models.Index(fields=["state", "person", "due_on"], name="item_of_person"),
            models.Index(fields=["subject_type", "subject_id"], name="item_of_subject"),
            models.Index(fields=["about_type", "about_id"], name="item_about"),
            models.Index(fields=["handled_by", "-handled_at"], name="item_handled_by"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_pending(self) -> bool:
        """Say whether it still waits for somebody."""
        return self.state in PENDING

    @property
    def act_label(self) -> str:
        """Give the word for what is asked."""
        return acts.label(self.act)

    def is_late(self, on: date) -> bool:
        """Say whether it is still open after its day."""
        return self.is_pending and self.due_on is not None and self.due_on < on


class Meetings(models.QuerySet["Meeting"]):
    """Meetings, and which of them a person may open."""

    def visible_to(self, person: Person) -> Meetings:
        """Give those that the person called or is asked to; internal audit sees all."""
        if person.is_active and Role.INTERNAL_AUDIT in person.roles():
            return self
        return self.filter(Q(called_by=person) | Q(attendances__person=person)).distinct()


class Meeting(Concerning):
    """A meeting over a subject: called, minuted, voted in by each himself, and closed; `item` is the step it settles."""

    class State(models.TextChoices):
        """How far it is."""

        CALLED = "called", _("已召集")
        CLOSED = "closed", _("已结束")
        CANCELLED = "cancelled", _("已取消")

    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(_("议题"), max_length=200)
    held_on = models.DateField(_("会议日期"))
    place = models.CharField(_("地点"), max_length=100, blank=True)
    minutes = models.TextField(_("会议记录"), blank=True)
    conclusion = models.CharField(_("结论"), max_length=1000, blank=True)
    agreed = models.BooleanField(_("通过"), null=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.CALLED)
    called_by = models.ForeignKey(
        Person, verbose_name=_("召集人"), null=True, on_delete=models.PROTECT, related_name="meetings_called"
    )
    called_on = models.DateField(_("召集日期"))
    closed_by = models.ForeignKey(
        Person, verbose_name=_("结束人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_on = models.DateField(_("结束日期"), null=True)

    objects = Meetings.as_manager()

    class Meta:
        verbose_name = _("会议")
        verbose_name_plural = _("会议")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (Q(agreed__isnull=False, closed_on__isnull=False) & ~Q(minutes="") & ~Q(conclusion="")),
                name="meeting_closed_with_minutes",
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(state="called"), name="meeting_one_called"),
        )
        indexes = (models.Index(fields=["subject_type", "subject_id"], name="meeting_subject"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("workflow.meeting", args=[self.pk])

    def may_handle(self, person: Person) -> bool:
        """Say whether the person is asked to it."""
        return Meeting.objects.visible_to(person).filter(pk=self.pk).exists()

    def on_decided(self, case: Any, outcome: str, *, by: Any, on: date) -> None:
        """Refuse that the task to vote is ended without a vote."""
        from xinheng.workflow.actions.meetings import wants_a_vote

        wants_a_vote(self, case)


class Attendance(models.Model):
    """One person asked to a meeting: whether he came, and how he voted, with his reason; each votes himself."""

    class Vote(models.TextChoices):
        """How he voted."""

        AGREE = "agree", _("同意")
        REFUSE = "refuse", _("不同意")
        ABSTAIN = "abstain", _("弃权")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, verbose_name=_("参会人"), on_delete=models.PROTECT, related_name="attendances")
    role = models.CharField(_("代表"), max_length=30, choices=Role, blank=True)
    was_there = models.BooleanField(_("到会"), null=True)
    vote = models.CharField(_("表决"), max_length=10, choices=Vote, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    voted_at = models.DateTimeField(_("表决时间"), null=True)

    class Meta:
        verbose_name = _("参会")
        verbose_name_plural = _("参会")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(vote__in=("", "agree")) | ~Q(reason=""), name="attendance_dissent_has_reason"
            ),
            models.CheckConstraint(condition=Q(vote="") | Q(was_there=True), name="attendance_votes_if_there"),
        )

    def __str__(self) -> str:
        return f"{self.meeting} {self.person}"


class Notice(models.Model):
    """Something that a person is told, once a day at most of each sort and task."""

    person = models.ForeignKey(Person, verbose_name=_("收件人"), on_delete=models.CASCADE, related_name="notices")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    sort = models.CharField(_("类别"), max_length=20)
    text = models.CharField(_("内容"), max_length=300)
    day = models.DateField(_("日期"))
    created_at = models.DateTimeField(_("时间"), default=timezone.now)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    sent_at = models.DateTimeField(_("外发时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("提醒")
        verbose_name_plural = _("提醒")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["person", "item", "sort", "day"], name="notice_once_a_day"),)

    def __str__(self) -> str:
        return self.text


class DayOff(models.Model):
    """A day on which the company differs from the public calendar: works, or does not."""

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"), default=False)
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        verbose_name = _("公司日历")
        verbose_name_plural = _("公司日历")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class RoleMapping(models.Model):
    """Who fills a role that a policy names in its own words: a role of the company, or a person."""

    policy = models.CharField(_("制度"), max_length=60, blank=True)
    policy_role = models.CharField(_("制度中的角色"), max_length=60)
    label = models.CharField(_("制度中的称呼"), max_length=100, blank=True)
    role = models.CharField(_("公司的角色"), max_length=30, choices=Role, blank=True)
    person = models.ForeignKey(
        Person, verbose_name=_("人员"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("角色对照")
        verbose_name_plural = _("角色对照")
        ordering = ("policy", "policy_role")
        constraints = (
            models.UniqueConstraint(fields=["policy", "policy_role"], name="role_mapping_once"),
            models.CheckConstraint(
                condition=(Q(role="") & Q(person__isnull=False)) | (~Q(role="") & Q(person__isnull=True)),
                name="role_mapping_to_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy} {self.policy_role}"
