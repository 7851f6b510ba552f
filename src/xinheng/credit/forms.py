"""The forms of credit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditpolicy.language import listed
from creditpolicy.model import Policy
from creditpolicy.model.defaults import lasting
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.models import Grant, Guarantee
from xinheng.customers.amounts import AmountField
from xinheng.customers.models import Guarantor
from xinheng.ledger.models import BASE, Company, Rate
from xinheng.org.models import Department
from xinheng.papers.models import Paper


class CentsField(AmountField):
    """An amount in yuan, given on in cents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        """Give the cents."""
        amount = super().clean(value)
        return None if amount is None else cents(amount)


class BookForm(forms.Form):
    """What is asked of one account: with which company of ours, in which currency, where there are several."""

    BOOK = ("company", "currency")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        companies = Company.objects.filter(ended_on__isnull=True).order_by("-is_default", "code")
        if len(companies) > 1:
            self.fields["company"] = forms.ModelChoiceField(
                companies, label=_("本方公司"), required=False, empty_label=None, initial=companies[0]
            )
        codes = currencies()
        if len(codes) > 1:
            self.fields["currency"] = forms.TypedChoiceField(
                label=_("币种"), choices=[(code, code) for code in codes], required=False, empty_value=BASE,
                help_text=_("金额按这个币种; 每个币种的额度分开核定。"),
            )  # fmt: skip

    @property
    def book_fields(self) -> list[str]:
        """The names of those that are asked."""
        return [name for name in self.BOOK if name in self.fields]


def currencies() -> list[str]:
    """Give the currencies in which amounts are told: the base currency, then those with a rate."""
    codes = Rate.objects.filter(reversed_on__isnull=True).order_by("currency").values_list("currency", flat=True)
    return list(dict.fromkeys((BASE, *codes)))


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ShareForm(forms.Form):
    """The limit that a group shares."""

    amount = CentsField(label=_("共用额度 (元)"), min_value=0)
    why = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class OrderForm(BookForm):
    """An order to be checked."""

    number = forms.CharField(label=_("订单号"), max_length=40, required=False, help_text=_("只试算时可以不填。"))
    amount = CentsField(label=_("订单金额 (元)"), min_value=0.01)
    terms_days = forms.IntegerField(label=_("账期 (天)"), min_value=0, max_value=3650, required=False)

    def __init__(self, *args: Any, singles: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if singles:
            self.fields["single"] = SingleField(singles)


class SingleField(forms.ModelChoiceField[Grant]):
    """Which limit for one order is taken."""

    def __init__(self, singles: Any) -> None:
        super().__init__(
            singles, label=_("单笔额度"), required=False, empty_label=_("不用"),
            help_text=_("批准给一张订单的额度, 用一次。"),
        )  # fmt: skip

    def label_from_instance(self, obj: Any) -> str:
        """Give the amount and the last day."""
        return _t("{amount} 元, {day} 前有效").format(amount=f"{yuan(obj.amount):,}", day=obj.until_day)


class SingleForm(forms.Form):
    """The limit with which an order that waits is checked again."""

    def __init__(self, *args: Any, singles: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["single"] = SingleField(singles)
        self.fields["single"].required = True


class PartForm(forms.Form):
    """How much of an order, and under which document."""

    amount = CentsField(label=_("金额 (元)"), min_value=0.01)
    document = forms.CharField(label=_("单据号"), max_length=60, required=False)


class ApplicationForm(BookForm):
    """客户信用额度申请表."""

    kind = forms.ChoiceField(
        label=_("类别"), choices=[choice for choice in Grant.Kind.choices if choice[0] != Grant.Kind.SECURED],
        help_text=_("循环额度写总额; 临时额度和单笔额度写在现有额度之上加多少。"),
    )  # fmt: skip
    amount = CentsField(label=_("金额 (元)"), min_value=0.01)
    from_day = forms.DateField(label=_("生效日"))
    until_day = forms.DateField(label=_("失效日"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    papers = forms.ModelMultipleChoiceField(
        label=_("附件"), queryset=Paper.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("从客户档案里选; 没有的先到“档案”里收存。"),
    )  # fmt: skip

    def __init__(self, *args: Any, papers: Any, policy: Policy | None, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["papers"].queryset = papers
        self.longest = {key: lasting(policy, key).days for key, _label in fields["kind"].choices}
        most = (
            _t("{kind} {days} 天").format(kind=label, days=self.longest[key]) for key, label in fields["kind"].choices
        )
        fields["until_day"].help_text = _t("从这一天起不再有效。最长: {most}; 留空为最长。").format(most=listed(most))

    def clean(self) -> dict[str, Any]:
        """Give the last day where none is told: the policy says how long a limit of the kind lasts at most."""
        told = super().clean() or self.cleaned_data
        if told.get("until_day") is None and "until_day" in told and told.get("kind") and told.get("from_day"):
            told["until_day"] = told["from_day"] + timedelta(self.longest[told["kind"]])
        return told


class GuaranteeForm(forms.Form):
    """A guarantee with its evidence."""

    kind = forms.ChoiceField(
        label=_("担保方式"), choices=Guarantee.Kind.choices,
        help_text=_("已在往来里入账的押金不要再登记: 它已减少占用。"),
    )  # fmt: skip
    amount = CentsField(label=_("金额"), min_value=0.01)
    currency = forms.ChoiceField(label=_("币种"))
    percent = forms.DecimalField(
        label=_("承保比例 (%)"), max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=100, initial=100
    )
    most = CentsField(label=_("买方限额"), min_value=0.01, required=False, help_text=_("保险公司对这个客户的限额。"))
    guarantor = forms.ModelChoiceField(
        label=_("保证人"), queryset=Guarantor.objects.none(), required=False,
        help_text=_("只用于“保证”, 从客户档案的“担保与关联”里选。"),
    )  # fmt: skip
    giver = forms.CharField(label=_("保险公司、银行或保管人"), max_length=120, required=False)
    number = forms.CharField(label=_("保单、保函或登记编号"), max_length=60, required=False)
    from_day = forms.DateField(label=_("生效日"))
    until_day = forms.DateField(label=_("失效日"), required=False, help_text=_("从这一天起不再有效; 没有期限的留空。"))
    papers = forms.ModelMultipleChoiceField(
        label=_("凭证"), queryset=Paper.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("从客户档案里选; 没有的先到“档案”里收存。"),
    )  # fmt: skip
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, papers: Any, guarantors: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["papers"].queryset, fields["guarantor"].queryset = papers, guarantors
        fields["guarantor"].label_from_instance = lambda row: row.who
        fields["currency"].choices = [(code, code) for code in currencies()]


class BudgetForm(forms.Form):
    """The ceiling of a company, or the budget of a department."""

    whose = forms.ChoiceField(label=_("公司或部门"))
    amount = CentsField(
        label=_("限额 (元)"), min_value=0, required=False, help_text=_("留空表示停用, 不再限制。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        companies = [(f"c{one.pk}", str(one)) for one in Company.objects.order_by("code")]
        departments = [
            (f"d{one.pk}", "\u3000" * (one.path.count("/") - 2) + one.name)
            for one in Department.objects.filter(is_closed=False)
        ]
        fields: Any = self.fields
        fields["whose"].choices = [("", ""), (_("授信总额"), companies), (_("部门预算"), departments)]

    def clean_whose(self) -> Company | Department:
        """Give the company or department."""
        told = self.cleaned_data["whose"]
        found: Company | Department = (Company if told[0] == "c" else Department).objects.get(pk=int(told[1:]))
        return found
