"""Limits that several accounts share: of a group of customers, of a department, of the whole company.

A shared limit lies in slots, each with its part of the amount, so that orders of different customers do not queue on one
row: an order takes from its account's slot, and only where that is short are the slots balanced anew.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.credit.models.accounts import MOST, Account
from xinheng.customers.models import Customer
from xinheng.ledger.models import Company
from xinheng.org.models import Department

SLOTS = 16


class Pool(models.Model):
    """A limit shared by its members: of the group of customers below `head`, of a department and those below it, of a company.

    The sum of what its slots took is what the members have used and reserved.
    """

    class Kind(models.TextChoices):
        """Whose it is."""

        GROUP = "group", _("集团共用额度")
        DEPARTMENT = "department", _("部门预算")
        COMPANY = "company", _("公司总额")

    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    head = models.ForeignKey(
        Customer, verbose_name=_("集团的上级"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    department = models.ForeignKey(
        Department, verbose_name=_("部门"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("本方公司"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("名称"), max_length=100)
    currency = models.CharField(_("币种"), max_length=3, default="CNY")
    granted = models.BigIntegerField(_("额度"))
    members = models.ManyToManyField(Account, verbose_name=_("成员"), related_name="pools")
    ended_on = models.DateField(_("停用日"), null=True)

    class Meta:
        verbose_name = _("共用额度")
        verbose_name_plural = _("共用额度")
        constraints = (
            models.CheckConstraint(condition=Q(granted__gte=0, granted__lte=MOST), name="credit_pool_amount"),
            models.UniqueConstraint(
                fields=["kind", "name", "currency"], condition=Q(ended_on__isnull=True), name="credit_pool_one"
            ),
            models.UniqueConstraint(
                fields=["head", "currency"], condition=Q(ended_on__isnull=True), name="credit_pool_of_group"
            ),
            models.CheckConstraint(condition=Q(head__isnull=True) | Q(kind="group"), name="credit_pool_head"),
            models.UniqueConstraint(
                fields=["department", "currency"], condition=Q(ended_on__isnull=True), name="credit_pool_of_department"
            ),
            models.UniqueConstraint(
                fields=["company", "currency"], condition=Q(ended_on__isnull=True), name="credit_pool_of_company"
            ),
            models.CheckConstraint(
                condition=Q(department__isnull=True) | Q(kind="department"), name="credit_pool_department"
            ),
            models.CheckConstraint(condition=Q(company__isnull=True) | Q(kind="company"), name="credit_pool_company"),
        )

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """A part of a pool: `share` of its limit, of which `taken` is taken. The shares' sum is the pool's limit."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="slots")
    number = models.PositiveSmallIntegerField()
    share = models.BigIntegerField()
    taken = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("共用额度的分份")
        verbose_name_plural = _("共用额度的分份")
        ordering = ("pool", "number")
        constraints = (models.UniqueConstraint(fields=["pool", "number"], name="credit_slot_one"),)

    def __str__(self) -> str:
        return f"{self.pool} {self.number}"
