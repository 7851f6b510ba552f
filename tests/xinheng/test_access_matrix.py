"""Every page × every role × own, another's, missing: who gets what, written down and read as a diff.

`golden/access/<role>.csv` has a line for each page: the answers to GET for what is his branch's (`ours`), another
branch's (`theirs`) and nobody's (`missing`), and to a POST that says nothing for the first two. Behind a POST's answer
stand the acts that it did: there are buttons that need no words. What holds whatever the table says, of names that
must not show, of headers, and of pages that change nothing by being looked at, is asked of each answer on the way.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Max
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from company import PEOPLE
from world import SIDES, make_world
from xinheng.audit.models import Entry
from xinheng.org.access import OPEN
from xinheng.org.roles import ADMINISTRATORS, FIELD, Role

GOLDEN = Path(__file__).parent / "golden" / "access"
FOREIGN = ("accounts/", "api/")
"""Addresses whose own gates have their own tests: signing in, and the API."""
OPEN_PAGES = {
    "org.one_time_over", "org.enter_as", "desk.language", "desk.theme", "portal.home", "portal.form",
    "portal.paper", "portal.complaint", "portal.held", "portal.consents", "portal.ask",
    "portal.withdraw_consent", "portal.leave", "portal.enter",
    "portal.rating", "portal.criteria", "portal.apply", "portal.objection", "portal.withdraw_objection",
    "portal.statements", "portal.statement", "portal.print_statement",
}  # fmt: skip
"""Pages that nobody need sign in to: those of signing in, and the customer's, who has a gate of his own."""
BUSINESS_ROOMS = ("customers.", "papers.", "privacy.", "ledger.", "portal.", "intake.", "credit.")
ROLES = [str(role) for role in PEOPLE]
ROWS = ("get ours", "get theirs", "get missing", "post ours", "post theirs")
SHARED = {"intake.template", "customers.new_of_kind", "customers.field_retire"}
"""Pages with an argument that is no row of anybody's."""
READ_ONLY = Role.INTERNAL_AUDIT
"""Sees every file and changes none."""


def patterns() -> dict[str, URLPattern]:
    """Give the pages of the rooms by name."""
    return {str(one.pattern.name): one for route, one in _walk(get_resolver()) if not route.startswith(FOREIGN)}


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
    """Give the rows, and be quiet of pages that are closed."""
    logging.disable(logging.ERROR)
    yield make_world(company)
    logging.disable(logging.NOTSET)


def test_every_page_says_who_may_open_it():
    for name, one in patterns().items():
        needs = getattr(one.callback, "needs", None)
        assert needs, f"{name} says nothing"
        assert (needs == OPEN) == (name in OPEN_PAGES), name


def test_nobody_gets_in_without_signing_in(world):
    client = Client()
    for name, one in patterns().items():
        if name in OPEN_PAGES:
            continue
        path = address(world, name, one, "ours")
        assert path is not None
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/accounts/login/"), name
            hold_headers(name, answer)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_are_as_written_down(role, world, golden):
    told = answers(world, role)
    hold_what_must_be(role, told)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["page", "needs", *ROWS])
    for name, one in sorted(patterns().items()):
        if name not in OPEN_PAGES:
            table.writerow([name, one.callback.needs, *(told[name].get(row, "") for row in ROWS)])  # type: ignore[attr-defined]
    GOLDEN.mkdir(exist_ok=True, parents=True)
    golden(GOLDEN / f"{role}.csv", out.getvalue())


def answers(world: Any, role: str) -> dict[str, dict[str, str]]:
    """Give what each page answers a role; each request is undone."""
    client = Client()
    client.force_login(world.company.people[role])
    written = Entry.objects.aggregate(last=Max("pk"))["last"]
    hidden = world.hidden_from(role)
    found: dict[str, dict[str, str]] = {}
    for name, one in patterns().items():
        if name in OPEN_PAGES:
            continue
        got = found.setdefault(name, {})
        for side in (*SIDES, "missing"):
            path = address(world, name, one, side)
            if path is None:
                continue
            got[f"get {side}"] = _answer(client, "get", path, name, written, hidden)
            if side != "missing":
                got[f"post {side}"] = _answer(client, "post", path, name, written, hidden)
    return found


def _answer(client: Client, method: str, path: str, name: str, written: int, hidden: tuple[str, ...]) -> str:
    with transaction.atomic():
        answer = getattr(client, method)(path)
        done = ()
        if answer.status_code < 400:
            acts = Entry.objects.filter(pk__gt=written, is_look=False)
            done = tuple(acts.order_by("pk").values_list("act", flat=True))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    assert method == "post" or not done, f"looking at {name} did {done}"
    shown = [word for word in hidden if word.encode() in content]
    assert not shown or name.startswith("audit."), f"{method} {path} shows {shown}"
    hold_headers(name, answer)
    return " ".join((str(answer.status_code), *done))


def hold_headers(name: str, answer: Any) -> None:
    """Hold that an answer is closed against scripts of others, frames, guesses of its type, and being kept."""
    told = [words.split() for words in answer["Content-Security-Policy"].split(";") if words.strip()]
    policy = {words[0]: set(words[1:]) for words in told}
    if "sandbox" in policy:  # a paper that somebody uploaded
        assert policy["default-src"] == {"'none'"}, name
        return
    form_action = policy.pop("form-action")
    assert "'self'" in form_action, name
    assert not {"*", "http:", "https:"} & form_action, name
    nothing, ours = {"'none'"}, {"'self'"}
    assert policy == {
        "default-src": ours, "img-src": ours | {"data:"}, "object-src": nothing, "base-uri": nothing,
        "frame-ancestors": nothing,
    }, name  # fmt: skip
    assert answer["X-Content-Type-Options"] == "nosniff", name
    assert answer["X-Frame-Options"] == "DENY", name
    assert answer["Referrer-Policy"] == "same-origin", name
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
    assert "camera=()" in answer["Permissions-Policy"], name
    assert "no-store" in answer["Cache-Control"], name
    assert answer.status_code < 500, name
    for cookie in answer.cookies.values():
        assert cookie["samesite"] in {"Lax", "Strict"}, (name, cookie.key)
        assert cookie["httponly"] or cookie.key == "csrftoken" or not cookie.value, (name, cookie.key)


def hold_what_must_be(role: str, pages: dict[str, dict[str, str]]) -> None:
    """Hold what must be true whatever the table says."""
    for name, told in pages.items():
        if role in ADMINISTRATORS and name.startswith(BUSINESS_ROOMS):
            assert set(told.values()) <= {"403", "404", "405"}, (role, name, told)
        if role == READ_ONLY and name.startswith(BUSINESS_ROOMS):
            assert all(len(answer.split()) == 1 for answer in told.values()), (role, name, told)
        about_a_customer = name.startswith(BUSINESS_ROOMS) and "get theirs" in told
        if role in FIELD and about_a_customer and name not in SHARED:
            assert told["get theirs"] == told["get missing"], (role, name, told)
            assert told["post theirs"] in {"403", "404", "405"}, (role, name, told)
