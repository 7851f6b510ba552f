"""The file of one customer: number, name, what it is by law, whose it is, and where it stands."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from xinheng.audit.record import Actor
from xinheng.customers.dimensions import DealPhase, SizeClass, TimePhase
from xinheng.customers.filing import FILING, digest, filed
from xinheng.customers.sizes import Industry
from xinheng.org.models import Department, Person
from xinheng.workflow.acts import Kind as ItemKind
from xinheng.workflow.acts import Stand


class Kind(models.TextChoices):
    """What a customer is by law (document 004: people, enterprises, institutions)."""

    PERSON = "person", _("个人")
    ENTERPRISE = "enterprise", _("企业")
    GOVERNMENT = "government", _("政府机关")
    PUBLIC_INSTITUTION = "public_institution", _("事业单位")
    ASSOCIATION = "association", _("社会团体")


class Status(models.TextChoices):
    """Where the file stands."""

    DRAFT = "draft", _("待核实")
    FILED = "filed", _("已建档")
    CLOSED = "closed", _("已停用")


class Nature(models.TextChoices):
    """What a customer is to the company (document 003, third dimension)."""

    GOVERNMENT = "government", _("政府机构")
    SPECIAL = "special", _("特殊公司")
    ORDINARY = "ordinary", _("普通公司")
    PERSON = "person", _("个人顾客")
    PARTNER = "partner", _("交易伙伴")


class Size(models.TextChoices):
    """How large an enterprise is."""

    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class Customers(models.QuerySet["Customer"]):
    """Customers, and which of them a person may see."""

    def visible_to(self, person: Person) -> Customers:
        """Give those that the person may see: his own branch of departments, or all where his role oversees."""
        from xinheng.customers.permissions import visible

        return visible(self, person)


class Customer(models.Model):
    """A customer, past, present or to come; the number never changes and is never given twice.

    `phase_time`, `phase_deal` and `size_class` are what `dimensions` made of the dealings on `phases_on`; nobody enters
    them. `size_by_rule` says that `size` follows from staff, turnover and assets, and not from what somebody said.
    """

    number = models.CharField(_("客户编号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.DRAFT)
    nature = models.CharField(_("性质"), max_length=12, choices=Nature, default=Nature.ORDINARY)
    is_partner = models.BooleanField(_("合作伙伴"), default=False)
    department = models.ForeignKey(
        Department, verbose_name=_("归属部门"), on_delete=models.PROTECT, related_name="customers"
    )
    owner = models.ForeignKey(
        Person, verbose_name=_("业务员"), null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )
    parent = models.ForeignKey(
        "self", verbose_name=_("上级单位"), null=True, blank=True, on_delete=models.PROTECT, related_name="subsidiaries"
    )
    industry = models.CharField(_("行业"), max_length=20, choices=Industry, blank=True)
    staff = models.PositiveIntegerField(_("从业人员"), null=True, blank=True)
    turnover_yuan = models.DecimalField(_("营业收入 (元)"), max_digits=18, decimal_places=2, null=True, blank=True)
    assets_yuan = models.DecimalField(_("资产总额 (元)"), max_digits=18, decimal_places=2, null=True, blank=True)
    size = models.CharField(_("企业规模"), max_length=10, choices=Size, blank=True)
    size_by_rule = models.BooleanField(_("规模按标准划分"), default=False, editable=False)
    remarks = models.TextField(_("备注"), blank=True)
    phase_time = models.CharField(_("时间阶段"), max_length=10, choices=TimePhase, blank=True, editable=False)
    phase_deal = models.CharField(_("交易阶段"), max_length=10, choices=DealPhase, blank=True, editable=False)
    size_class = models.CharField(_("客户地位"), max_length=12, choices=SizeClass, blank=True, editable=False)
    phases_on = models.DateField(_("划分日期"), null=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    registered_by = models.ForeignKey(
        Person, verbose_name=_("登记人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    last_edited_by = models.ForeignKey(
        Person, verbose_name=_("最后修改人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    filed_by = models.ForeignKey(
        Person, verbose_name=_("建档人"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    filed_on = models.DateField(_("建档日期"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", verbose_name=_("并入"), null=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects: ClassVar[Any] = Customers.as_manager()
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("客户")
        verbose_name_plural = _("客户")
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customer_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_into_itself"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="closed"), name="customer_merged_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(filed_by__isnull=True) | Q(registered_by__isnull=True) | ~Q(filed_by=F("registered_by")),
                name="customer_filed_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: a natural person by number alone."""
        return str(self) if self.is_organisation else self.number

    def record_words(self, words: str) -> str:
        """Give a reason as the record may keep it for ever: with the number where a natural person's name stood."""
        return words if self.is_organisation else words.replace(self.name, self.number)

    @property
    def tells_record_in_part(self) -> bool:
        """Whether the record keeps the words of this file out: a natural person may ask to be erased."""
        return not self.is_organisation

    @property
    def is_organisation(self) -> bool:
        """Whether it is no natural person."""
        return self.kind != Kind.PERSON

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("customers.customer", args=[self.pk])

    # What the workflow asks while the file is handed in to be filed.

    workflow_template = "customers/parts/task.html"

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the file."""
        return bool(Customer.objects.visible_to(person).filter(pk=self.pk).exists())

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep away who took the customer in."""
        is_filing = item.kind == ItemKind.DECIDE and getattr(item.round, "procedure", "") == FILING.key
        if self.registered_by_id is None or not is_filing:
            return {}
        return {self.registered_by_id: gettext("登记客户的人不能自己建档。请由另一位档案管理员办理。")}

    def frozen_digest(self) -> str:
        """Give what the content of the file comes to."""
        return digest(self)

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """File the customer where the round that files it agreed."""
        if getattr(case, "procedure", "") == FILING.key and outcome == Stand.AGREED:
            filed(self, by=by, on=on, clause=case.clause)


class Alias(models.Model):
    """A further name of a customer, or a number it had before two files were put together."""

    class What(models.TextChoices):
        """What the further name is."""

        FORMER = "former", _("曾用名")
        SHORT = "short", _("简称")
        BRAND = "brand", _("商号")
        NUMBER = "number", _("原编号")

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.CASCADE, related_name="aliases")
    what = models.CharField(_("种类"), max_length=10, choices=What, default=What.FORMER)
    text = models.CharField(_("名称"), max_length=120)
    until = models.DateField(_("用至"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("别名")
        verbose_name_plural = _("别名")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["customer", "what", "text"], name="alias_once"),)

    def __str__(self) -> str:
        return self.text


class NumberSeries(models.Model):
    """The last number given under a prefix (KH2026); a number is never given twice, gaps may come."""

    prefix = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:05d}"
