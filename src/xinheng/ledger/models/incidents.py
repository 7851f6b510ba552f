"""Incidents: what the library calls events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.models import Person


class Incident(models.Model):
    """A default, a lawsuit, a penalty, false information: what the library calls an event."""

    KINDS: ClassVar[list[tuple[str, object]]] = [
        ("default", _("违约")),
        ("lawsuit", _("诉讼")),
        ("penalty", _("处罚")),
        ("false_information", _("资料不实")),
        ("other", _("其他")),
    ]
    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="incidents")
    number = models.CharField(_("案号或文号"), max_length=60, blank=True)
    kind = models.CharField(_("类型"), max_length=20, choices=KINDS)
    happened_on = models.DateField(_("发生日期"))
    amount = models.DecimalField(_("涉及金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    detail = models.CharField(_("说明"), max_length=300)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    reversed_on = models.DateField(_("撤销日"), null=True, editable=False)
    reversed_why = models.CharField(_("撤销原因"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        ordering = ("-happened_on", "-id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on:%Y-%m-%d}"
