"""How much credit the whole company, or a department, may have out: proposed by one, decided by another."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.credit.models.accounts import MOST
from xinheng.credit.models.pools import Pool
from xinheng.ledger.models import Company
from xinheng.org.models import Department, Person


class Budget(models.Model):
    """A proposal for the ceiling of a company or the budget of a department; `amount` None takes it away."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("审批中")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    KINDS: ClassVar[tuple[str, ...]] = (Pool.Kind.COMPANY, Pool.Kind.DEPARTMENT)

    kind = models.CharField(_("类别"), max_length=10, choices=Pool.Kind)
    company = models.ForeignKey(
        Company, verbose_name=_("本方公司"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    department = models.ForeignKey(
        Department, verbose_name=_("部门"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = models.BigIntegerField(_("金额"), null=True)
    before = models.BigIntegerField(_("原金额"), null=True)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, verbose_name=_("提出人"), on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("提出日期"))
    decided_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("决定日期"), null=True)
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="budgets")

    workflow_template = "credit/parts/budget_subject.html"

    class Meta:
        verbose_name = _("授信总额与部门预算")
        verbose_name_plural = _("授信总额与部门预算")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0, amount__lte=MOST), name="credit_budget_amount"
            ),
            models.CheckConstraint(
                condition=Q(kind="company", company__isnull=False, department__isnull=True)
                | Q(kind="department", department__isnull=False, company__isnull=True),
                name="credit_budget_whose",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="credit_budget_reason"),
            models.UniqueConstraint(fields=["company"], condition=Q(state="asked"), name="credit_budget_one_company"),
            models.UniqueConstraint(
                fields=["department"], condition=Q(state="asked"), name="credit_budget_one_department"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.whose}"

    @property
    def whose(self) -> str:
        """The name of the company or department."""
        return str(self.company or self.department)

    def get_absolute_url(self) -> str:
        """Give the address of the page of ceilings and budgets."""
        return reverse("credit.budgets")

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def frozen_digest(self) -> str:
        """Give what may not change between asking and approval."""
        return f"{self.kind} {self.company_id} {self.department_id} {self.amount} {self.reason}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round."""
        from xinheng.credit.actions.budgets import decided

        decided(self, outcome, by=by, on=on)
