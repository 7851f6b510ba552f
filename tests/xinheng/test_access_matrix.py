"""Every page × every role × own, another's, missing: who gets what, written down and read as a diff.

`golden/access.csv` has a line for each page and role that gets anything: the answers to GET for what is his branch's
(`ours`), another branch's (`theirs`) and nobody's (`missing`), and to an empty POST for the first two. Roles that the
page is closed to (403 in every case) stand together in the last column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from company import PEOPLE
from world import SIDES, make_world
from xinheng.org.access import OPEN
from xinheng.org.roles import ADMINISTRATORS, FIELD

GOLDEN = Path(__file__).parent / "golden" / "access.csv"
FOREIGN = ("accounts/", "api/")
"""Addresses whose own gates have their own tests: signing in, and the API."""
OPEN_PAGES = {
    "org.one_time_over", "org.enter_as", "desk.language", "desk.theme",
    "portal.home", "portal.form", "portal.paper", "portal.complaint", "portal.held", "portal.consents", "portal.ask", "portal.withdraw_consent", "portal.leave", "portal.enter",
}  # fmt: skip
"""Pages that nobody need sign in to: those of signing in, and the customer's, who has a gate of his own."""
BUSINESS_ROOMS = ("customers.", "papers.", "privacy.", "ledger.", "portal.", "intake.")
ROLES = [str(role) for role in PEOPLE]


def patterns() -> dict[str, tuple[str, URLPattern]]:
    """Give the pages of the rooms by name."""
    return {
        str(one.pattern.name): (route, one) for route, one in _walk(get_resolver()) if not route.startswith(FOREIGN)
    }


def _walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


def address(world: Any, name: str, pattern: URLPattern, side: str) -> str | None:
    """Give the address of a page for a side; None where it takes no argument and the side is not the first."""
    wanted = pattern.pattern.converters
    if not wanted:
        return reverse(name) if side == "ours" else None
    told = world.arguments(name, side)
    assert set(wanted) <= set(told or ()), f"{name} is not in tests/world.py: a page not there is closed"
    assert told is not None
    return reverse(name, kwargs={key: told[key] for key in wanted})


@pytest.fixture
def world(company):
    return make_world(company)


def test_every_page_says_who_may_open_it():
    for name, (_route, one) in patterns().items():
        needs = getattr(one.callback, "needs", None)
        assert needs, f"{name} says nothing"
        assert (needs == OPEN) == (name in OPEN_PAGES), name


def test_nobody_gets_in_without_signing_in(world):
    client = Client()
    for name, (_route, one) in patterns().items():
        if name in OPEN_PAGES:
            continue
        path = address(world, name, one, "ours")
        if path is not None:
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/accounts/login/"), name


def answers(world: Any, role: str) -> dict[str, dict[str, str]]:
    """Give what each page answers a role; each request is undone."""
    client = Client(raise_request_exception=True)
    client.force_login(world.company.people[role])
    found: dict[str, dict[str, str]] = {}
    for name, (_route, one) in patterns().items():
        if name in OPEN_PAGES:
            continue
        got = found.setdefault(name, {})
        for side in (*SIDES, "missing"):
            path = address(world, name, one, side)
            if path is None:
                continue
            got[f"get {side}"] = _status(client, "get", path)
            if side != "missing":
                got[f"post {side}"] = _status(client, "post", path)
    return found


def _status(client: Client, method: str, path: str) -> str:
    with transaction.atomic():
        status = getattr(client, method)(path).status_code
        transaction.set_rollback(True)
    return str(status)


ROWS = ("get ours", "get theirs", "get missing", "post ours", "post theirs")


@pytest.mark.slow
def test_the_table_of_pages_and_roles_is_as_written_down(world, golden):
    by_role = {role: answers(world, role) for role in ROLES}
    _invariants(by_role)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["page", "needs", *ROWS, "roles"])
    for name, (_route, one) in sorted(patterns().items()):
        if name in OPEN_PAGES:
            continue
        alike: dict[tuple[str, ...], list[str]] = {}
        for role in ROLES:
            told = by_role[role][name]
            alike.setdefault(tuple(told.get(row, "") for row in ROWS), []).append(role)
        for told, roles in sorted(alike.items()):
            table.writerow([name, one.callback.needs, *told, " ".join(roles)])  # type: ignore[attr-defined]
    GOLDEN.parent.mkdir(exist_ok=True)
    golden(GOLDEN, out.getvalue())


def _invariants(by_role: dict[str, dict[str, dict[str, str]]]) -> None:
    """Hold what must be true whatever the table says."""
    for role, pages in by_role.items():
        for name, told in pages.items():
            if role in ADMINISTRATORS and name.startswith(BUSINESS_ROOMS):
                assert set(told.values()) <= {"403", "404", "405"}, (role, name, told)
            about_a_customer = name.startswith(BUSINESS_ROOMS) and "get theirs" in told
            if role in FIELD and about_a_customer and name not in SHARED:
                assert told["get theirs"] == told["get missing"], (role, name, told)
                assert told["post theirs"] in {"403", "404", "405"}, (role, name, told)


SHARED = {"intake.template", "customers.new_of_kind"}
"""Pages with an argument that is no row of anybody's."""
