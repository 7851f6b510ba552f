"""Every address of the application: each room lists its own with `page`, which says who may open it."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from xinheng.org.access import sign_in_pages

handler400 = "xinheng.desk.views.bad_request"
handler403 = "xinheng.desk.views.forbidden"
handler404 = "xinheng.desk.views.missing"
handler500 = "xinheng.desk.views.failed"


def _rooms() -> list[URLResolver]:
    return [path("", include(f"xinheng.{room}.urls")) for room in settings.ROOMS if find_spec(f"xinheng.{room}.urls")]


urlpatterns: list[URLPattern | URLResolver] = [*sign_in_pages(), *_rooms()]
