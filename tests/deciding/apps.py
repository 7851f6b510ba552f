"""The tests' own room as Django knows it."""

from django.apps import AppConfig


class DecidingConfig(AppConfig):
    """The room `deciding`, without migrations: its table is made with the test database."""

    name = "deciding"
    label = "deciding"
