"""Webhooks: which system is told of what, each thing it is told, and each try to tell it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.vault.fields import EncryptedTextField, SealedRow


class Event(models.TextChoices):
    """What can be told of."""

    GRADE_CHANGED = "grade.changed", _("在用等级变动")
    RATING_MADE = "rating.made", _("作出评级")
    ASSESSMENT_DECIDED = "assessment.decided", _("评估结束")
    POLICY_PUBLISHED = "policy.published", _("制度发布")
    TEST = "test", _("测试")


class Subscription(SealedRow):
    """Another system's address that is told of events, within what `person` may see.

    `failures` counts tries that failed since the last that did not; `rest_until` spares an address that does not answer.
    A former secret still signs beside the new one until `former_until`.
    """

    class State(models.TextChoices):
        """Whether it is told anything."""

        ACTIVE = "active", _("使用中")
        PAUSED = "paused", _("已暂停")
        BROKEN = "broken", _("多次失败, 已停发")
        ENDED = "ended", _("已停用")

    name = models.CharField(_("系统名称"), max_length=60)
    url = EncryptedTextField(_("地址"))
    host = models.CharField(_("主机"), max_length=255)
    person = models.ForeignKey(
        Person, verbose_name=_("以谁的身份"), on_delete=models.PROTECT, related_name="subscriptions"
    )
    events: models.JSONField[Any, Any] = models.JSONField(_("事件"))
    secret = EncryptedTextField(_("签名密钥"))
    former_secret = EncryptedTextField(null=True)
    former_until = models.DateTimeField(null=True)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.ACTIVE)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Person, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("事件通知")
        verbose_name_plural = _("事件通知")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.host})"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("connect.webhook", args=[self.pk])

    def event_labels(self) -> list[str]:
        """Give what it is told of, in words."""
        return [str(Event(event).label) for event in self.events]

    def point_to(self, url: str) -> None:
        """Set the address; the host alone may be shown, for a path may hold a secret."""
        self.url, self.host = url, urlsplit(url).netloc.rpartition("@")[2][:255]


class Delivery(SealedRow):
    """One thing that a system is told, until it has taken it or it was given up; `uid` is what the receiver knows it by."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("待发送")
        DELIVERED = "delivered", _("已送达")
        FAILED = "failed", _("未送达")
        DROPPED = "dropped", _("不再发送")

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(_("事件"), max_length=30, choices=Event)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    payload = EncryptedTextField(bound_to=("uid", "subscription_id"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_try_at = models.DateTimeField(_("下次发送"), default=timezone.now)
    at = models.DateTimeField(_("发生时间"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("通知记录")
        verbose_name_plural = _("通知记录")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["subscription", "next_try_at"], condition=Q(state="waiting"), name="delivery_waiting"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"


class Attempt(models.Model):
    """One try to tell a system something: what it answered, or why nobody did."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("应答"), null=True)
    problem = models.CharField(_("问题"), max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(_("用时"), default=0)

    class Meta:
        verbose_name = _("发送记录")
        verbose_name_plural = _("发送记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.delivery} {self.at}"
