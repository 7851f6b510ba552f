"""Forms for entering dealings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models import Incident, Invoice, Order

AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2, "help_text": _("含税, 元, 两位小数。")}


class OrderForm(forms.Form):
    """An order."""

    number = forms.CharField(label=_("订单号"), max_length=40)
    ordered_on = forms.DateField(label=_("订单日期"))
    amount = forms.DecimalField(label=_("金额"), **AMOUNT)


class InvoiceForm(forms.Form):
    """An invoice or a credit note."""

    kind = forms.ChoiceField(label=_("类别"), choices=Invoice.Kind.choices)
    number = forms.CharField(label=_("发票号码"), max_length=40)
    invoiced_on = forms.DateField(label=_("开票日期"))
    due_on = forms.DateField(label=_("到期日"), help_text=_("到期日当天不算逾期。"))
    amount = forms.DecimalField(label=_("金额"), **AMOUNT)
    order = forms.ModelChoiceField(label=_("订单"), queryset=Order.objects.none(), required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = self.fields["order"]
        assert isinstance(order, forms.ModelChoiceField)
        order.queryset = Order.objects.filter(customer=customer, reversed_on__isnull=True)


class ReceiptForm(forms.Form):
    """Money received."""

    number = forms.CharField(label=_("收款单号"), max_length=40)
    received_on = forms.DateField(label=_("到账日期"))
    amount = forms.DecimalField(label=_("金额"), max_digits=18, decimal_places=2, help_text=_("退款写负数。"))
    method = forms.CharField(label=_("方式"), max_length=30, required=False)


class IncidentForm(forms.Form):
    """A default, a lawsuit, a penalty, false information."""

    kind = forms.ChoiceField(label=_("类型"), choices=Incident.KINDS)
    happened_on = forms.DateField(label=_("发生日期"))
    detail = forms.CharField(label=_("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.CharField(label=_("案号或文号"), max_length=60, required=False)
    amount = forms.DecimalField(label=_("涉及金额"), max_digits=18, decimal_places=2, required=False)


class ReverseForm(forms.Form):
    """Why a document is reversed."""

    why = forms.CharField(label=_("冲销的原因"), max_length=200)
