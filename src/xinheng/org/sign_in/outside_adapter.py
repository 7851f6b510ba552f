"""Who comes in by the company's own sign-in: people we know, and nobody else. It never makes an account."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest
from django.shortcuts import render

from xinheng.org.models import Person


class OutsideAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Knows a person by what he bound himself, or by a mail address that the provider says it has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody makes his own account."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person; whoever is not found is told whom to ask."""
        sociallogin.account.extra_data = {}  # what the provider tells of the person is not ours to keep
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        person = known_by_mail(sociallogin)
        if person is None:
            page = render(request, "org/outside_unknown.html", status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, person)

    def send_notification_mail(self, *args: Any, **told: Any) -> None:
        """Send no mail: the record and the person's own page say it."""


def known_by_mail(sociallogin: SocialLogin) -> Person | None:
    """Give the one person in use whose mail address the provider has verified."""
    verified = [address.email for address in sociallogin.email_addresses if address.verified is True and address.email]
    people = [person for email in verified for person in Person.objects.filter(email__iexact=email, is_active=True)]
    return people[0] if len({person.pk for person in people}) == 1 else None
