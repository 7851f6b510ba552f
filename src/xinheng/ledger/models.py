"""What is stored of dealings. Amounts are gross, exact to the cent, in the currency of the document."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.models import Person

ZERO = Decimal("0.00")


class Document(models.Model):
    """What all documents have; a wrong one is reversed on a day, with the reason, and stays."""

    number = models.CharField(_("单据号"), max_length=40)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("币种"), max_length=3, default="CNY")
    entered_by = models.ForeignKey(
        Person, verbose_name=_("录入人"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now, editable=False)
    reversed_on = models.DateField(_("冲销日"), null=True, editable=False)
    reversed_why = models.CharField(_("冲销原因"), max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True


class Order(Document):
    """An order of a customer; closed when all of it has been invoiced or given up."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="orders")
    ordered_on = models.DateField(_("订单日期"))
    closed_on = models.DateField(_("完结日"), null=True, editable=False)

    class Meta:
        verbose_name = _("订单")
        verbose_name_plural = _("订单")
        ordering = ("-ordered_on", "-id")
        indexes = (models.Index(fields=["customer", "ordered_on"], name="order_of_customer"),)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "number"], condition=Q(reversed_on__isnull=True), name="order_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_amount"),
        )

    def __str__(self) -> str:
        return self.number


class Invoice(Document):
    """An invoice, or a credit note (红字): its amount is positive all the same, and lowers what is owed."""

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
    disputed_on = models.DateField(_("争议起"), null=True, blank=True)
    dispute = models.CharField(_("争议"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("发票")
        verbose_name_plural = _("发票")
        ordering = ("-invoiced_on", "-id")
        indexes = (
            models.Index(fields=["customer", "invoiced_on"], name="invoice_of_customer"),
            models.Index(fields=["due_on"], condition=Q(settled__lt=F("amount")), name="invoice_open"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "number"], condition=Q(reversed_on__isnull=True), name="invoice_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount"),
            models.CheckConstraint(condition=Q(settled__gte=0, settled__lte=F("amount")), name="invoice_settled"),
            models.CheckConstraint(condition=Q(due_on__gte=F("invoiced_on")), name="invoice_days"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def open_amount(self) -> Decimal:
        """What is not settled yet, as of now; credit notes give what they have not been set off against."""
        return self.amount - self.settled


class Receipt(Document):
    """Money that came in (or, negative, was paid back); `allocated` of it has been set against invoices."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField(_("到账日期"))
    method = models.CharField(_("方式"), max_length=30, blank=True)
    allocated = models.DecimalField(_("已分配"), max_digits=18, decimal_places=2, default=ZERO, editable=False)

    class Meta:
        verbose_name = _("收款")
        verbose_name_plural = _("收款")
        ordering = ("-received_on", "-id")
        indexes = (models.Index(fields=["customer", "received_on"], name="receipt_of_customer"),)
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "number"], condition=Q(reversed_on__isnull=True), name="receipt_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="receipt_amount"),
            models.CheckConstraint(
                condition=Q(allocated=0) | Q(allocated__gt=0, allocated__lte=F("amount")), name="receipt_allocated"
            ),
        )

    def __str__(self) -> str:
        return self.number


class Allocation(models.Model):
    """A part of a receipt, or of a credit note, settles a part of an invoice from a day on, unless it is reversed."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="allocations")
    credit_note = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="uses")
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    on = models.DateField(_("核销日"))
    reversed_on = models.DateField(_("冲销日"), null=True)

    class Meta:
        verbose_name = _("核销")
        verbose_name_plural = _("核销")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount"),
            models.CheckConstraint(
                condition=Q(receipt__isnull=True, credit_note__isnull=False)
                | Q(receipt__isnull=False, credit_note__isnull=True),
                name="allocation_from_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice} {self.amount}"


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
