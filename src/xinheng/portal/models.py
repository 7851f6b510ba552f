"""What is stored of the customer's own pages: invitations, and what customers sent in and nobody has accepted yet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.ratings.models import Objection, Standing
from xinheng.vault.fields import EncryptedJSONField, EncryptedTextField, SealedRow


class Invitation(SealedRow):
    """A customer's way in: a link that ends, and a code told in another way. Of both only digests are kept.

    `tries` counts wrong codes since the last right one; at `LOCKED_AFTER` the invitation is over.
    """

    LOCKED_AFTER: ClassVar[int] = 5
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="invitations")
    to_name = models.CharField(_("受邀人"), max_length=60)
    email = EncryptedTextField(_("邮箱"), null=True, blank=True)
    message = models.CharField(_("附言"), max_length=300, blank=True)
    language = models.CharField(_("语言"), max_length=10, blank=True, editable=False)
    link_digest = models.CharField(max_length=64, unique=True, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(Person, verbose_name=_("邀请人"), on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("邀请时间"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("有效至"))
    opened_at = models.DateTimeField(_("最近打开"), null=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)
    ended_why = models.CharField(_("结束原因"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("客户邀请")
        verbose_name_plural = _("客户邀请")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.to_name} ({self.customer})"

    @property
    def actor_id(self) -> int | None:
        """No account: the customer is nobody of the company."""
        return None

    @property
    def actor_name(self) -> str:
        """Whose invitation it is, as the record names it: the record is never erased, so no natural person's name."""
        return f"客户 {self.customer.number}"

    @property
    def record_label(self) -> str:
        """The invitation, as the record names it."""
        return f"{self._meta.verbose_name} {self.customer.number}-{self.pk}"

    def is_open(self) -> bool:
        """Say whether the link still opens."""
        return self.ended_at is None and timezone.now() < self.expires_at and self.tries < self.LOCKED_AFTER


class Submission(SealedRow):
    """What a customer sent in; it changes nothing until somebody accepts it, value by value."""

    class What(models.TextChoices):
        """What was sent."""

        FORM = "form", _("资料表")
        PAPER = "paper", _("资料文件")
        COMPLAINT = "complaint", _("投诉")
        APPLICATION = "apply", _("评级申请")

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("待审核")
        ACCEPTED = "accepted", _("已采纳")
        PARTLY = "partly", _("部分采纳")
        REFUSED = "refused", _("未采纳")
        ANSWERED = "answered", _("已答复")

    invitation = models.ForeignKey(
        Invitation, verbose_name=_("邀请"), on_delete=models.PROTECT, related_name="submissions"
    )
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="submissions")
    what = models.CharField(_("种类"), max_length=10, choices=What)
    content = EncryptedJSONField(_("内容"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        Person, verbose_name=_("处理人"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, editable=False)
    answer = models.TextField(_("答复"), blank=True, editable=False)

    class Meta:
        verbose_name = _("客户来件")
        verbose_name_plural = _("客户来件")
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.customer}"

    @property
    def record_label(self) -> str:
        """What was sent, as the record names it."""
        return f"{self.get_what_display()} {self.customer.number}-{self.pk}"

    def get_absolute_url(self) -> str:
        """Give the page where it is decided."""
        return reverse("portal.submission", args=[self.pk])

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see it at all."""
        return may(person, "portal.see", self.customer)


class Letter(models.Model):
    """A message to the customer: of the grade in force, or the answer to what he objected.

    What it says is made when it goes, from what he may see then; no word of it and no address is kept.
    """

    class Sort(models.TextChoices):
        """What it is about."""

        GRADE = "grade", _("评级结果")
        ANSWER = "answer", _("异议答复")

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        OVERTAKEN = "overtaken", _("已有新的结果, 不再发送")
        DROPPED = "dropped", _("没有发送")
        FAILED = "failed", _("发送失败")

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="letters")
    sort = models.CharField(_("种类"), max_length=8, choices=Sort)
    standing = models.OneToOneField(Standing, null=True, on_delete=models.PROTECT, related_name="letter")
    objection = models.OneToOneField(Objection, null=True, on_delete=models.PROTECT, related_name="letter")
    made_on = models.DateField(_("日期"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    sent_to = models.PositiveSmallIntegerField(_("收件人数"), default=0)

    class Meta:
        verbose_name = _("客户通知")
        verbose_name_plural = _("客户通知")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(sort="grade", standing__isnull=False, objection__isnull=True)
                | Q(sort="answer", objection__isnull=False, standing__isnull=True),
                name="letter_about_one_thing",
            ),
        )
        indexes = (models.Index(fields=["state", "next_try_at"], name="letter_due"),)

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.customer}"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no natural person's name."""
        return f"{self._meta.verbose_name} {self.customer.number}-{self.pk}"
