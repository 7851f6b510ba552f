"""What is asked for and decided by people: other limits, and guarantees."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.credit.models.accounts import MOST, Account, Grant
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE
from xinheng.org.models import Person
from xinheng.papers.models import Paper
from xinheng.workflow.acts import Kind


class Application(models.Model):
    """客户信用额度申请表: another limit for a customer, asked for with the reason, decided by whom the policy names.

    A revolving `amount` is the whole limit; a temporary one and one for a single order come on top of it.
    """

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("审批中")
        GRANTED = "granted", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(_("类别"), max_length=10, choices=Grant.Kind)
    amount = models.BigIntegerField(_("金额"))
    before = models.BigIntegerField(_("申请时的额度"), null=True)
    from_day = models.DateField(_("生效日"))
    until_day = models.DateField(_("失效日"))
    reason = models.TextField(_("理由"))
    papers = models.ManyToManyField(Paper, verbose_name=_("附件"), blank=True, related_name="+")
    clause = models.CharField(_("条款"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("申请日期"))
    decided_by = models.ForeignKey(
        Person, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("决定日期"), null=True)
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")

    workflow_template = "credit/parts/application_subject.html"

    class Meta:
        verbose_name = _("额度申请")
        verbose_name_plural = _("额度申请")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(state="asked"), name="credit_application_one"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MOST), name="credit_application_amount"),
            models.CheckConstraint(condition=Q(until_day__gt=F("from_day")), name="credit_application_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="credit_application_reason"),
        )

    def __str__(self) -> str:
        return f"{self.customer} {self.get_kind_display()}"

    @property
    def customer(self) -> Customer:
        """Whose limit it is."""
        return self.account.customer

    @property
    def is_in_base(self) -> bool:
        """Whether it is asked for in the company's own currency."""
        return self.account.currency == BASE

    @property
    def whole(self) -> int:
        """What the limit comes to when it is granted."""
        return self.amount if self.kind == Grant.Kind.REVOLVING else (self.before or 0) + self.amount

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("credit.application", args=[self.pk])

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep the customer's own manager away from deciding."""
        owner = self.customer.owner_id
        if item.kind != Kind.DECIDE or owner is None:
            return {}
        return {owner: gettext("客户经理不批准自己客户的额度。请由他人办理。")}

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer at all."""
        return Customer.objects.visible_to(person).filter(pk=self.account.customer_id).exists()

    def frozen_digest(self) -> str:
        """Give what may not change between asking and approval."""
        return f"{self.account_id} {self.kind} {self.amount} {self.from_day} {self.until_day} {self.reason}"

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round."""
        from xinheng.credit.actions.applications import decided

        decided(self, outcome, by=by, on=on)
