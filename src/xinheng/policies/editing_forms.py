"""What is filled in where the text of a version is edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from creditpolicy.reader.source import MAX_BYTES
from xinheng.customers.models import Customer

MAX_WORKBOOK_BYTES = 20 << 20


class TextForm(forms.Form):
    """The text of a draft, and the edition that was opened."""

    text = forms.CharField(strip=False, max_length=MAX_BYTES, error_messages={"required": _("文本是空的。")})
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput())
    change_note = forms.CharField(
        label=_("修订说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class UploadForm(forms.Form):
    """A policy file, or an edited scorecard workbook."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("制度文件 (.yaml), 或由这份草案导出、改过的评分表 (.xlsx)。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.xlsx"}),
        error_messages={"required": _("请选择一个文件。"), "empty": _("文件是空的。")},
    )

    def clean_file(self) -> Any:
        """Refuse what is too large for either."""
        sent = self.cleaned_data["file"]
        if sent.size > (MAX_WORKBOOK_BYTES if is_workbook(sent.name) else MAX_BYTES):
            raise forms.ValidationError(_("文件太大。制度文件最大 1 MB, 评分表最大 20 MB。"))
        return sent


def is_workbook(name: str) -> bool:
    """Say whether a file is sent as a workbook."""
    return name.lower().endswith((".xlsx", ".xlsm"))


class ExampleForm(forms.Form):
    """Whose figures are shown beside the rules, and which rules."""

    customer = forms.ModelChoiceField(
        queryset=Customer.objects.none(), label=_("以谁为例"), required=False, empty_label=_("示例客户 (编造的)")
    )
    show = forms.ChoiceField(
        label=_("显示"),
        choices=(("", _("全部规则")), ("assumed", _("只看假定的, 待公司确认")), ("stated", _("只看文件写明的"))),
        required=False,
    )
    section = forms.ChoiceField(label=_("部分"), required=False)
    q = forms.CharField(label=_("条款或字词"), required=False, max_length=60)

    def __init__(self, *args: Any, customers: Any, sections: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        customer, section = self.fields["customer"], self.fields["section"]
        assert isinstance(customer, forms.ModelChoiceField)
        assert isinstance(section, forms.ChoiceField)
        customer.queryset = customers
        section.choices = [("", _("全部")), *((name, name) for name in sections)]
