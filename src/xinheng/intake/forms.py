"""What is filled in for an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.intake.targets import Option, Target


class UploadForm(forms.Form):
    """The file to import, and into what."""

    target = forms.ChoiceField(label=_("导入到"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("表格文件"),
        help_text=_("xlsx、xls、ods、csv 都可以, 最大 200 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt,.gz"}),
        error_messages={"required": _("请选择一个文件。"), "empty": _("文件是空的。")},
    )

    def __init__(self, *args: Any, targets: Sequence[Target], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(target.key, str(target.label)) for target in targets]
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        field.initial = choices[0][0] if choices else None
        if len(choices) == 1:
            field.widget = forms.HiddenInput()


class OptionsForm(forms.Form):
    """What is to be chosen before the run."""

    def __init__(self, *args: Any, options: Sequence[Option], **rest: Any) -> None:
        super().__init__(*args, **rest)
        for option in options:
            self.fields[option.key] = forms.ChoiceField(
                label=option.label,
                choices=option.choices,
                initial=option.choices[0][0],
                help_text=option.help,
                widget=forms.RadioSelect,
                required=False,
            )
