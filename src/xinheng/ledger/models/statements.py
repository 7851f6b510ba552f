"""Statements of account: what was sent to a customer about a period, frozen, and what he answered."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models.companies import BASE, Company
from xinheng.ledger.models.documents import ZERO
from xinheng.org.models import Department, Person


class AccountStatement(models.Model):
    """A statement of account (对账单) of a customer over a period; its lines stay as they were made.

    `lines` are [day, kind, number, amount, balance] and `open_items` [number, part, due day, open, days late,
    contested], amounts and days as text.
    """

    class State(models.TextChoices):
        """How far it has come."""

        MADE = "made", _("已编制")
        SENT = "sent", _("待客户确认")
        AGREED = "agreed", _("客户已确认")
        DIFFERS = "differs", _("客户有异议")
        SETTLED = "settled", _("异议已处理")
        WITHDRAWN = "withdrawn", _("已撤回")

    workflow_template = "ledger/parts/task_statement.html"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="account_statements")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(_("币种"), max_length=3, default=BASE)
    since = models.DateField(_("期间起"))
    until = models.DateField(_("期间止"))
    opening = models.DecimalField(_("期初余额"), max_digits=18, decimal_places=2)
    closing = models.DecimalField(_("期末余额"), max_digits=18, decimal_places=2)
    overdue = models.DecimalField(_("其中逾期"), max_digits=18, decimal_places=2)
    lines = models.JSONField(_("明细"))
    open_items = models.JSONField(_("未结明细"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.MADE)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(_("编制日"))
    sent_on = models.DateField(_("发出日"), null=True)
    answered_on = models.DateField(_("答复日"), null=True)
    remarks = models.CharField(_("客户意见"), max_length=500, blank=True)
    outcome = models.CharField(_("处理结果"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("对账单")
        verbose_name_plural = _("对账单")
        ordering = ("-until", "-id")
        indexes = (models.Index(fields=["customer", "until"], name="statement_of_customer"),)
        constraints = (models.CheckConstraint(condition=Q(until__gte=F("since")), name="statement_days"),)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What is printed on it."""
        return f"DZ{self.pk:06d}"

    @property
    def contested(self) -> Decimal:
        """What of the balance the customer contested at the end of the period; it is not overdue."""
        return sum((Decimal(one[3]) for one in self.open_items if one[5]), ZERO)

    @property
    def department(self) -> Department | None:
        """Whose task it is."""
        return self.customer.department

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("ledger.statement", args=[self.pk])
