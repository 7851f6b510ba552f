"""The forms of credit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.credit.core.money import cents
from xinheng.credit.models import Grant
from xinheng.papers.models import Paper


class CentsField(forms.DecimalField):
    """An amount in yuan, given on in cents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        """Give the cents."""
        amount = super().clean(value)
        return None if amount is None else cents(amount)


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ShareForm(forms.Form):
    """The limit that a group shares."""

    amount = CentsField(label=_("共用额度 (元)"), min_value=0)
    why = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class OrderForm(forms.Form):
    """An order to be checked."""

    number = forms.CharField(label=_("订单号"), max_length=40, required=False, help_text=_("只试算时可以不填。"))
    amount = CentsField(label=_("订单金额 (元)"), min_value=0.01)
    terms_days = forms.IntegerField(label=_("账期 (天)"), min_value=0, max_value=3650, required=False)


class ApplicationForm(forms.Form):
    """客户信用额度申请表."""

    kind = forms.ChoiceField(
        label=_("类别"), choices=[choice for choice in Grant.Kind.choices if choice[0] != Grant.Kind.SECURED],
        help_text=_("循环额度写总额; 临时额度和单笔额度写在现有额度之上加多少。"),
    )  # fmt: skip
    amount = CentsField(label=_("金额 (元)"), min_value=0.01)
    from_day = forms.DateField(label=_("生效日"))
    until_day = forms.DateField(label=_("失效日"), help_text=_("从这一天起不再有效。"))
    reason = forms.CharField(label=_("理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    papers = forms.ModelMultipleChoiceField(
        label=_("附件"), queryset=Paper.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("从客户档案里选; 没有的先到“档案”里收存。"),
    )  # fmt: skip

    def __init__(self, *args: Any, papers: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["papers"]
        field.queryset = papers
