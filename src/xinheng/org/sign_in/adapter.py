"""How allauth is made ours: limits before a password is looked at, a line for each sign-in, no account from outside."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.audit.record import record
from xinheng.org.actions.self_service import change_password, end_own_sessions
from xinheng.org.models import Person
from xinheng.org.sign_in.limits import TRIES_BY_NAME, TRIES_FROM_ADDRESS, give_back, take

BEGAN, USED = "xinheng_began", "xinheng_used"
"""In the session: when it began, and when it was last used by hand; seconds."""
JUST_NOW_SECONDS = 300


class Nobody:
    """Whoever tries to sign in and is not known yet."""

    actor_id: int | None = None
    actor_name = "未登录者"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in with name and password."""

    error_messages = {  # noqa: RUF012
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("尝试次数过多, 已暂停登录。请过十五分钟再试, 或联系安全管理员。"),
        "username_password_mismatch": _("登录名或密码不对。"),
        "email_password_mismatch": _("登录名或密码不对。"),
        "enter_current_password": _("请输入现在的密码。"),
        "incorrect_password": _("密码不对。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes his own account."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Give the address that the record shows as well."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take one try of the name and one of the address before the password is looked at."""
        now = timezone.now()
        for kind, of in self._tries(request, credentials):
            if not take(kind, of, at=now):
                raise self.validation_error("too_many_login_attempts")

    def _tries(self, request: HttpRequest, credentials: dict[str, Any]) -> list[tuple[str, str]]:
        name = str(credentials.get("username") or credentials.get("email") or "")
        return [(TRIES_FROM_ADDRESS, self.get_client_ip(request)), (TRIES_BY_NAME, name.strip())]

    def _rollback_login_failed_rl_usage(self) -> None:
        """Leave it to `authenticate`, which knows the name."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Give the person whose name and password these are; only wrong tries count."""
        person = super().authenticate(request, **credentials)
        if person is not None:
            for kind, of in self._tries(request, credentials):
                give_back(kind, of)
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a line where somebody tried the name of a person with a wrong password."""
        person = Person.objects.filter(username__iexact=credentials.get("username") or "").first()
        if person is not None:
            record("org.sign_in_failed", person, by=Nobody())

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing to wipe: the counts are ours."""

    def pre_login(self, request: HttpRequest, user: Person, **told: Any) -> HttpResponse | None:
        """Refuse an account that is closed, or a one-time password that is too old."""
        response: HttpResponse | None = super().pre_login(request, user, **told)
        if response is None and user.one_time_until is not None and user.one_time_until < timezone.now():
            response = redirect("org.one_time_over")
        return response

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign in and leave the line, or neither."""
        with transaction.atomic():
            super().login(request, user)
            record("org.sign_in", user, by=user)

    def logout(self, request: HttpRequest) -> None:
        """Sign out and leave the line."""
        if isinstance(request.user, Person):
            record("org.sign_out", request.user, by=request.user)
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **told: Any) -> bool:
        """Ask for the password again before something delicate, unless one has signed in just now."""
        began = context.request.session.get(BEGAN, 0)
        return bool(timezone.now().timestamp() - began > JUST_NOW_SECONDS)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Give the link of the mail; its host is the one of the settings, never what the caller's request says."""
        return f"{settings.PUBLIC_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def set_password(self, user: Person, password: str) -> None:
        """Set the password that somebody chose himself."""
        session = getattr(context.request, "session", None)
        change_password(user, password, keep_session=session.session_key if session else None)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **told: Any
    ) -> None:
        """Say nothing where signing in or out says it by itself."""
        if message_template and message_template.endswith(("logged_in.txt", "logged_out.txt")):
            return
        super().add_message(request, level, message_template, *rest, **told)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Ending one's own sessions leaves a line."""

    def end_sessions(self, sessions: Any) -> None:
        """End the person's sessions but this one, as the page offers."""
        request = context.request
        end_own_sessions(request.user, keep_session=request.session.session_key)
