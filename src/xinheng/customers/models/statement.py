"""Financial statements of a customer, one row a period, one row an account."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from xinheng.audit.record import Actor
from xinheng.customers.models.card import Source
from xinheng.customers.models.customer import Customer
from xinheng.customers.reviewing import decided, digest, stepped
from xinheng.org.models import Person
from xinheng.workflow.acts import Kind


class PeriodKind(models.TextChoices):
    """The length of a period."""

    YEAR = "year", _("年报")
    HALF = "half", _("半年报")
    QUARTER = "quarter", _("季报")
    MONTH = "month", _("月报")


class StatementState(models.TextChoices):
    """Where a statement stands."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    APPROVED = "approved", _("已审核")
    WITHDRAWN = "withdrawn", _("已作废")


class Statement(models.Model):
    """The figures of one period, kept in yuan; `unit` is the one they were entered in (1 yuan, 10000 ten thousand).

    `months` is what income and cash flow cover, from the beginning of the year.
    """

    customer = models.ForeignKey(Customer, verbose_name=_("客户"), on_delete=models.PROTECT, related_name="statements")
    period_kind = models.CharField(_("期间"), max_length=8, choices=PeriodKind)
    period_end = models.DateField(_("截止日"))
    months = models.PositiveSmallIntegerField(_("期间月数"), default=12)
    is_audited = models.BooleanField(_("经审计"), default=False)
    is_consolidated = models.BooleanField(_("合并报表"), default=False)
    auditor = models.CharField(_("审计机构"), max_length=100, blank=True)
    source = models.CharField(_("来源"), max_length=15, choices=Source, default=Source.FORM)
    unit = models.PositiveIntegerField(_("录入单位"), default=1)
    remarks = models.TextField(_("说明"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=StatementState, default=StatementState.DRAFT)
    entered_by = models.ForeignKey(Person, verbose_name=_("录入人"), on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now, editable=False)
    last_edited_by = models.ForeignKey(
        Person, verbose_name=_("最后修改人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_by = models.ForeignKey(
        Person, verbose_name=_("提交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_on = models.DateField(_("提交日期"), null=True)
    approved_by = models.ForeignKey(
        Person, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_on = models.DateField(_("审核日期"), null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("财务报表")
        verbose_name_plural = _("财务报表")
        ordering = ("-period_end", "period_kind")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "period_kind", "period_end", "is_consolidated"],
                condition=~Q(state="withdrawn"),
                name="statement_once_a_period",
            ),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=24), name="statement_months"),
            models.CheckConstraint(condition=Q(unit__in=[1, 1000, 10000]), name="statement_unit"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("entered_by")) & ~Q(approved_by=F("submitted_by"))),
                name="statement_approved_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_period_kind_display()} {self.period_end}"

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("customers.statement", args=[self.customer_id, self.pk])

    # What the workflow asks while the statement is being reviewed.

    workflow_template = "customers/parts/task_statement.html"

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer."""
        return self.customer.may_handle(person)

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep away who entered and who handed in."""
        if item.kind != Kind.DECIDE:
            return {}
        why = gettext("录入或提交报表的人不能审核同一份报表。请由他人办理。")
        return {key: why for key in (self.entered_by_id, self.submitted_by_id) if key is not None}

    def frozen_digest(self) -> str:
        """Give what the figures come to."""
        return digest(self)

    def on_step(self, item: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Open the statement for correction where it is returned, and close it where it comes back."""
        stepped(self, step=item.step, outcome=outcome, by=by)

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Approve it, or let it be edited again."""
        decided(self, outcome, by=by, on=on)


class Figure(models.Model):
    """The amount of one account in yuan; an account that nobody gave has no row, which is not zero."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="figures")
    account = models.CharField(_("科目"), max_length=40)
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("报表数")
        verbose_name_plural = _("报表数")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["statement", "account"], name="figure_once"),)

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
