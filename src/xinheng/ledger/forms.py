"""Forms for entering dealings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from xinheng.customers.amounts import AmountField
from xinheng.customers.models import Customer
from xinheng.ledger.models import (
    BASE,
    Company,
    Contract,
    Dispute,
    Incident,
    Invoice,
    LeasedItem,
    Order,
    Rate,
    Receipt,
)

AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2}
GROSS = _("含税, 两位小数。")
NAMED = "to_"
LINE = "line_"


class PastDay(forms.DateField):
    """A day that has come: the books know nothing of tomorrow."""

    def clean(self, value: Any) -> date | None:
        """Refuse a day after today."""
        day: date | None = super().clean(value)
        if day is not None and day > timezone.localdate():
            raise ValidationError(_t("日期在今天以后。请改正。"))
        return day


class LinesField(forms.CharField):
    """A text of one line each: words and an amount; gives pairs."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        """Read the lines; a line that cannot be read is named."""
        found = []
        for number, line in enumerate((super().clean(value) or "").splitlines(), 1):
            if not line.strip():
                continue
            words, _gap, amount = line.strip().rpartition(" ")
            try:
                found.append((self.read(words.strip() or ""), Decimal(amount.replace(",", ""))))
            except (InvalidOperation, ValueError) as wrong:
                raise ValidationError(
                    _t("第 {number} 行“{line}”看不懂。{how}").format(
                        number=number, line=line.strip()[:40], how=self.help_text
                    )
                ) from wrong
        return found

    def read(self, words: str) -> Any:
        """Give what stands before the amount."""
        return words


class PlanField(LinesField):
    """Lines of a day and an amount."""

    def read(self, words: str) -> date:
        """Give the day."""
        day = parse_date(words)
        if day is None:
            raise ValueError(words)
        return day


class _OfCompany(forms.Form):
    """A document of a company of the group, in a currency; neither is asked where there is no choice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = Company.objects.filter(ended_on__isnull=True)
        if len(companies) > 1:
            self.fields["company"] = forms.ModelChoiceField(companies, label=_("本方公司"), initial=companies[0])
        others = Rate.objects.filter(reversed_on__isnull=True).values_list("currency", flat=True).distinct()
        if codes := sorted(others.order_by()):
            choices = [(code, code) for code in (BASE, *codes)]
            self.fields["currency"] = forms.ChoiceField(label=_("币种"), choices=choices, initial=BASE)


class ContractForm(_OfCompany):
    """A contract."""

    number = forms.CharField(label=_("合同号"), max_length=40)
    signed_on = PastDay(label=_("签订日"))
    expires_on = forms.DateField(label=_("有效期至"), required=False, help_text=_("当天仍有效; 不填为长期。"))
    terms_days = forms.IntegerField(
        label=_("账期 (天)"), required=False, min_value=0, max_value=1000,
        help_text=_("这份合同下的发票不填到期日时, 从开票日期起按此推算。"),
    )  # fmt: skip
    amount = AmountField(label=_("合同金额"), required=False, help_text=_("框架合同可以不填。"), **AMOUNT)
    breach = forms.CharField(
        label=_("违约条款"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def _contracts(customer: Customer) -> Any:
    return Contract.objects.filter(customer=customer, reversed_on__isnull=True, ended_on__isnull=True)


class OrderForm(_OfCompany):
    """An order."""

    number = forms.CharField(label=_("订单号"), max_length=40)
    ordered_on = PastDay(label=_("订单日期"), initial=timezone.localdate)
    contract = forms.ModelChoiceField(label=_("合同"), queryset=Contract.objects.none(), required=False)
    amount = AmountField(label=_("金额"), required=False, help_text=GROSS, **AMOUNT)
    lines = LinesField(
        label=_("订单行"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一项: 名称、空格、金额。不分行时只填金额。"),
    )  # fmt: skip

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].queryset = _contracts(customer)  # type: ignore[attr-defined]


class MoreForm(forms.Form):
    """What is added to an order."""

    amount = AmountField(label=_("金额"), required=False, help_text=GROSS, **AMOUNT)
    lines = LinesField(
        label=_("订单行"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一项: 名称、空格、金额。不分行时只填金额。"),
    )  # fmt: skip


class _SharesForm(forms.Form):
    """Amounts for rows that are known when the form is shown; `shares` gives those filled in, or None."""

    start = LINE

    def ask(self, key: int, label: str, initial: Decimal | None, hint: str) -> None:
        """Ask for the amount of one row."""
        self.fields[f"{self.start}{key}"] = AmountField(
            label=label, required=False, min_value=Decimal("0.01"), initial=initial, help_text=hint, **AMOUNT
        )

    def clean(self) -> dict[str, Any]:
        """Gather the amounts under one name."""
        told = super().clean() or self.cleaned_data
        shares = {
            int(name.removeprefix(self.start)): told.pop(name) for name in list(told) if name.startswith(self.start)
        }
        given = {key: amount for key, amount in shares.items() if amount is not None}
        told["to" if self.start == NAMED else "parts"] = given or None
        return told


class DeliveryForm(_SharesForm):
    """A delivery of an order: an amount for each line."""

    number = forms.CharField(label=_("交付单号"), max_length=40)
    delivered_on = PastDay(label=_("交付日期"), initial=timezone.localdate)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in order.lines.filter(is_waiting=False):
            left = line.not_given_up - line.delivered
            if left > 0:
                label = line.what or _t("第 {place} 行").format(place=line.place)
                self.ask(line.pk, label, left, _t("未交付 {left} 元").format(left=left))


class GiveUpForm(forms.Form):
    """Why, and how much, of an order is given up."""

    amount = AmountField(label=_("取消金额"), required=False, help_text=_("不填为全部未执行的金额。"), **AMOUNT)
    why = forms.CharField(label=_("取消的原因"), max_length=200)


class InvoiceForm(_OfCompany):
    """An invoice or a credit note."""

    kind = forms.ChoiceField(label=_("类别"), choices=Invoice.Kind.choices)
    number = forms.CharField(label=_("发票号码"), max_length=40)
    invoiced_on = PastDay(label=_("开票日期"), initial=timezone.localdate)
    amount = AmountField(label=_("金额"), help_text=GROSS, **AMOUNT)
    due_on = forms.DateField(
        label=_("到期日"), required=False, help_text=_("到期日当天不算逾期。分期或订单的合同写明账期时可以不填。")
    )
    order = forms.ModelChoiceField(label=_("订单"), queryset=Order.objects.none(), required=False)
    plan = PlanField(
        label=_("分期"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("一行一期: 到期日、空格、金额, 例如 2026-03-31 5000.00。"),
    )  # fmt: skip

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = self.fields["order"]
        assert isinstance(order, forms.ModelChoiceField)
        order.queryset = Order.objects.filter(customer=customer, reversed_on__isnull=True)


class NamedForm(_SharesForm):
    """Which invoices are settled with how much; with nothing filled in, those longest due come first."""

    start = NAMED

    def ask_invoices(self, invoices: Any) -> None:
        """Ask for the amount of each of the invoices."""
        for invoice in invoices:
            unit = _t("元") if invoice.currency == BASE else invoice.currency
            hint = _t("{day} 到期, 未结 {open} {unit}").format(
                day=invoice.due_on, open=f"{invoice.open_amount:,}", unit=unit
            )
            self.ask(invoice.pk, _t("核销发票 {number}").format(number=invoice.number), None, hint)


class ReceiptForm(_OfCompany, NamedForm):
    """Money received."""

    number = forms.CharField(label=_("收款单号"), max_length=40)
    received_on = PastDay(label=_("到账日期"), initial=timezone.localdate)
    amount = AmountField(label=_("金额"), **AMOUNT)
    kind = forms.ChoiceField(
        label=_("类别"), choices=Receipt.Kind.choices, help_text=_("货款按到期先后核销, 也可在下面指定; 押金不核销。")
    )
    method = forms.CharField(label=_("方式"), max_length=30, required=False)

    def __init__(self, *args: Any, invoices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_invoices(invoices)


class SettleForm(NamedForm):
    """Which invoices the rest of a receipt, or of a credit note, settles."""

    def __init__(self, *args: Any, invoices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_invoices(invoices)


class RefundForm(forms.Form):
    """What is to be paid back."""

    number = forms.CharField(label=_("退款单号"), max_length=40)
    amount = AmountField(label=_("退款金额"), **AMOUNT)
    why = forms.CharField(label=_("退款原因"), max_length=200)


class DisputeForm(forms.Form):
    """What the customer contests."""

    amount = AmountField(label=_("争议金额"), **AMOUNT)
    since = PastDay(label=_("争议起"))
    why = forms.CharField(label=_("争议原因"), max_length=Dispute._meta.get_field("reason").max_length)


class EndDisputeForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=_("处理结果"), max_length=200)


class LeaseForm(forms.Form):
    """A piece let out."""

    kind = forms.CharField(label=_("种类"), max_length=60)
    number = forms.CharField(label=_("编号"), max_length=40)
    out_on = PastDay(label=_("出租日"))
    rent = AmountField(label=_("租金 (元)"), min_value=Decimal(0), initial=Decimal(0), **AMOUNT)
    per = forms.ChoiceField(label=_("租金按"), choices=LeasedItem.Per.choices)
    contract = forms.ModelChoiceField(label=_("合同"), queryset=Contract.objects.none(), required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].queryset = _contracts(customer)  # type: ignore[attr-defined]


class BackForm(forms.Form):
    """When a leased piece came back."""

    back_on = PastDay(label=_("归还日"))


class IncidentForm(forms.Form):
    """A default, a lawsuit, a penalty, false information."""

    kind = forms.ChoiceField(label=_("类型"), choices=Incident.KINDS)
    happened_on = forms.DateField(label=_("发生日期"))
    detail = forms.CharField(label=_("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.CharField(label=_("案号或文号"), max_length=60, required=False)
    amount = AmountField(label=_("涉及金额"), max_digits=18, decimal_places=2, required=False)


class ReverseForm(forms.Form):
    """Why a document is reversed."""

    why = forms.CharField(label=_("冲销的原因"), max_length=200)


class WithdrawForm(forms.Form):
    """Why an incident is withdrawn."""

    why = forms.CharField(label=_("撤销的原因"), max_length=200)


class CompanyForm(forms.Form):
    """A company of the group."""

    code = forms.CharField(label=_("代码"), max_length=20)
    name = forms.CharField(label=_("名称"), max_length=100)


class NameForm(forms.Form):
    """Another name for a company of the group."""

    name = forms.CharField(label=_("名称"), max_length=100)


class RateForm(forms.Form):
    """A rate of exchange."""

    currency = forms.CharField(label=_("币种"), min_length=3, max_length=3, help_text=_("三个字母, 例如 USD。"))
    since = forms.DateField(label=_("起用日"))
    rate = forms.DecimalField(
        label=_("汇率"), max_digits=18, decimal_places=8, help_text=_("1 个外币单位合多少本位币。")
    )


class StatementForm(_OfCompany):
    """The period of a statement of account."""

    since = PastDay(label=_("期间起"))
    until = PastDay(label=_("期间止"))
