"""allauth's forms with our labels."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

_RULES = _("至少十个字, 不能全是数字, 不要用常见的或与姓名相近的密码。")


def _named(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        if name in form.fields:
            field = form.fields[name]
            field.label = label
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name and password."""

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        _named(self, login=_("登录名"), password=_("密码"))
        self.fields["login"].widget.attrs["autofocus"] = True


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password asked for again before something delicate."""

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        _named(self, password=_("密码"))


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password in place of the old one."""

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        _named(self, oldpassword=_("现在的密码"), password1=_("新密码"), password2=_("再输一遍新密码"))
        self.fields["password1"].help_text = _RULES

    def clean(self) -> Any:
        """Refuse the old password as the new one."""
        told = super().clean()
        old, new = self.cleaned_data.get("oldpassword"), self.cleaned_data.get("password1")
        if old and old == new:
            self.add_error("password1", _("新密码不能与现在的相同。"))
        return told


class AskResetForm(ResetPasswordForm):  # type: ignore[misc]
    """The mail address to which a link for a new password is sent."""

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        _named(self, email=_("邮箱"))


class ResetForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by the link of the mail."""

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        _named(self, password1=_("新密码"), password2=_("再输一遍新密码"))
        self.fields["password1"].help_text = _RULES
