"""What is noticed of sessions and second factors: how long a session lasts, how many there are, a line for a change."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from allauth.socialaccount.signals import social_account_added, social_account_removed
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from xinheng.audit.record import record
from xinheng.org.models import Person
from xinheng.org.sessions import end_sessions
from xinheng.org.sign_in.adapter import BEGAN, USED, Nobody
from xinheng.org.sign_in.second_factor import forget_secrets

KINDS = {Authenticator.Type.TOTP: "动态码", Authenticator.Type.RECOVERY_CODES: "恢复码"}


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest | None, user: Person, **_told: Any) -> None:
    """Note when the session began, list it, and end the oldest of too many."""
    if request is None or not hasattr(request, "session"):
        return
    request.session[BEGAN] = request.session[USED] = int(timezone.now().timestamp())
    if not request.session.session_key:
        request.session.save()
    if hasattr(request, "user"):
        UserSession.objects.create_from_request(request)
    else:  # the tests' client signs in without one
        UserSession.objects.get_or_create(session_key=request.session.session_key, user=user, ip="127.0.0.1")
    end_sessions(user, keep=request.session.session_key, leave=settings.SESSIONS_AT_MOST - 1)


@receiver(post_save, sender=Authenticator)
def note_second_factor(instance: Authenticator, created: bool, **_told: Any) -> None:
    """Leave a line where somebody sets up a second factor, in the same transaction."""
    if created:
        _note(instance, "设置")


@receiver(post_delete, sender=Authenticator)
def note_second_factor_gone(instance: Authenticator, **_told: Any) -> None:
    """Leave a line where somebody gives up or renews a second factor; a reset has a line of its own."""
    forget_secrets(instance)
    _note(instance, "关闭")


def _note(authenticator: Authenticator, did: str) -> None:
    request = context.request
    person = getattr(request, "user", None)
    if isinstance(person, Person) and person.pk == authenticator.user_id:
        kind = KINDS.get(authenticator.type, authenticator.type)
        record("org.change_second_factor", person, by=person, after={str(kind): did})


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
