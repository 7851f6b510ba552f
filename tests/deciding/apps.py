"""The tests' own room as Django knows it."""

from django.apps import AppConfig


class DecidingConfig(AppConfig):
    """The room `deciding`."""

    name = "deciding"
    label = "deciding"
