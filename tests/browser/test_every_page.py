"""Every page that can be opened, opened: nothing stopped by the policy, no error, no sideways scrolling, fit by axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from company import PEOPLE
from world import make_world
from xinheng.org.access import OPEN, SIGNED_IN, may
from xinheng.org.roles import Role

FOREIGN = ("accounts/", "api/")
ORDER = sorted(
    PEOPLE, key=lambda role: role not in {Role.ARCHIVIST, Role.SALES, Role.FINANCE, Role.LEGAL, Role.SECURITY_ADMIN}
)
"""Those who may open most come first."""
LEAST = 90
"""So many pages at least are opened, or the test looks past them."""


def pages(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give the addresses of the rooms, with their names."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from pages(one, before + str(one.pattern))
        elif not (before + str(one.pattern)).startswith(FOREIGN):
            yield str(one.pattern.name), one


def address(world: Any, name: str, pattern: URLPattern) -> str | None:
    """Give where a page about 销售一部's customer lies; None where tests/world.py has no row for it."""
    wanted = pattern.pattern.converters
    told = (world.arguments(name, "ours") or {}) if wanted else {}
    if not set(wanted) <= set(told):
        return None
    return reverse(name, kwargs={key: told[key] for key in wanted})


def openers(world: Any) -> list[tuple[str, str, str]]:
    """Give each page that is a whole page, its address, and the first role that may open it."""
    found = []
    for name, pattern in pages(get_resolver()):
        where = address(world, name, pattern)
        needs = pattern.callback.needs  # type: ignore[attr-defined]
        if where is None or (name.startswith("portal.") and needs == OPEN):
            continue
        for role in ORDER:
            if needs not in {OPEN, SIGNED_IN} and not may(world.company.people[role], needs):
                continue
            answer = opened(world, role, where)
            if answer.status_code == 405:
                break
            if answer.status_code == 200:
                if not answer.streaming and answer.content.lstrip()[:9].lower() == b"<!doctype":
                    found.append((name, where, role))
                break
    return found


def opened(world: Any, role: str, where: str) -> Any:
    """Open an address without a browser."""
    client = world.clients.get(role)
    if client is None:
        client = world.clients[role] = Client()
        client.force_login(world.company.people[role])
    answer = client.get(where)
    answer.close()
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_every_page_is_fit(company, window, settings, width, theme):
    settings.DEMO = False
    world = make_world(company)
    world.clients = {}
    found = openers(world)
    assert len(found) >= LEAST
    windows: dict[str, Any] = {}
    amiss = []
    for name, where, role in found:
        seen = windows.get(role) or window(company.people[role], width=width, theme=theme)
        windows[role] = seen
        seen.open(where)
        try:
            seen.check(name)
            seen.accessible(name)
        except AssertionError as wrong:
            amiss.append(str(wrong).splitlines()[0])
            seen.wrong.clear()
        seen.shot(f"page-{name}-{width}-{theme}")
    assert not amiss, "\n".join(amiss)
