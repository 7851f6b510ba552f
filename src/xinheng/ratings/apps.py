"""The room as Django knows it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RatingsConfig(AppConfig):
    """The room `ratings`."""

    name = "xinheng.ratings"
    label = "ratings"
    verbose_name = "评级"

    def ready(self) -> None:
        """Declare who may do what, and let each part (`ready_<part>.py`) bring other rooms its tabs and providers."""
        from xinheng.ratings.parts import modules

        import_module("xinheng.ratings.permissions")
        for name in modules("ready"):
            import_module(name).ready()
