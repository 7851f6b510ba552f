"""Forms about the customer's rating: his application and objection, and the staff's answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.portal.applying import LARGEST, Sort


class ApplyForm(forms.Form):
    """An application for a rating or a higher limit."""

    sort = forms.ChoiceField(label=_("申请什么"), choices=Sort.choices, widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("希望的额度 (元)"), max_digits=18, decimal_places=2, min_value=0, max_value=LARGEST, required=False,
        help_text=_("申请提高额度时填写。"),
    )  # fmt: skip
    text = forms.CharField(
        label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("例如业务增长、付款记录、可以提供的资料。"),
    )  # fmt: skip


class ObjectionForm(forms.Form):
    """What he thinks is wrong with his rating."""

    text = forms.CharField(
        label=_("哪里不对, 为什么"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("写明哪一项、您认为应当怎样、有什么凭据; 凭据可以在“上传文件”里提交。"),
    )  # fmt: skip


class AcceptApplicationForm(forms.Form):
    """Why a case is opened, and what the customer is told."""

    why = forms.CharField(label=_("评估事由"), max_length=200, help_text=_("写进评估; 不要写个人姓名和电话。"))
    answer = forms.CharField(label=_("给客户的说明"), max_length=500, required=False)
