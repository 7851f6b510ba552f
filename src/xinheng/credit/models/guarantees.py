"""What secures what a customer owes, besides himself: with its amount, its days and its evidence."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import Actor
from xinheng.credit.models.accounts import MOST, Account, Grant
from xinheng.customers.models import Customer, Guarantor
from xinheng.ledger.models import BASE
from xinheng.org.models import Person
from xinheng.papers.models import Paper
from xinheng.workflow.acts import Kind as ActKind


class Guarantees(models.QuerySet["Guarantee"]):
    """Guarantees."""

    def in_force(self, on: date) -> Guarantees:
        """Give those that hold on a day, whether or not a job has run."""
        return self.filter(
            Q(state=Guarantee.State.VALID, from_day__lte=on)
            & (Q(until_day__isnull=True) | Q(until_day__gt=on))
            & (Q(released_on__isnull=True) | Q(released_on__gt=on))
        )


class Guarantee(models.Model):
    """A guarantee for a customer's account, registered by one and checked by another.

    `amount` and `most` (what the insurer covers of this customer at most) are cents of its own currency; of the lesser
    it covers `percent`. `covers` is that in cents of the account's currency, at the rate of the day it was checked.
    `until_day` is the first day on which it no longer holds.
    """

    class Kind(models.TextChoices):
        """What sort of guarantee it is, as policies call them."""

        DEPOSIT = "deposit", _("保证金")
        SURETY = "surety", _("保证")
        MORTGAGE = "mortgage", _("抵押")
        PLEDGE = "pledge", _("质押")
        INSURANCE = "insurance", _("信用保险")
        BANK_GUARANTEE = "bank_guarantee", _("银行保函")

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", _("待核实")
        VALID = "valid", _("已核实")
        REFUSED = "refused", _("未通过核实")
        WITHDRAWN = "withdrawn", _("已撤回")
        RELEASED = "released", _("已解除")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="guarantees")
    kind = models.CharField(_("担保方式"), max_length=14, choices=Kind)
    amount = models.BigIntegerField(_("金额"))
    currency = models.CharField(_("币种"), max_length=3, default=BASE)
    percent = models.DecimalField(_("承保比例 (%)"), max_digits=5, decimal_places=2, default=Decimal(100))
    most = models.BigIntegerField(_("买方限额"), null=True)
    guarantor = models.ForeignKey(
        Guarantor, verbose_name=_("保证人"), null=True, on_delete=models.SET_NULL, related_name="credit_guarantees"
    )
    giver = models.CharField(_("保险公司、银行或保管人"), max_length=120, blank=True)
    number = models.CharField(_("保单、保函或登记编号"), max_length=60, blank=True)
    from_day = models.DateField(_("生效日"))
    until_day = models.DateField(_("失效日"), null=True)
    papers = models.ManyToManyField(Paper, verbose_name=_("凭证"), related_name="+")
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(Person, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("登记日期"))
    decided_by = models.ForeignKey(
        Person, verbose_name=_("核实人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("核实日期"), null=True)
    covers = models.BigIntegerField(_("覆盖金额"), null=True)
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="guarantees")
    reminded_on = models.DateField(null=True)
    released_on = models.DateField(_("解除日期"), null=True)

    objects = Guarantees.as_manager()
    workflow_template = "credit/parts/guarantee_subject.html"

    class Meta:
        verbose_name = _("担保物与保证")
        verbose_name_plural = _("担保物与保证")
        ordering = ("-id",)
        indexes = (models.Index(fields=["account", "state"], name="credit_guarantee_of"),)
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MOST), name="credit_guarantee_amount"),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(most__gt=0, most__lte=MOST), name="credit_guarantee_most"
            ),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="credit_guarantee_percent"),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gt=F("from_day")), name="credit_guarantee_days"
            ),
            models.CheckConstraint(
                condition=~Q(state="valid") | Q(covers__isnull=False), name="credit_guarantee_valid_covers"
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "number", "from_day"],
                condition=Q(state__in=["asked", "valid"]) & ~Q(number=""),
                name="credit_guarantee_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number or self.pk}"

    @property
    def customer(self) -> Customer:
        """Who is guaranteed for."""
        return self.account.customer

    @property
    def own_cover(self) -> int:
        """What it covers, in cents of its own currency."""
        bound = self.amount if self.most is None else min(self.amount, self.most)
        return int((bound * self.percent / 100).to_integral_value(rounding=ROUND_DOWN))

    @property
    def who(self) -> str:
        """Who gives it, in words."""
        return self.guarantor.who if self.guarantor is not None else self.giver

    def holds_on(self, on: date) -> bool:
        """Say whether it holds on a day."""
        return (
            self.state == self.State.VALID
            and self.from_day <= on
            and (self.until_day is None or self.until_day > on)
            and (self.released_on is None or self.released_on > on)
        )

    def get_absolute_url(self) -> str:
        """Give the address of its page."""
        return reverse("credit.guarantee", args=[self.pk])

    # What the workflow asks of a subject ---------------------------------------------------------------------------

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep the customer's own manager, and who registered it, away from checking it."""
        if item.kind != ActKind.DECIDE:
            return {}
        told = {self.asked_by_id: gettext("登记担保的人不核实它。请由他人办理。")}
        if self.customer.owner_id is not None:
            told[self.customer.owner_id] = gettext("客户经理不核实自己客户的担保。请由他人办理。")
        return told

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer at all."""
        return Customer.objects.visible_to(person).filter(pk=self.account.customer_id).exists()

    def frozen_digest(self) -> str:
        """Give what may not change between registering and checking."""
        told = (self.account_id, self.kind, self.amount, self.currency, f"{self.percent:.2f}", self.most)
        return " ".join(map(str, (*told, self.guarantor_id, self.giver, self.number, self.from_day, self.until_day)))

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end of the round, or of a task of its own, which changes nothing."""
        from xinheng.credit.actions.guarantees import decided

        if self.state == self.State.ASKED:
            decided(self, outcome, by=by, on=on)
