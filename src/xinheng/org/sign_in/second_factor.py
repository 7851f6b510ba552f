"""The second factor: a code that changes every half minute, and recovery codes; secrets lie closed in the database."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person, Secret
from xinheng.org.sign_in.limits import TRIES_WITH_CODE, give_back, take


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets closed by the vault, texts of ours."""

    error_messages = {  # noqa: RUF012
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("动态码不对, 或已过期。请看手机上的下一个码。"),
        "cannot_delete_authenticator": _("您的角色必须使用动态码, 不能关闭。"),
        "cannot_generate_recovery_codes": _("请先设置动态码, 再生成恢复码。"),
    }

    def encrypt(self, text: str) -> str:
        """Close a secret in a row of its own, which is closed anew with all others when keys change; give its number."""
        return str(Secret.objects.create(value=text).uid)

    def decrypt(self, encrypted_text: str) -> str:
        """Open the secret of this number."""
        return str(Secret.objects.get(uid=encrypted_text).value)

    def get_totp_issuer(self) -> str:
        """Give the name that the authenticator shows."""
        return " · ".join(part for part in ("信衡", settings.COMPANY) if part)

    def get_totp_label(self, user: Any) -> str:
        """Give the name of the account that the authenticator shows."""
        return str(user.username)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the second factor of those whose role asks for it."""
        return bool(authenticator.type != Authenticator.Type.TOTP) or not must_have_second_factor(authenticator.user)


def must_have_second_factor(person: Person) -> bool:
    """Say whether a role that the person holds asks for a second factor; never in the demo."""
    return not settings.DEMO and person.is_one_of(*settings.SECOND_FACTOR_ROLES)


def has_second_factor(person: Person) -> bool:
    """Say whether the person has set up a second factor."""
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def without_second_factor(people: QuerySet[Person]) -> QuerySet[Person]:
    """Give those who have set up none."""
    return people.exclude(pk__in=Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user"))


def forget_secrets(authenticator: Authenticator) -> None:
    """Delete the secrets that a second factor leaves behind when it is given up."""
    numbers = [authenticator.data.get("secret"), authenticator.data.get("seed")]
    Secret.objects.filter(uid__in=[number for number in numbers if number]).delete()


class _Limited:
    """Takes one try before a code is looked at, so that codes cannot be guessed at once from many sides."""

    user: Person

    def clean_code(self) -> str:
        """Look at the code, if a try is left."""
        if not take(TRIES_WITH_CODE, str(self.user.pk), at=timezone.now()):
            raise forms.ValidationError(_("尝试次数过多, 已暂停。请过十五分钟再试。"))
        code: str = super().clean_code()  # type: ignore[misc]
        give_back(TRIES_WITH_CODE, str(self.user.pk))
        return code


def _code_field(label: Any) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
    return forms.CharField(label=label, widget=forms.TextInput(attrs=attributes))


class CodeForm(_Limited, AuthenticateForm):  # type: ignore[misc]
    """The code asked for when signing in."""

    code = _code_field(_("动态码或恢复码"))


class CodeAgainForm(_Limited, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for again before something delicate."""

    code = _code_field(_("动态码或恢复码"))


class SetUpForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator."""

    code = _code_field(_("手机上显示的六位动态码"))
