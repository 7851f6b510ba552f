"""The forms of grades that move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.ledger.models import Incident
from xinheng.ratings.models import Objection


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("理由"), max_length=500, widget=_words())


class OverrideForm(forms.Form):
    """To which grade, for how long, why."""

    grade = forms.ChoiceField(label=_("调整为"))
    days = forms.IntegerField(label=_("有效天数"), min_value=1)
    reason = forms.CharField(
        label=_("理由"), max_length=1000, widget=_words(4),
        help_text=_("写明依据, 如担保、合同、已查清的误会; 批准人和以后看的人都凭它。"),
    )  # fmt: skip

    def __init__(self, *args: Any, grades: list[tuple[str, str]], most: int, **options: Any) -> None:
        super().__init__(*args, **options)
        grade: Any = self.fields["grade"]
        grade.choices = grades
        days: Any = self.fields["days"]
        days.initial, days.max_value = most, most
        days.widget.attrs["max"] = most
        days.help_text = _("最长 {days} 天, 到期自动结束。").format(days=most)


class ObjectionForm(forms.Form):
    """What was said, by whom, when; of a result that is published, or of the grade in force."""

    kind = forms.ChoiceField(label=_("类别"), choices=Objection.Kind.choices, initial=Objection.Kind.COMPLAINT)
    from_whom = forms.CharField(
        label=_("提出人"), max_length=100, required=False, help_text=_("姓名与身份, 如 王经理 (客户财务)。加密保存。")
    )
    text = forms.CharField(label=_("内容"), max_length=4000, widget=_words(5), help_text=_("照原话写。加密保存。"))
    received_on = forms.DateField(label=_("收到日期"))

    def __init__(self, *args: Any, is_published: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_published:
            kind: Any = self.fields["kind"]
            kind.choices = [choice for choice in Objection.Kind.choices if choice[0] == Objection.Kind.COMPLAINT]


class AnswerForm(forms.Form):
    """The answer with its reasons."""

    answer = forms.CharField(
        label=_("答复和理由"), max_length=4000, widget=_words(5), help_text=_("提出人会看到。写明依据的条款和事实。")
    )


class IncidentChoice(forms.ModelChoiceField[Incident]):
    """An incident by its day and what was said of it."""

    def label_from_instance(self, obj: Any) -> str:
        """Write the incident so that it can be told from others."""
        return f"{obj} · {obj.detail}"


class RevokeForm(forms.Form):
    """On the strength of which incident, and how it was verified."""

    incident = IncidentChoice(
        Incident.objects.none(),
        label=_("依据的事件"),
        help_text=_("先在“往来”里登记一件“资料不实”事件, 由另一人登记。"),
    )
    why = forms.CharField(label=_("怎样核实的"), max_length=500, widget=_words(), help_text=_("客户有权知道理由。"))

    def __init__(self, *args: Any, customer: Customer, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["incident"]
        chosen.queryset = Incident.objects.filter(customer=customer, kind="false_information", reversed_on__isnull=True)

    @property
    def has_nothing_to_rest_on(self) -> bool:
        """Whether no such incident was ever entered."""
        chosen: Any = self.fields["incident"]
        return not chosen.queryset.exists()
