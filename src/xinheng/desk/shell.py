"""What stands around every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

import xinheng
from xinheng.desk.navigation import address, sidebar
from xinheng.org.access import may

THEMES = ("auto", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the templates what the shell needs; nothing is asked of the database before a page shows it."""
    return {
        "company": settings.COMPANY,
        "is_demo": settings.DEMO,
        "application_version": xinheng.__version__,
        "theme": SimpleLazyObject(lambda: _theme(request)),
        "sidebar": SimpleLazyObject(lambda: sidebar(request.user, request.path)),  # type: ignore[arg-type]
        "pages": _Pages(request),
    }


class _Pages:
    """The addresses that the shell links to, where their rooms are there: `pages.find`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def find(self) -> str:
        """Give where customers are looked for; nowhere for those who see none."""
        return address("customers.find") if may(self.request.user, "customers.see") else ""  # type: ignore[arg-type]

    customers = property(lambda _self: address("customers.list"))
    inbox = property(lambda _self: address("workflow.inbox"))
    counts = property(lambda _self: address("workflow.counts"))
    profile = property(lambda _self: address("org.profile"))
    sign_out = property(lambda _self: address("account_logout"))
    language = property(lambda _self: address("desk.language"))
    languages = property(lambda _self: settings.LANGUAGES)
    theme = property(lambda _self: address("desk.theme"))


def _theme(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    theme = user.theme if user is not None and user.is_authenticated else request.COOKIES.get("theme", "auto")
    return theme if theme in THEMES else "auto"
