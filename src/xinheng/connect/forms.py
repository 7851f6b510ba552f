"""The form for a token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.connect.models import SCOPES
from xinheng.org.models import Person


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(label=_("系统名称"), max_length=60, help_text=_("哪个系统使用它, 如 ERP、官网。"))
    person = forms.ModelChoiceField(
        label=_("以谁的身份"), queryset=Person.objects.none(),
        help_text=_("系统的权限不会超过这个人员的角色。请用专门为系统建立的人员。"),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(label=_("范围"), choices=SCOPES.items(), widget=forms.CheckboxSelectMultiple)
    valid_until = forms.DateField(label=_("有效至"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = Person.objects.filter(is_active=True)
