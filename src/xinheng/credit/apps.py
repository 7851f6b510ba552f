"""The room as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    """The room `credit`."""

    name = "xinheng.credit"
    label = "credit"
    verbose_name = "授信"

    def ready(self) -> None:
        """Say who may do what, hear of grades and documents, and guard the movements after every migration."""
        from xinheng.credit import permissions as _permissions  # noqa: F401
        from xinheng.credit.ears import OfDepartments, OfDocuments, OfGrades, OfMoves, OfRates
        from xinheng.credit.gate import OrderGate
        from xinheng.customers.moving import LISTENERS as MOVES
        from xinheng.customers.tabs import TABS, Tab
        from xinheng.ledger.listeners import EXPOSURE_LISTENERS, GATES, RATE_LISTENERS
        from xinheng.lists.pages import is_a_list
        from xinheng.org.moving import LISTENERS as DEPARTMENTS
        from xinheng.ratings.listeners import LISTENERS

        is_a_list("credit.accounts", needs="credit.see")
        EXPOSURE_LISTENERS.append(OfDocuments())
        GATES.append(OrderGate())
        LISTENERS.append(OfGrades())
        MOVES.append(OfMoves())
        RATE_LISTENERS.append(OfRates())
        DEPARTMENTS.append(OfDepartments())
        TABS.append(Tab("credit", _("授信"), "credit.customer", "credit.see", 58))
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_rest: Any) -> None:
    """Put the triggers in place: a migration that makes the tables anew loses them."""
    from xinheng.credit.models import Answer
    from xinheng.credit.triggers import install

    if Answer._meta.db_table in connections[using].introspection.table_names():
        install(connections[using])
