"""The way in of a customer: a link with a long secret, a code told in another way, and a cookie that ends by itself.

The staff's session and the customer's have nothing to do with each other; neither opens what is the other's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from xinheng.audit.origin import coming_from
from xinheng.portal.models import Invitation
from xinheng.vault.index import blind

COOKIE = "xinheng_my"
IDLE_SECONDS = 30 * 60


def new_link() -> str:
    """Make the secret of a link."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Make a code of six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def link_digest(link: str) -> str:
    """Give what is stored of a link; it is long and random, so that one SHA-256 is enough."""
    return hashlib.sha256(link.encode()).hexdigest()


def code_digest(code: str, invitation: Invitation) -> str:
    """Give what is stored of a code: keyed, for six digits alone are soon tried out."""
    digest = blind(f"{invitation.uid}{code.strip()}", "portal.code")
    assert digest is not None
    return digest


def let_in(response: HttpResponseBase, invitation: Invitation) -> None:
    """Let the browser in for the next half hour."""
    value = signing.TimestampSigner(salt="portal").sign(str(invitation.uid))
    response.set_cookie(
        COOKIE, value, max_age=IDLE_SECONDS, path="/my/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def entered(request: HttpRequest) -> Invitation | None:
    """Give the invitation that the browser is let in by, while it is open."""
    try:
        uid = signing.TimestampSigner(salt="portal").unsign(request.COOKIES.get(COOKIE, ""), max_age=IDLE_SECONDS)
    except signing.BadSignature:
        return None
    invitation = Invitation.objects.select_related("customer").filter(uid=uid).first()
    return invitation if invitation is not None and invitation.is_open() else None


def for_the_customer(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open a view to a customer who has entered by his link and code, as `view(request, invitation, …)`."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invitation = entered(request)
        if invitation is None:
            return render(request, "portal/over.html", status=403)
        with coming_from("portal", request.META.get("REMOTE_ADDR", "")):
            response = view(request, invitation, *args, **kwargs)
        let_in(response, invitation)
        return response

    return opened
