"""Walls that Django does not set: what devices a page may use, and what no database can keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

NOTHING = ", ".join(
    f"{device}=()" for device in ("camera", "microphone", "geolocation", "payment", "usb", "serial", "display-capture")
)


class PermissionsPolicyMiddleware:
    """Say that no page uses a camera, a microphone, a place or a payment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the header."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", NOTHING)
        return response


class NoNulMiddleware:
    """Refuse a page's address or form that holds the character NUL: PostgreSQL keeps no such text, nobody can type it.

    It stands after the guard against forged forms, which reads the form anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; the address is looked at once it is known whose page it is."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> None:
        """Look at the address and the form; what the API is sent, its own gate refuses in its own form."""
        if request.resolver_match is not None and "api" in request.resolver_match.namespaces:
            return
        told = (text for data in (request.GET, request.POST) for name, texts in data.lists() for text in (name, *texts))
        if "\0" in request.path or any("\0" in text for text in told):
            raise BadRequest("NUL")
