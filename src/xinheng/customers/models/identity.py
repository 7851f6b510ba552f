"""The papers that say who a customer is, and each time that somebody verified one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from xinheng.customers.models.customer import Customer
from xinheng.org.models import Person
from xinheng.vault.fields import BlindIndexField, EncryptedTextField, SealedRow


class IdentityKind(models.TextChoices):
    """Kinds of papers that say who somebody is."""

    USCC = "uscc", _("统一社会信用代码")
    RESIDENT_ID = "resident_id", _("居民身份证")
    ORGANISATION_CODE = "organisation_code", _("组织机构代码 (旧)")
    PASSPORT = "passport", _("护照")
    HK_MACAO_PERMIT = "hk_macao_permit", _("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")


class Method(models.TextChoices):
    """How an identity was verified (document 004: by asking the authorities, or by papers)."""

    PUBLIC_REGISTER = "public_register", _("公示系统查询")
    AUTHORITY = "authority", _("主管机关比对")
    ORIGINAL = "original", _("查验证件原件")
    AGENCY = "agency", _("专业机构报告")
    VISIT = "visit", _("上门核实")


class Outcome(models.TextChoices):
    """What a verification found."""

    MATCHES = "matches", _("一致")
    DIFFERS = "differs", _("不一致")
    UNCLEAR = "unclear", _("无法确认")


NUMBER_INDEX = "customers.identity"
"""The purpose of the blind index of identity numbers: `blind(number, NUMBER_INDEX)`."""


class Identity(SealedRow):
    """One paper of a customer. The number is encrypted; `number_index` finds it, and holds it to one customer."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="identities")
    kind = models.CharField(_("证件种类"), max_length=20, choices=IdentityKind)
    number = EncryptedTextField(_("证件号码"))
    number_index = BlindIndexField(of="number", purpose=NUMBER_INDEX)
    issued_by = models.CharField(_("签发机关"), max_length=100, blank=True)
    valid_until = models.DateField(_("证件有效期至"), null=True, blank=True)
    entered_by = models.ForeignKey(Person, verbose_name=_("录入人"), on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("作废时间"), null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("证件")
        verbose_name_plural = _("证件")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "number_index"], condition=Q(withdrawn_at__isnull=True), name="identity_of_one_customer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Verification(models.Model):
    """One check of a paper: how, by what evidence, by whom, with what result, and until when it is good."""

    identity = models.ForeignKey(
        Identity, verbose_name=_("证件"), on_delete=models.PROTECT, related_name="verifications"
    )
    method = models.CharField(_("核实方式"), max_length=20, choices=Method)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    evidence = models.TextField(_("依据"))
    paper = models.CharField(_("依据档案"), max_length=40, blank=True)
    verified_by = models.ForeignKey(Person, verbose_name=_("核实人"), on_delete=models.PROTECT, related_name="+")
    verified_on = models.DateField(_("核实日期"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("身份核实")
        verbose_name_plural = _("身份核实")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("verified_on")),
                name="verification_days",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verified_on} {self.get_outcome_display()}"
