"""How a verb comes to the application: Django is set up only here, and only when a verb needs it."""

from __future__ import annotations

import os


def application() -> None:
    """Set Django up for a verb, speaking the language of the command; raises Refusal where the settings cannot be read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.settings")
    import django

    django.setup()
    from django.utils import translation

    from creditpolicy.language import language_in_use

    translation.activate(language_in_use())


def initialised() -> None:
    """Set Django up, and refuse unless `xinheng init` has been run here."""
    application()
    from xinheng.running.state import demand_initialised

    demand_initialised()
