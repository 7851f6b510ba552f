"""What is stored of every act and every look."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One line of the record: one business act, or one look at a confidential file. Never changed, never deleted.

    Who acted is written as number and name, not as a reference: the record outlives the person's account.
    """

    at = models.DateTimeField(_("时间"), db_index=True)
    actor_id = models.BigIntegerField(_("办理人编号"), null=True, db_index=True)
    actor_name = models.CharField(_("办理人"), max_length=100)
    on_behalf_of = models.CharField(_("代谁办理"), max_length=100, blank=True)
    act = models.CharField(_("事项"), max_length=60, db_index=True)
    is_look = models.BooleanField(_("查阅"), default=False)
    subject_type = models.CharField(_("对象类别"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=60)
    subject_label = models.CharField(_("对象"), max_length=200)
    about_type = models.CharField(_("所属类别"), max_length=60, blank=True)
    about_id = models.CharField(_("所属编号"), max_length=60, blank=True)
    why = models.TextField(_("原因"), blank=True)
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    before = models.JSONField(_("之前"), null=True)
    after = models.JSONField(_("之后"), null=True)
    channel = models.CharField(_("途径"), max_length=20)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)

    class Meta:
        verbose_name = _("留痕")
        verbose_name_plural = _("留痕")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_of_subject"),
            models.Index(fields=["about_type", "about_id", "-id"], name="audit_about"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.act} {self.subject_label}"
