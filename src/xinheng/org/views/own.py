"""One's own account, and the pages around signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from creditpolicy.problems import Refusal
from xinheng.org.access import person_of
from xinheng.org.actions import choose_look, enter_as
from xinheng.org.forms import LookForm
from xinheng.org.roles import Role
from xinheng.org.sign_in.second_factor import has_second_factor, must_have_second_factor
from xinheng.org.views.asking import ask, page_of


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponseBase:
    """Show one's own account: roles, delegations, language and look, password, second factor, sessions."""
    person = person_of(request)
    today = timezone.localdate()

    def do(told: dict[str, Any]) -> None:
        choose_look(person, **told)

    return ask(
        request, LookForm(request.POST or None, initial={"language": person.language, "theme": person.theme}), do,
        back=page_of("org.profile"), done=_("已保存。"), template="org/profile.html", today=today,
        appointments=person.appointments.in_force(today), has_second_factor=has_second_factor(person),
        must_have_second_factor=must_have_second_factor(person), outside=bool(settings.SOCIALACCOUNT_PROVIDERS),
        bound=SocialAccount.objects.filter(user=person).count(),
        given=person.delegations_given.select_related("to_person"),
        received=person.delegations_received.select_related("from_person"),
    )  # fmt: skip


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Lead somebody whose role needs a second factor through setting it up."""
    person = person_of(request)
    if has_second_factor(person):
        return redirect("mfa_index")
    held = [Role(role).label for role in sorted(person.roles()) if role in settings.SECOND_FACTOR_ROLES]
    return render(request, "org/second_factor.html", {"roles": held})


@require_safe
def one_time_over(request: HttpRequest) -> HttpResponse:
    """Say that the one-time password is too old."""
    return render(request, "org/one_time_over.html", status=403)


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the demo in a role; there is no such page outside the demo."""
    if not settings.DEMO or request.POST.get("role") not in Role.values:
        raise Http404
    try:
        person = enter_as(request.POST["role"], on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("account_login")
    if request.user.is_authenticated:
        get_adapter().logout(request)
    get_adapter().login(request, person)
    record_authentication(request, person, method="demo")
    return redirect("home")
