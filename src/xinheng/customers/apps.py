"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The room `customers`."""

    name = "xinheng.customers"
    label = "customers"
    verbose_name = "客户"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.customers import permissions as _permissions  # noqa: F401
        from xinheng.customers.importing.target import CustomersTarget
        from xinheng.intake.targets import offer
        from xinheng.lists.pages import is_a_list

        offer(CustomersTarget())
        is_a_list("customers.list", needs="customers.see")
