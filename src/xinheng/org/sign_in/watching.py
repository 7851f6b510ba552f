"""What is noticed of sessions and second factors: how long a session lasts, how many there are, a line for a change."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.signals import social_account_added, social_account_removed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from xinheng.audit.record import record
from xinheng.org.models import Person
from xinheng.org.sessions import end_sessions
from xinheng.org.sign_in.adapter import Nobody
from xinheng.org.sign_in.walls import BEGAN, USED

KINDS = {Authenticator.Type.TOTP: "动态码", Authenticator.Type.RECOVERY_CODES: "恢复码"}


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest | None, user: Person, **_told: Any) -> None:
    """Note when the session began, and end the oldest of too many."""
    if request is None or not hasattr(request, "session"):
        return
    request.session[BEGAN] = request.session[USED] = int(timezone.now().timestamp())
    if not request.session.session_key:
        request.session.save()
    # This one is not listed yet: allauth lists it a moment later.
    end_sessions(user, keep=request.session.session_key, leave=settings.SESSIONS_AT_MOST - 1)


@receiver(authenticator_added)
@receiver(authenticator_reset)
@receiver(authenticator_removed)
def note_second_factor(signal: Any, user: Person, authenticator: Authenticator, **_told: Any) -> None:
    """Leave a line where somebody sets up, renews or gives up his second factor."""
    did = {authenticator_added: "设置", authenticator_reset: "更新", authenticator_removed: "关闭"}[signal]
    kind = KINDS.get(authenticator.type, authenticator.type)
    record("org.change_second_factor", user, by=user, after={str(kind): did})


@receiver(authentication_failed)
def note_wrong_code(user: Person, **_told: Any) -> None:
    """Leave a line where a code was wrong."""
    record("org.second_factor_failed", user, by=Nobody())


@receiver(social_account_added)
def note_bound(sociallogin: Any, **_told: Any) -> None:
    """Leave a line where somebody binds the company's own sign-in to his account."""
    account = sociallogin.account
    record("org.bind_outside_sign_in", account.user, by=account.user, after={"登录方式": account.provider})


@receiver(social_account_removed)
def note_unbound(socialaccount: Any, **_told: Any) -> None:
    """Leave a line where somebody gives it up."""
    record(
        "org.unbind_outside_sign_in",
        socialaccount.user,
        by=socialaccount.user,
        before={"登录方式": socialaccount.provider},
    )


__all__ = ["UserSession", "begin_session"]
