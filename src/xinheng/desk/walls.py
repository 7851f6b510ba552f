"""A wall of the browser's that Django does not set: what devices a page may use."""

from __future__ import annotations

from collections.abc import Callable

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
