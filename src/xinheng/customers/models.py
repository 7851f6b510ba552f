"""What is stored of a customer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Department, Person


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


class Customers(models.QuerySet["Customer"]):
    """Customers, and which of them a person may see."""

    def visible_to(self, person: Person) -> Customers:
        """Give those that the person may see: his own branch of departments, or all where his role oversees."""
        from xinheng.customers.permissions import visible

        return visible(self, person)


class Customer(models.Model):
    """A customer, past, present or to come; the number never changes and is never given twice."""

    number = models.CharField(_("客户编号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.DRAFT)
    is_partner = models.BooleanField(_("合作伙伴"), default=False)
    department = models.ForeignKey(
        Department, verbose_name=_("归属部门"), on_delete=models.PROTECT, related_name="customers"
    )
    owner = models.ForeignKey(
        Person, verbose_name=_("业务员"), null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )
    search_text = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects: ClassVar[Any] = Customers.as_manager()

    class Meta:
        verbose_name = _("客户")
        verbose_name_plural = _("客户")
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"
