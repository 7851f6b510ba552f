"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """The room `ledger`."""

    name = "xinheng.ledger"
    label = "ledger"
    verbose_name = "往来"

    def ready(self) -> None:
        """Declare who may do what, and tell the customers' files of their dealings."""
        from xinheng.customers.dealings import set_provider
        from xinheng.customers.tabs import TABS, Tab
        from xinheng.intake.targets import offer
        from xinheng.ledger import permissions as _permissions  # noqa: F401
        from xinheng.ledger.importing.documents import (
            ContractsTarget,
            DeliveriesTarget,
            IncidentsTarget,
            OrdersTarget,
            ReceiptsTarget,
        )
        from xinheng.ledger.importing.invoices import InvoicesTarget
        from xinheng.ledger.provider import Ledger

        offer(ContractsTarget())
        offer(OrdersTarget())
        offer(DeliveriesTarget())
        offer(InvoicesTarget())
        offer(ReceiptsTarget())
        offer(IncidentsTarget())
        set_provider(Ledger())
        TABS.append(Tab("dealings", _("往来"), "ledger.dealings", "ledger.see", 60))
