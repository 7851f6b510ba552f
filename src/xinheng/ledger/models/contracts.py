"""Contracts, and what is let out under them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models.documents import Document


class Contract(Document):
    """A contract: on what terms a customer may buy, until when, and what follows from a breach."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="contracts")
    amount: models.DecimalField[Decimal | None, Decimal | None] = models.DecimalField(  # type: ignore[assignment]
        _("合同金额"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    signed_on = models.DateField(_("签订日"))
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(_("账期 (天)"), null=True, blank=True)
    breach = models.TextField(_("违约条款"), max_length=2000, blank=True)
    ended_on = models.DateField(_("终止日"), null=True, editable=False)
    ended_why = models.CharField(_("终止原因"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("合同")
        verbose_name_plural = _("合同")
        ordering = ("-signed_on", "-id")
        indexes = (
            models.Index(fields=["customer", "signed_on"], name="contract_of_customer"),
            models.Index(fields=["number"], name="contract_number"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["company", "customer", "number"], condition=Q(reversed_on__isnull=True), name="contract_once"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="contract_amount"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("signed_on")), name="contract_days"
            ),
        )

    def is_in_force(self, on: date) -> bool:
        """Say whether the contract is in force on a day; on the day of its expiry it still is."""
        ends = [day for day in (self.reversed_on, self.ended_on) if day is not None]
        return self.signed_on <= on and (self.expires_on is None or on <= self.expires_on) and all(on < d for d in ends)


class LeasedItem(models.Model):
    """Something let out to a customer: which piece, since when, at what rent, and when it came back."""

    class Per(models.TextChoices):
        """What the rent is for."""

        DAY = "day", _("天")
        MONTH = "month", _("月")

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="leased")
    contract = models.ForeignKey(
        Contract, verbose_name=_("合同"), null=True, blank=True, on_delete=models.PROTECT, related_name="leased"
    )
    kind = models.CharField(_("种类"), max_length=60)
    number = models.CharField(_("编号"), max_length=40)
    out_on = models.DateField(_("出租日"))
    back_on = models.DateField(_("归还日"), null=True, blank=True, editable=False)
    rent = models.DecimalField(_("租金 (元)"), max_digits=18, decimal_places=2, default=Decimal("0.00"))
    per = models.CharField(_("租金按"), max_length=5, choices=Per, default=Per.DAY)
    reversed_on = models.DateField(_("作废日"), null=True, editable=False)
    reversed_why = models.CharField(_("作废原因"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("租赁物")
        verbose_name_plural = _("租赁物")
        ordering = ("back_on", "-out_on", "-id")
        indexes = (models.Index(fields=["customer", "out_on"], name="leased_by_customer"),)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "number"], condition=Q(back_on__isnull=True, reversed_on__isnull=True), name="leased_once"
            ),
            models.CheckConstraint(condition=Q(rent__gte=0), name="leased_rent"),
            models.CheckConstraint(
                condition=Q(back_on__isnull=True) | Q(back_on__gte=F("out_on")), name="leased_days"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
