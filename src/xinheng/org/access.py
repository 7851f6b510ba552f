"""Who may open which page: `page` says it beside the address, and an address that says nothing is closed.

What a person may do is a permission with a name ("customers.see"), a predicate over his roles (and the object) that
the room declares with `permit` in its `permissions.py`. Pages ask here, actions ask by `demand`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

if TYPE_CHECKING:
    from xinheng.org.models import Person

View = Callable[..., HttpResponseBase]
OPEN = "anybody"
"""No signing in needed."""
SIGNED_IN = "signed in"
"""Everybody who has signed in."""


def page(route: str, view: View, *, name: str, needs: str) -> URLPattern:
    """Give the address of a page and who may open it: OPEN, SIGNED_IN, or a permission without an object.

    Whether this very object is the person's to see is for the view: it looks among those that he may see, so that a
    stranger's is missing to him (404).
    """
    return path(route, guarded(view, needs), name=name)


def guarded(view: View, needs: str) -> View:
    """Give the view with who may open it, asked before it runs."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if needs == OPEN:
            return view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect(f"/accounts/login/?{urlencode({'next': request.get_full_path()})}")
        if needs != SIGNED_IN and not rules.has_perm(needs, request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    asked.needs = needs  # type: ignore[attr-defined]
    return asked


def person_of(request: HttpRequest) -> Person:
    """Give the person who has signed in; only for pages that need one."""
    return cast("Person", request.user)


def may(person: Person, permission: str, on: Any = None) -> bool:
    """Say whether a person has a permission (on an object)."""
    return bool(rules.has_perm(permission, person, on))


def demand(person: Person, permission: str, on: Any = None) -> None:
    """Refuse unless the person has the permission (on the object). Every action asks this first."""
    if not may(person, permission, on):
        raise Refusal(_("您的角色不能办理这件事。如确需办理, 请联系安全管理员调整任职。"))


def predicate(function: Callable[..., bool]) -> Any:
    """Make a function of (person) or (person, object) a predicate that can be joined by `&`, `|` and `~`."""
    return rules.predicate(function)


LABELS: dict[str, Any] = {}
"""What each permission lets do, in words, for the table of who may do what."""


def permit(permission: str, to: Any, *, label: Any = "") -> None:
    """Declare a permission: `to` is the predicate that gives it, `label` (a lazy text) says what it lets do."""
    rules.add_perm(permission, to)
    LABELS[permission] = label


def is_one_of(*roles: str) -> Any:
    """Make a predicate: the person holds one of the roles today."""
    wanted = frozenset(roles)

    @predicate
    def holds(person: Any) -> bool:
        return bool(getattr(person, "is_authenticated", False)) and person.is_one_of(*wanted)

    return holds


class AccessMiddleware:
    """Close every page that does not say who may open it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and keep pages out of the browser's store where somebody has signed in."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Refuse a view that `page` did not make."""
        if not hasattr(view, "needs"):
            raise PermissionDenied
        return None


def sign_in_pages() -> list[URLPattern | URLResolver]:
    """Give the addresses of signing in: those we use say who may open them, and the rest of allauth's stay closed."""
    from xinheng.org.sign_in.addresses import WHOLE, opened

    pages = path("accounts/", include("allauth.urls"))
    _mark(pages, opened(), WHOLE)
    return [pages]


def _mark(resolver: URLResolver, needs: dict[str, str], whole: frozenset[str]) -> None:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            _mark(pattern, needs, whole)
        elif pattern.name in needs:
            view = transaction.atomic(pattern.callback) if pattern.name in whole else pattern.callback
            pattern.callback = guarded(view, needs[pattern.name])
