"""Invoices and credit notes, payment in parts, and disputes."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models.documents import ZERO, Document
from xinheng.ledger.models.orders import Order
from xinheng.org.models import Person


class Invoice(Document):
    """An invoice, or a credit note (红字): its amount is positive all the same, and lowers what is owed.

    `settled` is the sum of the allocations that stand. Where an invoice is payable in parts, `due_on` is the last day
    of them. `is_split` says that it is payable in parts, or was ever disputed: what of it is due when must then be
    worked out part by part. `counterparty` is whom it is made out to, where that is not the customer himself: two of
    them may bear the same number, as numbers are given out anew with each block of invoices.
    """

    class Kind(models.TextChoices):
        """Which way it counts."""

        INVOICE = "invoice", _("发票")
        CREDIT_NOTE = "credit_note", _("红字发票")

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="invoices")
    order = models.ForeignKey(
        Order, verbose_name=_("订单"), null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    kind = models.CharField(_("类别"), max_length=12, choices=Kind, default=Kind.INVOICE)
    invoiced_on = models.DateField(_("开票日期"))
    due_on = models.DateField(_("到期日"))
    settled = models.DecimalField(_("已核销"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    is_split = models.BooleanField(_("分期或有过争议"), default=False, editable=False)
    disputed_on = models.DateField(_("首次异议日"), null=True, editable=False)
    counterparty = models.CharField(_("购方单位"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("发票")
        verbose_name_plural = _("发票")
        ordering = ("-invoiced_on", "-id")
        indexes = (
            models.Index(fields=["customer", "invoiced_on"], name="invoice_of_customer"),
            models.Index(fields=["number"], name="invoice_number"),
            models.Index(fields=["due_on"], condition=Q(settled__lt=F("amount")), name="invoice_open"),
            models.Index(fields=["currency", "invoiced_on"], condition=Q(is_split=True), name="invoice_split"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["company", "customer", "number", "counterparty"],
                condition=Q(reversed_on__isnull=True),
                name="invoice_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount"),
            models.CheckConstraint(condition=Q(settled__gte=0, settled__lte=F("amount")), name="invoice_settled"),
            models.CheckConstraint(condition=Q(due_on__gte=F("invoiced_on")), name="invoice_days"),
        )

    @property
    def open_amount(self) -> Decimal:
        """What is not settled yet, as of now; credit notes give what they have not been set off against."""
        return self.amount - self.settled


class Instalment(models.Model):
    """One part of an invoice that is payable in parts (付款计划); money settles the earliest part first.

    `until_here` is the sum of the parts up to this one, so that what is open of each follows from what is settled of
    the invoice.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="instalments")
    part = models.PositiveSmallIntegerField(_("期"))
    due_on = models.DateField(_("到期日"))
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    until_here = models.DecimalField(_("累计"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("分期")
        verbose_name_plural = _("分期")
        ordering = ("invoice", "part")
        constraints = (
            models.UniqueConstraint(fields=["invoice", "part"], name="instalment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount"),
        )

    def __str__(self) -> str:
        return f"{self.invoice}-{self.part}"


class Dispute(models.Model):
    """An amount of an invoice that the customer contests; while it lasts, that much is not overdue."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="disputes")
    amount = models.DecimalField(_("争议金额"), max_digits=18, decimal_places=2)
    reason = models.CharField(_("争议原因"), max_length=200)
    since = models.DateField(_("争议起"))
    ended_on = models.DateField(_("争议止"), null=True, editable=False)
    outcome = models.CharField(_("处理结果"), max_length=200, blank=True, editable=False)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("争议")
        verbose_name_plural = _("争议")
        ordering = ("-since", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount"),
            models.CheckConstraint(condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")), name="dispute_days"),
            models.UniqueConstraint(fields=["invoice"], condition=Q(ended_on__isnull=True), name="dispute_one_at_a_time"),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.invoice} {self.amount}"
