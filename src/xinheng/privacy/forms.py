"""The forms of people's rights over their data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Contact, Customer, Guarantor
from xinheng.org.models import Person
from xinheng.papers.forms import read_form
from xinheng.papers.models import Paper, State
from xinheng.privacy.fields import shareable
from xinheng.privacy.models import DataClass, How, Named, Purpose, RequestKind, RetentionRule
from xinheng.privacy.sealed_zip import SHORTEST_PASSWORD

__all__ = [
    "AgreementForm",
    "AnswerForm",
    "ConsentForm",
    "ExportForm",
    "HoldForm",
    "RequestForm",
    "RuleForm",
    "ShareForm",
    "WhyForm",
    "WithdrawForm",
    "read_form",
]


class PaperChoice(forms.ModelChoiceField[Paper]):
    """One of a customer's papers, by kind and number."""

    def label_from_instance(self, obj: Any) -> str:
        """Write the paper so that it can be told from others."""
        return f"{obj} · {obj.title}"


def partners() -> Any:
    """Give those to whom data may be given at all."""
    return Customer.objects.filter(is_partner=True)


class ConsentForm(forms.Form):
    """What a customer agreed to."""

    purpose = forms.ChoiceField(label=_("目的"), choices=Purpose.choices)
    scope = forms.MultipleChoiceField(
        label=_("同意使用的信息"), choices=DataClass.choices, widget=forms.CheckboxSelectMultiple
    )
    partner = forms.ModelChoiceField(
        Customer.objects.none(), label=_("合作伙伴"), required=False, help_text=_("目的是“提供给合作伙伴”时必填。")
    )
    how = forms.ChoiceField(label=_("方式"), choices=How.choices)
    evidence = PaperChoice(
        Paper.objects.none(), label=_("同意书"), required=False, help_text=_("书面同意必选; 先存入档案。")
    )
    since = forms.DateField(label=_("自"))
    until = forms.DateField(label=_("至"), required=False, help_text=_("不填则到撤回为止。"))
    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, customer: Customer, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["partner"]
        chosen.queryset = partners()
        papers: Any = self.fields["evidence"]
        read = Paper.objects.readable_by(person)
        papers.queryset = read.filter(customer=customer, state=State.KEPT).select_related("kind")


class WithdrawForm(forms.Form):
    """How a consent was taken back."""

    how = forms.ChoiceField(label=_("撤回方式"), choices=How.choices)


class AgreementForm(forms.Form):
    """A partner's agreement."""

    partner = forms.ModelChoiceField(Customer.objects.none(), label=_("合作伙伴"))
    number = forms.CharField(label=_("协议编号"), max_length=60)
    since = forms.DateField(label=_("自"))
    until = forms.DateField(label=_("至"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["partner"]
        chosen.queryset = partners()


class PasswordForm(forms.Form):
    """A password for a file that leaves the house."""

    password = forms.CharField(
        label=_("文件密码"), min_length=SHORTEST_PASSWORD, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("文件用它加密, 系统不保存。请用电话等另一条途径告诉对方。"),
    )  # fmt: skip


class ShareForm(PasswordForm):
    """What is given to which partner, and what for."""

    partner = forms.ModelChoiceField(Customer.objects.none(), label=_("提供给"))
    fields_ = forms.MultipleChoiceField(label=_("内容"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("对方的用途"), max_length=300)
    field_order = ("partner", "fields_", "reason", "password")

    def __init__(self, *args: Any, customer: Customer, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["partner"]
        chosen.queryset = partners()
        fields: Any = self.fields["fields_"]
        fields.choices = [(one.code, f"{one.label} ({one.of.label})") for one in shareable(customer).values()]


class ExportForm(PasswordForm):
    """An export of everything about one person."""

    why = forms.CharField(label=_("用途"), max_length=200, help_text=_("例如: 本人查阅请求的编号。"))
    with_papers = forms.BooleanField(label=_("附档案文件 (机密除外)"), required=False)
    field_order = ("why", "with_papers", "password")


def _told(row: Named) -> str:
    if isinstance(row, Contact):
        return _("联系人 {name}").format(name=row.name)
    return (_("担保人 {name}") if isinstance(row, Guarantor) else _("关联方 {name}")).format(name=row.name)


class RequestForm(forms.Form):
    """What somebody asks about his own data: the customer, or a natural person whom the file names."""

    asker = forms.ChoiceField(
        label=_("请求人"), required=False, help_text=_("联系人、担保人、关联方是自然人的, 也可以就自己的信息提出请求。")
    )
    kind = forms.ChoiceField(label=_("请求"), choices=RequestKind.choices)
    details = forms.CharField(label=_("内容"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    proven_by = forms.CharField(label=_("核对身份的方式"), max_length=200, help_text=_("例如: 本人持身份证到场。"))
    received_on = forms.DateField(label=_("收到日期"))

    def __init__(self, *args: Any, customer: Customer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.named: dict[str, Named] = {
            f"{row._meta.model_name}-{row.pk}": row
            for rows in (
                customer.contacts.all(),
                customer.guarantors.filter(guarantor=None),
                customer.related_parties.filter(other=None),
            )
            for row in rows
        }
        chosen: Any = self.fields["asker"]
        chosen.choices = [("", _("客户本人")), *((key, _told(row)) for key, row in self.named.items())]

    def clean_asker(self) -> Named | None:
        """Give the row of who asks."""
        return self.named.get(self.cleaned_data["asker"])


class AnswerForm(forms.Form):
    """An answer to a request."""

    answer = forms.CharField(label=_("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class WhyForm(forms.Form):
    """Why something is done."""

    why = forms.CharField(label=_("理由"), max_length=200, error_messages={"required": _("请写明理由。")})


class HoldForm(forms.Form):
    """A hold on a customer's data."""

    reason = forms.CharField(label=_("事由"), max_length=200)
    reference = forms.CharField(label=_("案号或文号"), max_length=60, required=False)


class RuleForm(forms.ModelForm[RetentionRule]):
    """How long something is kept."""

    class Meta:
        model = RetentionRule
        fields = ("years", "why")
