"""The forms of papers: what is written down, files, loans, places."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from creditpolicy.problems import Refusal
from xinheng.papers.actions.filing import Details
from xinheng.papers.actions.loans import MOST_DAYS
from xinheng.papers.levels import Level
from xinheng.papers.models import Paper, PaperKind


def read_form(form: forms.BaseForm) -> dict[str, Any]:
    """Give what was filled in; raises Refusal with the form's own words where something is amiss."""
    if not form.is_valid():
        raise Refusal(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.cleaned_data


class ManyFiles(forms.FileField):
    """Several files at once; gives a list."""

    class Input(forms.ClearableFileInput):
        """The browser's box for files, for more than one."""

        allow_multiple_selected = True
        template_name = "django/forms/widgets/file.html"

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Give the files; each is examined by itself later."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            super().clean(None, initial)
        return list(given)


class PaperForm(forms.Form):
    """What is written down of a paper, and its files when it is new."""

    kind = forms.ModelChoiceField(PaperKind.objects.filter(is_closed=False), label=_("种类"), empty_label=_("请选择"))
    title = forms.CharField(
        label=_("标题"), max_length=120, required=False, help_text=_("不填时用文件名; 一次传多个文件时各用各的文件名。")
    )
    number = forms.CharField(label=_("编号"), max_length=60, required=False, help_text=_("证照号、合同号等。"))
    level = forms.TypedChoiceField(
        label=_("密级"), choices=Level.choices, coerce=int, required=False, empty_value=None,
        help_text=_("不选时用这个种类的最低密级。秘密以上, 查阅须写明用途。"),
    )  # fmt: skip
    issued_on = forms.DateField(label=_("签发日期"), required=False)
    valid_until = forms.DateField(label=_("有效期至"), required=False)
    has_copy = forms.BooleanField(label=_("有纸质件"), required=False)
    room = forms.CharField(label=pgettext_lazy("place", "库房"), max_length=40, required=False)
    cabinet = forms.CharField(label=pgettext_lazy("place", "柜号"), max_length=40, required=False)
    box = forms.CharField(label=pgettext_lazy("place", "盒号"), max_length=40, required=False)
    folder = forms.CharField(label=pgettext_lazy("place", "卷内号"), max_length=40, required=False)
    pages = forms.IntegerField(label=_("页数"), min_value=1, max_value=100_000, required=False)
    files = ManyFiles(  # type: ignore[assignment]  # a form takes its fields off the class
        label=_("文件"), required=False, help_text=_("PDF、PNG、JPEG、Word、Excel、OFD、文本; 可以多选。")
    )

    DETAILS = ("title", "number", "level", "issued_on", "valid_until")
    PLACE = ("room", "cabinet", "box", "folder", "pages")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        level: Any = self.fields["level"]
        level.choices = [("", _("按种类")), *Level.choices]

    def details(self, title: str = "") -> Details:
        """Give what was written down; `title` where none was."""
        told = {name: self.cleaned_data[name] for name in (*self.DETAILS, "has_copy", *self.PLACE)}
        if told["level"] is None:
            told["level"] = self.cleaned_data["kind"].least_level
        told["title"] = told["title"] or title
        return Details(**told)


class ChangeForm(PaperForm):
    """What is written down of a paper that is there."""

    kind = None  # type: ignore[assignment]
    files = None  # type: ignore[assignment]
    why = forms.CharField(label=_("修改理由"), max_length=200, required=False, help_text=_("降低密级时必填。"))

    def __init__(self, *args: Any, paper: Paper, **options: Any) -> None:
        self.paper = paper
        names = (*self.DETAILS, "has_copy", *self.PLACE)
        super().__init__(*args, initial={name: getattr(paper, name) for name in names}, **options)
        level: Any = self.fields["level"]
        level.choices = Level.choices
        self.fields["title"].required = True
        self.fields["title"].help_text = ""
        level.help_text = ""

    def details(self, title: str = "") -> Details:
        """Give what was written down."""
        self.cleaned_data["kind"] = self.paper.kind
        return super().details(title)


class VersionForm(forms.Form):
    """A newer file of a paper."""

    file = forms.FileField(label=_("新版文件"))
    remark = forms.CharField(label=_("说明"), max_length=200, required=False)


class ReasonForm(forms.Form):
    """Why something is done."""

    why = forms.CharField(label=_("理由"), max_length=200, error_messages={"required": _("请写明理由。")})


class LookForm(forms.Form):
    """What a look at a confidential paper is for."""

    why = forms.CharField(label=_("查阅用途"), max_length=200, min_length=4)


class BorrowForm(forms.Form):
    """A request for a paper copy."""

    reason = forms.CharField(label=_("用途"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    days = forms.IntegerField(
        label=_("借期 (工作日)"), min_value=1, max_value=MOST_DAYS, initial=3,
        help_text=_("从交付次日算起, 跳过周末和节假日; 到期前一天会提醒。"),
    )  # fmt: skip


class DecideForm(forms.Form):
    """A decision on a loan."""

    why = forms.CharField(label=_("意见"), max_length=300, required=False, help_text=_("不批准时必填。"))


class TakeBackForm(forms.Form):
    """A copy that comes back."""

    is_complete = forms.BooleanField(label=_("核对过, 页数齐全、没有损坏"), required=False, initial=True)
    condition = forms.CharField(label=_("归还情况"), max_length=300, required=False, help_text=_("缺页或损坏时必填。"))


class CardForm(forms.Form):
    """How the archive card is printed."""

    form = forms.ChoiceField(
        label=_("格式"),
        choices=[("pdf", _("PDF (打印签字用)")), ("docx", _("Word (可继续修改)"))],
        widget=forms.RadioSelect,
        initial="pdf",
    )
    in_full = forms.BooleanField(label=_("打印完整号码和保密内容"), required=False)
    why = forms.CharField(label=_("用途"), max_length=200, required=False, help_text=_("打印完整号码时必填。"))


class PlaceForm(forms.Form):
    """A place to count."""

    room = forms.CharField(label=pgettext_lazy("place", "库房"), max_length=40, required=False)
    cabinet = forms.CharField(label=pgettext_lazy("place", "柜号"), max_length=40, required=False)
    box = forms.CharField(label=pgettext_lazy("place", "盒号"), max_length=40, required=False)


class KindForm(forms.ModelForm[PaperKind]):
    """A kind of paper of the company's own, or a change to one."""

    class Meta:
        model = PaperKind
        fields = ("code", "name", "least_level", "expires", "keep_years", "order", "is_closed")
