"""What stands between a session and every page: idle and absolute end, password to change, second factor to set up.

A page that asks the server by itself (the inbox counting) sends the header `X-Poll: 1`; that is no use of the session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from creditpolicy.language import use_language
from xinheng.audit.record import record
from xinheng.org.access import OPEN
from xinheng.org.models import Person
from xinheng.org.sign_in.adapter import BEGAN, USED
from xinheng.org.sign_in.second_factor import has_second_factor, must_have_second_factor

MARKED_EVERY = 60
"""Seconds; so that not each look at a page writes to the database."""
ALWAYS = frozenset({"account_logout", "account_login", "account_reauthenticate", "mfa_reauthenticate"})
FOR_PASSWORD = ALWAYS | {"account_change_password"}
FOR_SECOND_FACTOR = ALWAYS | {
    "account_change_password", "org.second_factor", "mfa_index", "mfa_activate_totp", "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip


class LanguageMiddleware:
    """Speak to everybody in the language that he chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language, the library's messages included."""
        if isinstance(request.user, Person):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        language = translation.get_language() or "zh-hans"
        use_language(language if language in dict(settings.LANGUAGES) else "zh-hans")
        response = self.get_response(request)
        response["Content-Language"] = language
        return response


class WallsMiddleware:
    """End what has lasted too long, and lead to what must be done first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, unless the session is over."""
        if isinstance(request.user, Person):
            over = why_over(request, at=timezone.now())
            if over:
                record("org.session_over", request.user, by=request.user, why=over)
                logout(request)
                messages.warning(request, over)
                return _lead(request, f"{reverse('account_login')}?next={request.get_full_path()}", over)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Lead to the password that must be changed, then to the second factor that must be set up."""
        person = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not isinstance(person, Person) or getattr(view, "needs", None) == OPEN:
            return None
        if person.must_change_password and name not in FOR_PASSWORD:
            return _lead(request, reverse("account_change_password"), _("请先修改一次性密码。"))
        if name not in FOR_SECOND_FACTOR and must_have_second_factor(person) and not has_second_factor(person):
            return _lead(request, reverse("org.second_factor"), _("您的角色须先设置动态码。"))
        return None


def why_over(request: HttpRequest, *, at: datetime) -> str:
    """Say why the session is over; empty while it holds, and then this use of it is marked."""
    now = int(at.timestamp())
    session = request.session
    began, used = session.setdefault(BEGAN, now), session.setdefault(USED, now)
    if now - used > settings.SESSION_IDLE_SECONDS:
        return _("离开超过 {minutes} 分钟, 已自动退出。请重新登录。").format(
            minutes=settings.SESSION_IDLE_SECONDS // 60
        )
    if now - began > settings.SESSION_LONGEST_SECONDS:
        return _("登录已满 {hours} 小时, 请重新登录。").format(hours=settings.SESSION_LONGEST_SECONDS // 3600)
    if now - used >= MARKED_EVERY and not is_poll(request):
        session[USED] = now
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=at)
    return ""


def is_poll(request: HttpRequest) -> bool:
    """Say whether the page asks by itself, without anybody's hand."""
    return request.headers.get("X-Poll") == "1"


def _lead(request: HttpRequest, to: str, why: str) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": why}, status=401)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": to})
    return redirect(to)
