"""The addresses of the room; each part lists its own in `urls_<part>.py`."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern

from xinheng.ratings.parts import modules

urlpatterns: list[URLPattern] = [page for name in modules("urls") for page in import_module(name).urlpatterns]
