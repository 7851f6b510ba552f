"""Money that came in or was paid back, what it settles, and the refunds that were asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.ledger.models.documents import ZERO, Document
from xinheng.ledger.models.invoices import Invoice
from xinheng.org.models import Department, Person


class Receipt(Document):
    """Money that came in (or, negative, was paid back); `allocated` of it has been set against invoices.

    `refunded` of it was paid back or is about to be. A deposit settles nothing: it is held until it is paid back.
    """

    class Kind(models.TextChoices):
        """What the money is for."""

        PAYMENT = "payment", _("货款")
        DEPOSIT = "deposit", _("押金")

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, default=Kind.PAYMENT)
    received_on = models.DateField(_("到账日期"))
    method = models.CharField(_("方式"), max_length=30, blank=True)
    allocated = models.DecimalField(_("已分配"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    refunded = models.DecimalField(_("已退或待退"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    refund_of = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="refunds")

    class Meta:
        verbose_name = _("收款")
        verbose_name_plural = _("收款")
        ordering = ("-received_on", "-id")
        indexes = (
            models.Index(fields=["customer", "received_on"], name="receipt_of_customer"),
            models.Index(fields=["number"], name="receipt_number"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["company", "customer", "number"], condition=Q(reversed_on__isnull=True), name="receipt_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="receipt_amount"),
            models.CheckConstraint(
                condition=Q(allocated=0) | Q(allocated__gt=0, allocated__lte=F("amount")), name="receipt_allocated"
            ),
            models.CheckConstraint(
                condition=Q(refunded=0) | Q(refunded__gt=0, refunded__lte=F("amount")), name="receipt_refunded"
            ),
            models.CheckConstraint(condition=Q(kind="payment") | Q(allocated=0), name="receipt_deposit"),
        )

    @property
    def free_amount(self) -> Decimal:
        """What is neither set against invoices nor paid back, as of now."""
        return self.amount - self.allocated - self.refunded


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
        indexes = (
            models.Index(fields=["on"], name="allocation_day"),
            models.Index(fields=["reversed_on"], condition=Q(reversed_on__isnull=False), name="allocation_reversed"),
        )
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


class Refund(models.Model):
    """Money asked to be paid back out of a receipt: one asks, another decides; made, it is a negative receipt."""

    class State(models.TextChoices):
        """How far it has come."""

        ASKED = "asked", _("待批准")
        MADE = "made", _("已退款")
        REFUSED = "refused", _("未同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    workflow_template = "ledger/parts/task_refund.html"

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="asked_refunds")
    number = models.CharField(_("退款单号"), max_length=40)
    amount = models.DecimalField(_("退款金额"), max_digits=18, decimal_places=2)
    why = models.CharField(_("退款原因"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", editable=False)
    asked_on = models.DateField(_("申请日"))
    decided_on = models.DateField(_("办理日"), null=True)
    made = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="refund")

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        ordering = ("-asked_on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            models.CheckConstraint(
                condition=Q(state="made", made__isnull=False) | ~Q(state="made") & Q(made__isnull=True), name="refund_made"
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def customer(self) -> Customer:
        """Whose money it is."""
        return self.receipt.customer

    @property
    def department(self) -> Department | None:
        """Whose round it is."""
        return self.customer.department

    @property
    def last_edited_by(self) -> Person:
        """Who asked: he does not decide."""
        return self.asked_by

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Pay it back, or set the money free again; or reverse it, where that was asked."""
        from xinheng.ledger.actions.refunds import REVERSAL, decided, reversal_decided

        does = reversal_decided if case.procedure == REVERSAL.key else decided
        does(self, outcome, by=by, on=on)

    def get_absolute_url(self) -> str:
        """Give the page of the receipt."""
        return reverse("ledger.receipt", args=[self.receipt_id])
