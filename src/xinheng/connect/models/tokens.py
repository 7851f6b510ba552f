"""Tokens: how another system comes in, and what it was answered."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person

SCOPES = {
    "customers:read": _("读取客户资料 (证件号码遮蔽)"),
    "customers:write": _("登记和修改客户"),
    "papers:read": _("读取档案目录和文件"),
    "papers:write": _("上传档案"),
    "tasks:read": _("读取待办"),
    "tasks:write": _("办理待办"),
    "ratings:read": _("读取等级、额度、账期和评级记录"),
    "ratings:open": _("发起评估"),
    "facts:write": _("推送评级用的资料"),
    "policies:read": _("读取评级制度"),
    "credit:read": _("读取额度与占用"),
    "credit:check": _("检查订单并预占额度"),
    "dealings:write": _("送入往来: 合同、订单、交付、发票、收款、事件"),
}
"""What a token may be good for; an operation of the API names the one that it needs."""


class Token(models.Model):
    """Another system's way in: it acts as `person`, within that person's rights and these scopes. Of the secret only the digest is kept."""

    name = models.CharField(_("系统名称"), max_length=60)
    person = models.ForeignKey(Person, verbose_name=_("以谁的身份"), on_delete=models.PROTECT, related_name="tokens")
    scopes = models.JSONField(_("范围"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("末四位"), max_length=4, editable=False)
    valid_until = models.DateField(_("有效至"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(Person, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(_("最近使用"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, editable=False)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    def is_good(self, on: date) -> bool:
        """Say whether it opens anything on a day."""
        return self.revoked_at is None and on <= self.valid_until and self.person.is_active

    def scope_labels(self) -> list[str]:
        """Give what it is good for, in words."""
        return [str(SCOPES.get(scope, scope)) for scope in self.scopes]


class Answered(models.Model):
    """A request that was carried out, by the key that its sender made: asked again it is answered, not done again."""

    token = models.ForeignKey(Token, on_delete=models.PROTECT)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token", "key"], name="answered_once"),)

    def __str__(self) -> str:
        return self.key
