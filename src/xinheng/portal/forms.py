"""Forms of the customer's pages, and of those who invite and decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.card import Field, shown
from xinheng.customers.models import ValueKind
from xinheng.papers.levels import Level
from xinheng.papers.models import PaperKind


class InviteForm(forms.Form):
    """Who is invited, for how long."""

    to_name = forms.CharField(label=_("受邀人"), max_length=60, help_text=_("客户一方填写资料的人。"))
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("只作记录; 链接由您转发。"))
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=60, initial=7)
    message = forms.CharField(
        label=_("附言"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("客户在页面上看到, 例如请他补哪几项。"),
    )  # fmt: skip


class CodeForm(forms.Form):
    """The code that was told in another way."""

    code = forms.CharField(
        label=_("验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
        help_text=_("六位数字, 由邀请您的业务人员电话告知。"),
    )  # fmt: skip


class DataForm(forms.Form):
    """The data form, made from the fields of the card; what the file says stands in it, save what is confidential."""

    def __init__(self, *args: Any, fields: Sequence[Field], held: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in fields:
            self.fields[field.code] = _form_field(field, held.get(field.code, ""))


def _form_field(field: Field, held: str) -> forms.Field:
    label = f"{field.label} ({field.unit})" if field.unit else str(field.label)
    kept = bool(held) and field.is_confidential
    told: dict[str, Any] = {
        "label": label,
        "required": False,
        "help_text": _("已登记, 为保密不显示; 有变化才填。") if kept else field.help,
        "initial": "" if kept else held,
    }
    if field.kind == ValueKind.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *((one, one) for one in field.choices)], **told)
    if field.kind == ValueKind.FLAG:
        return forms.ChoiceField(choices=[("", "—"), ("true", _("是")), ("false", _("否"))], **told)
    if field.kind == ValueKind.DATE:
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **told)
    if held and not kept and field.kind != ValueKind.TEXT:
        told["initial"] = shown(field, held).removesuffix(field.unit).strip()
    return forms.CharField(max_length=500, **told)


class SendPaperForm(forms.Form):
    """A file that the customer sends."""

    kind = forms.ModelChoiceField(label=_("种类"), queryset=PaperKind.objects.filter(is_closed=False))
    title = forms.CharField(label=_("标题"), max_length=100, required=False)
    file = forms.FileField(label=_("文件"), help_text=_("PDF、图片、Word 或 Excel。"))


class ComplaintForm(forms.Form):
    """A complaint."""

    text = forms.CharField(label=_("投诉内容"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))


class AcceptPaperForm(forms.Form):
    """As what a file from the customer is put into his papers."""

    kind = forms.ModelChoiceField(label=_("种类"), queryset=PaperKind.objects.filter(is_closed=False))
    title = forms.CharField(label=_("标题"), max_length=100)
    level = forms.TypedChoiceField(label=_("密级"), choices=Level.choices, coerce=int)
    valid_until = forms.DateField(label=_("有效期至"), required=False)
    answer = forms.CharField(label=_("给客户的说明"), max_length=500, required=False)


class AnswerForm(forms.Form):
    """What the customer is told."""

    answer = forms.CharField(label=_("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
