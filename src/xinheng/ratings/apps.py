"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class RatingsConfig(AppConfig):
    """The room `ratings`."""

    name = "xinheng.ratings"
    label = "ratings"
    verbose_name = "评级"
