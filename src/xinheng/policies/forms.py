"""What is filled in on the pages of the policy library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from creditpolicy.reader.source import MAX_BYTES
from xinheng.customers.models import Kind


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class OnDayForm(forms.Form):
    """On which day one looks."""

    on = _day(label=_("哪一天"), required=False)


class PackForm(forms.Form):
    """A shipped policy to begin from."""

    pack = forms.ChoiceField(label=_("随附制度"))
    change_note = forms.CharField(
        label=_("说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, packs: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        pack = self.fields["pack"]
        assert isinstance(pack, forms.ChoiceField)
        pack.choices = packs


class FileForm(forms.Form):
    """A policy file to begin from."""

    file = forms.FileField(
        label=_("制度文件"),
        help_text=_("制度文件 (.yaml), UTF-8 编码, 最大 1 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml"}),
        error_messages={"required": _("请选择一个文件。"), "empty": _("文件是空的。")},
    )
    change_note = forms.CharField(
        label=_("说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_file(self) -> Any:
        """Refuse what is larger than any policy."""
        sent = self.cleaned_data["file"]
        if sent.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 1 MB, 不是制度文件。"))
        return sent


class CommentForm(forms.Form):
    """A remark on a draft, or on one of its clauses."""

    clause = forms.CharField(
        label=_("条款或规则"), required=False, max_length=200, help_text=_("如 四.2; 对整份制度的意见可以不填。")
    )
    text = forms.CharField(label=_("意见"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    path = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput())


class AnswerForm(forms.Form):
    """An answer to a remark."""

    answer = forms.CharField(required=False, max_length=4000)
    is_adopted = forms.ChoiceField(choices=[("yes", _("采纳")), ("no", _("不采纳"))])


class WhyForm(forms.Form):
    """Why."""

    why = forms.CharField(required=False, max_length=500)


class PublishForm(forms.Form):
    """From which day."""

    from_day = _day(label=_("生效日"), help_text=_("从这一天起按新版本评级; 原来的版本同日失效。"))


class TrialForm(forms.Form):
    """As of which day, and on whom."""

    as_of = _day(label=_("评级日"), help_text=_("按这一天的资料试算。"))
    kinds = forms.MultipleChoiceField(
        label=_("客户"), choices=Kind.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是全部已建档的客户。"),
    )  # fmt: skip


class RowsForm(forms.Form):
    """Which customers of a trial are shown."""

    SHOWS = (
        ("moved", _("等级有变的")), ("up", _("升级的")), ("down", _("降级的")), ("raised", _("额度提高的")),
        ("lowered", _("额度降低的")), ("refused", _("不能评的")), ("all", _("有变化或不能评的")),
    )  # fmt: skip
    show = forms.ChoiceField(label=_("显示"), choices=SHOWS, required=False)
    q = forms.CharField(label=_("编号或名称"), required=False, max_length=60)
    before = forms.ChoiceField(label=_("原等级"), required=False)
    after = forms.ChoiceField(label=_("新等级"), required=False)

    def __init__(self, *args: Any, before: list[tuple[str, str]], after: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        for name, grades in (("before", before), ("after", after)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("全部")), *((grade or "-", label) for grade, label in grades)]
