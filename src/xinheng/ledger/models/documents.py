"""What every document has; amounts are gross, exact to the cent, in the currency of the document."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.ledger.models.companies import BASE, Company, default_company
from xinheng.org.models import Person

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


class Document(models.Model):
    """What all documents have; a wrong one is reversed on a day, with the reason, and stays."""

    number = models.CharField(_("单据号"), max_length=40)
    company = models.ForeignKey(
        Company, verbose_name=_("本方公司"), default=default_company, on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(_("金额"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("币种"), max_length=3, default=BASE)
    entered_by = models.ForeignKey(
        Person, verbose_name=_("录入人"), null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    entered_at = models.DateTimeField(_("录入时间"), default=timezone.now, editable=False)
    reversed_on = models.DateField(_("冲销日"), null=True, editable=False)
    reversed_why = models.CharField(_("冲销原因"), max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number
