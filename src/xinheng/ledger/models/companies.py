"""The companies of the group that sell, and the rates of exchange by day."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person
from xinheng.upkeep.prepared import prepared

BASE = "CNY"
"""The currency in which amounts of several currencies are stated together."""


class Company(models.Model):
    """A company of the group (本方公司): who sells, and to whom the customer owes."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    is_default = models.BooleanField(_("默认"), default=False)
    ended_on = models.DateField(_("停用日"), null=True, editable=False)

    class Meta:
        verbose_name = _("本方公司")
        verbose_name_plural = _("本方公司")
        ordering = ("-is_default", "code")
        constraints = (
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="company_default"),
            models.CheckConstraint(condition=Q(is_default=False) | Q(ended_on__isnull=True), name="company_default_goes_on"),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> Company:
        """Give the company that documents belong to where nothing else is said; made at the first need."""
        return (
            _default.first() or cls.objects.get_or_create(code="01", defaults={"name": "本公司", "is_default": True})[0]
        )


@prepared
def _default() -> models.QuerySet[Company]:
    return Company.objects.filter(is_default=True)[:1]


def default_company() -> int:
    """Give the key of the default company."""
    return Company.default().pk


class Rate(models.Model):
    """What one unit of a currency is worth in the base currency, from a day on until the next rate."""

    currency = models.CharField(_("币种"), max_length=3)
    since = models.DateField(_("起用日"))
    rate = models.DecimalField(_("汇率"), max_digits=18, decimal_places=8)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    reversed_on = models.DateField(_("作废日"), null=True, editable=False)
    reversed_why = models.CharField(_("作废原因"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("汇率")
        verbose_name_plural = _("汇率")
        ordering = ("currency", "-since", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["currency", "since"], condition=Q(reversed_on__isnull=True), name="rate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_above_zero"),
            models.CheckConstraint(condition=~Q(currency=BASE), name="rate_of_others"),
        )

    def __str__(self) -> str:
        return f"{self.currency} {self.since:%Y-%m-%d}"

    @property
    def plain(self) -> Decimal:
        """The rate without the zeros at its end."""
        return self.rate.normalize() if self.rate != self.rate.to_integral() else self.rate.quantize(Decimal(1))
