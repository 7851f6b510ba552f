"""Orders with their lines, deliveries, and what has become of each line: delivered, invoiced, given up, by day."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models.contracts import Contract
from xinheng.ledger.models.documents import ZERO, Document


class Order(Document):
    """An order of a customer; its amount is the sum of its lines."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="orders")
    contract = models.ForeignKey(
        Contract, verbose_name=_("合同"), null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    ordered_on = models.DateField(_("订单日期"))

    class Meta:
        verbose_name = _("订单")
        verbose_name_plural = _("订单")
        ordering = ("-ordered_on", "-id")
        indexes = (
            models.Index(fields=["customer", "ordered_on"], name="order_of_customer"),
            models.Index(fields=["number"], name="order_number"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["company", "customer", "number"], condition=Q(reversed_on__isnull=True), name="order_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_amount"),
        )

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("ledger.order", args=[self.pk])


class OrderLine(models.Model):
    """A line of an order; `delivered`, `invoiced` and `given_up` are the sums of what stands in `Fulfilment`.

    One that `is_waiting` for credit is no dealing yet: it counts nowhere and is neither delivered nor invoiced. One that
    came later than its order, or waited, counts from a day of its own.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField(_("行"))
    what = models.CharField(_("货物或服务"), max_length=100, blank=True)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    delivered = models.DecimalField(_("已交付"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    invoiced = models.DecimalField(_("已开票"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    given_up = models.DecimalField(_("已取消"), max_digits=18, decimal_places=2, default=ZERO, editable=False)
    is_waiting = models.BooleanField(_("等待放行"), default=False, editable=False)
    counts_from = models.DateField(_("计入日"), null=True, editable=False)

    class Meta:
        verbose_name = _("订单行")
        verbose_name_plural = _("订单行")
        ordering = ("order", "place")
        indexes = (
            models.Index(
                fields=["order"], condition=Q(is_waiting=True) | Q(counts_from__isnull=False), name="order_line_later"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["order", "place"], name="order_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_line_amount"),
            models.CheckConstraint(
                condition=Q(delivered__gte=0, invoiced__gte=0, given_up__gte=0), name="order_line_parts"
            ),
            models.CheckConstraint(
                condition=Q(is_waiting=False) | Q(delivered=0, invoiced=0, counts_from__isnull=True),
                name="order_line_waits_untouched",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order}-{self.place}"

    @property
    def open_amount(self) -> Decimal:
        """What is neither delivered nor invoiced nor given up, as of now."""
        return max(self.amount - self.given_up - max(self.delivered, self.invoiced), ZERO)

    @property
    def not_given_up(self) -> Decimal:
        """What was ordered and not given up since."""
        return self.amount - self.given_up

    @property
    def not_invoiced(self) -> Decimal:
        """What is delivered and not invoiced, as of now."""
        return max(self.delivered - self.invoiced, ZERO)


class Delivery(Document):
    """A delivery of (part of) an order; with nothing but its number and amount where there is no order."""

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="deliveries")
    order = models.ForeignKey(
        Order, verbose_name=_("订单"), on_delete=models.PROTECT, related_name="deliveries"
    )  # fmt: skip
    delivered_on = models.DateField(_("交付日期"))

    class Meta:
        verbose_name = _("交付单")
        verbose_name_plural = _("交付单")
        ordering = ("-delivered_on", "-id")
        indexes = (
            models.Index(fields=["customer", "delivered_on"], name="delivery_of_customer"),
            models.Index(fields=["number"], name="delivery_number"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["company", "customer", "number"], condition=Q(reversed_on__isnull=True), name="delivery_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="delivery_amount"),
        )


class Fulfilment(models.Model):
    """A part of an order's line that was delivered, invoiced or given up on a day, unless it is reversed."""

    class Kind(models.TextChoices):
        """What became of the part."""

        DELIVERED = "delivered", _("已交付")
        INVOICED = "invoiced", _("已开票")
        GIVEN_UP = "given_up", _("已取消")

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="fulfilments")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    on = models.DateField(_("日期"))
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="parts")
    invoice = models.ForeignKey("ledger.Invoice", null=True, on_delete=models.PROTECT, related_name="parts")
    why = models.CharField(_("原因"), max_length=200, blank=True)
    reversed_on = models.DateField(_("冲销日"), null=True)

    class Meta:
        verbose_name = _("订单执行")
        verbose_name_plural = _("订单执行")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="fulfilment_amount"),
            models.CheckConstraint(
                condition=Q(kind="delivered", delivery__isnull=False, invoice__isnull=True)
                | Q(kind="invoiced", delivery__isnull=True, invoice__isnull=False)
                | Q(kind="given_up", delivery__isnull=True, invoice__isnull=True),
                name="fulfilment_by_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.get_kind_display()} {self.amount}"
