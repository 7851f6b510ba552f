"""The room as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The room `portal`."""

    name = "xinheng.portal"
    label = "portal"
    verbose_name = "客户自助"

    def ready(self) -> None:
        """Declare who may do what."""
        from xinheng.customers.tabs import TABS, Tab
        from xinheng.portal import permissions as _permissions  # noqa: F401
        from xinheng.portal.erasing import erase_invited, erase_sent
        from xinheng.portal.mailing import OfGrades, on_answered
        from xinheng.privacy.erasing import CONTACT_ERASERS, ERASERS
        from xinheng.ratings.listeners import ANSWERED, LISTENERS

        if erase_sent not in ERASERS:
            ERASERS.append(erase_sent)
            CONTACT_ERASERS.append(erase_invited)
        LISTENERS.append(OfGrades())
        ANSWERED.append(on_answered)
        TABS.append(Tab("portal", _("客户自助"), "portal.tab", "portal.see", 85))
