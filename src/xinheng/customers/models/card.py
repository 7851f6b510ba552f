"""The archive card: fields that a policy or the company adds, values with where they come from, and conflicts settled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models.customer import Customer
from xinheng.org.models import Person
from xinheng.vault.fields import EncryptedTextField, SealedRow


class ValueKind(models.TextChoices):
    """What a value of the card is."""

    TEXT = "text", _("文字")
    AMOUNT = "amount", _("金额")
    PERCENT = "percent", _("百分数")
    RATIO = "ratio", _("比率")
    NUMBER = "number", _("数")
    COUNT = "count", _("个数")
    DAYS = "days", _("天数")
    SCORE = "score", _("分数")
    DATE = "date", _("日期")
    CHOICE = "choice", _("选项")
    FLAG = "flag", _("是否")


class Level(models.IntegerChoices):
    """How confidential a value is."""

    OPEN = 0, _("公开")
    INTERNAL = 1, _("内部")
    CONFIDENTIAL = 2, _("秘密")


class Source(models.TextChoices):
    """Where a value comes from (document 003: visit, form from the customer, agency inquiry)."""

    VISIT = "visit", _("业务员访问")
    FORM = "form", _("客户填报")
    AGENCY = "agency", _("专业机构调查")
    PUBLIC_RECORD = "public_record", _("公开记录")
    OTHER = "other", _("其他")


class Trust(models.IntegerChoices):
    """How far a value is trusted."""

    LOW = 1, _("低")
    MEDIUM = 2, _("中")
    HIGH = 3, _("高")


class CardField(models.Model):
    """A field that a policy or the company adds to the fields every card has (`card.FIELDS`)."""

    code = models.CharField(_("代号"), max_length=60, unique=True)
    label = models.CharField(_("名称"), max_length=60)
    section = models.CharField(_("部分"), max_length=20)
    kind = models.CharField(_("类型"), max_length=10, choices=ValueKind)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    choices = models.JSONField(_("可选值"), default=list, blank=True)
    low = models.DecimalField(_("下限"), max_digits=24, decimal_places=6, null=True, blank=True)
    high = models.DecimalField(_("上限"), max_digits=24, decimal_places=6, null=True, blank=True)
    kinds = models.JSONField(_("适用类别"), default=list, blank=True)
    level = models.IntegerField(_("密级"), choices=Level, default=Level.INTERNAL)
    help = models.CharField(_("填写说明"), max_length=300, blank=True)
    origin = models.CharField(_("来自"), max_length=120)
    position = models.PositiveIntegerField(_("顺序"), default=0)
    is_in_use = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("档案卡项目")
        verbose_name_plural = _("档案卡项目")
        ordering = ("section", "position", "id")

    def __str__(self) -> str:
        return self.label


class CardValue(SealedRow):
    """One value somebody brought: never changed, only withdrawn.

    The text is canonical (`1234.50`, `2024-01-05`, `true`). What is confidential stands in `sealed`, all else in `plain`.
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="card_values")
    field = models.CharField(_("项目"), max_length=60)
    plain = models.TextField(blank=True, default="")
    sealed = EncryptedTextField(null=True, blank=True)
    source = models.CharField(_("来源"), max_length=15, choices=Source)
    source_detail = models.CharField(_("来源说明"), max_length=200, blank=True)
    as_of = models.DateField(_("截至"))
    trust = models.IntegerField(_("可信度"), choices=Trust)
    entered_by = models.ForeignKey(
        Person, verbose_name=_("录入人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        Person, verbose_name=_("撤回人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawn_why = models.CharField(_("撤回原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("档案卡内容")
        verbose_name_plural = _("档案卡内容")
        ordering = ("id",)
        indexes = (models.Index(fields=["customer", "field"], name="card_value_of"),)
        constraints = (
            models.CheckConstraint(condition=Q(plain="") | Q(sealed__isnull=True), name="card_value_in_one_place"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""), name="card_value_withdrawn_with_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.field} ({self.as_of})"

    @property
    def text(self) -> str:
        """The canonical text, wherever it is kept."""
        return self.sealed or self.plain


class Settlement(models.Model):
    """Somebody decided which of several values of one field is to be used; holds until a newer value comes."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="settlements")
    field = models.CharField(_("项目"), max_length=60)
    value = models.ForeignKey(CardValue, on_delete=models.PROTECT, related_name="settlements")
    why = models.CharField(_("理由"), max_length=200)
    settled_by = models.ForeignKey(Person, verbose_name=_("决定人"), on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(_("决定时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("采用决定")
        verbose_name_plural = _("采用决定")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.field} → {self.value}"
