"""What is stored of every act and every look."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import label_of


class Entry(models.Model):
    """One line of the record: one business act, or one look at a confidential file. Never changed, never deleted.

    Who acted is written as number and name, not as a reference: the record outlives the person's account.
    """

    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(_("办理人编号"), null=True)
    actor_name = models.CharField(_("办理人"), max_length=100)
    on_behalf_of = models.CharField(_("代谁办理"), max_length=100, blank=True)
    act = models.CharField(_("事项"), max_length=60)
    is_look = models.BooleanField(_("查阅"), default=False)
    subject_type = models.CharField(_("对象类别"), max_length=60, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=60, blank=True)
    subject_label = models.CharField(_("对象"), max_length=200, blank=True)
    about_type = models.CharField(_("所属类别"), max_length=60, blank=True)
    about_id = models.CharField(_("所属编号"), max_length=60, blank=True)
    why = models.TextField(_("原因"), blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    before = models.JSONField(_("之前"), null=True)
    after = models.JSONField(_("之后"), null=True)
    channel = models.CharField(_("途径"), max_length=20)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    session = models.CharField(_("登录"), max_length=16, blank=True)
    signature = models.CharField(_("签名"), max_length=80, editable=False)

    class Meta:
        verbose_name = _("留痕")
        verbose_name_plural = _("留痕")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["act", "at"], name="audit_act"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_of_subject"),
            models.Index(fields=["about_type", "about_id", "-id"], name="audit_about"),
        )

    @property
    def act_label(self) -> str:
        """What was done, in words."""
        return label_of(self.act)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.act} {self.subject_label}"


class Seal(models.Model):
    """Some lines sealed into the chain: which ones, their digest, and the seal before.

    `members` names the lines one by one or in runs ("1-100,103"), for numbers do not come in order where many write at
    once; `prints` holds the first eight bytes of each line's hash in the same order. Never changed, never deleted.
    """

    number = models.BigIntegerField(_("序号"), unique=True)
    made_at = models.DateTimeField(_("封存时间"))
    count = models.PositiveIntegerField(_("条数"))
    total = models.BigIntegerField(_("累计条数"))
    top = models.BigIntegerField(_("最大编号"))
    members = models.TextField(_("成员"))
    prints = models.TextField(_("指纹"))
    digest = models.CharField(_("摘要"), max_length=64)
    previous = models.CharField(_("前一封"), max_length=64)
    hash = models.CharField(_("哈希"), max_length=64)

    class Meta:
        verbose_name = _("封存")
        verbose_name_plural = _("封存")
        ordering = ("-number",)
        indexes = (models.Index(fields=["made_at"], name="audit_sealed_at"),)

    def __str__(self) -> str:
        return f"{self.number} {self.made_at:%Y-%m-%d %H:%M} ({self.count})"
