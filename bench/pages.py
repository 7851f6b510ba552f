"""Measures how long the main pages of the demo company take, each in the role that opens it, and how many queries it asks.

Django's test client in this process, SQLite in a file: CPU time of this process, which does all the work, from the request
to the last byte of the answer, middleware and database included. Where XINHENG_HOME holds a demo company already, that one is
measured as it is; else one is made.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.measuring import Figure

MOST_MILLISECONDS = 150.0
SEED = 20
EVERYBODY = (
    "sales", "sales_engineer", "commerce_specialist", "marketing_manager", "finance", "risk", "credit_group", "deputy_gm",
    "general_manager", "internal_audit", "customer_service", "archivist", "legal", "system_admin", "security_admin",
    "audit_admin",
)  # fmt: skip
LISTS = (
    ("sales", "/customers/"), ("finance", "/customers/"), ("finance", "/customers/?q=机械&sort=-number"),
    ("finance", "/customers/find/?q=yl"), ("archivist", "/inbox/"), ("finance", "/inbox/"), ("sales", "/inbox/handled/"),
    ("sales", "/inbox/started/"), ("archivist", "/due/"), ("archivist", "/customers/to-verify/"),
    ("archivist", "/papers/loans/"), ("archivist", "/papers/shelves/"), ("archivist", "/papers/expiring/"),
    ("archivist", "/imports/"), ("legal", "/privacy/requests/"), ("legal", "/privacy/sharings/"), ("legal", "/privacy/retention/"),
    ("customer_service", "/submissions/"), ("audit_admin", "/audit/"), ("security_admin", "/people/"),
    ("security_admin", "/roles/"), ("security_admin", "/departments/"),
)  # fmt: skip


def measure(size: int, runs: int) -> list[Figure]:
    """Give the figures for a demo company of `size` customers."""
    with tempfile.TemporaryDirectory() as folder:
        if not (Path(os.environ.get("XINHENG_HOME", folder)) / "xinheng.sqlite3").exists():
            _make(Path(folder), size)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        return list(_figures(runs))


def _make(folder: Path, size: int) -> None:
    from xinheng.running.home import make_home

    os.environ["XINHENG_HOME"] = str(folder)
    make_home(folder, {"demo": True, "company": "样板"})
    from xinheng.command.starting import application

    application()
    from django.utils import timezone

    from xinheng.demo.loading import load
    from xinheng.demo.telling import tell
    from xinheng.running.setting_up import prepare

    prepare()
    load(tell(timezone.localdate(), seed=SEED, customers=size), tell=lambda _what: None)


def _figures(runs: int) -> Iterator[Figure]:
    import logging

    from django.db import connection
    from django.test import Client

    logging.disable(logging.CRITICAL)
    clients: dict[str, Any] = {}
    every: list[float] = []
    for role, path in _pages():
        if role not in clients:
            clients[role] = Client(SERVER_NAME="127.0.0.1")
            clients[role].force_login(_in_role(role))
        client = clients[role]
        client.get(path)
        asked: list[str] = []
        with connection.execute_wrapper(partial(_noted, asked)):
            answer = client.get(path)
        assert answer.status_code == 200, (role, path, answer.status_code)
        taken = sorted(_taken(partial(client.get, path), runs))
        every += taken
        note = f"p95 {taken[int(len(taken) * 0.95)]:.0f} ms, {len(asked)} queries, {len(answer.content) / 1024:.0f} KiB"
        yield Figure(f"(P) {role} {path}", statistics.median(taken), MOST_MILLISECONDS, "ms", note)
    every.sort()
    note = f"p95 {every[int(len(every) * 0.95)]:.0f} ms, {len(every)} requests"
    yield Figure("(P) all of these, median", statistics.median(every), MOST_MILLISECONDS, "ms", note)


def _pages() -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    from xinheng.customers.models import Customer
    from xinheng.customers.tabs import TABS
    from xinheng.org.access import may
    from xinheng.papers.models import Paper
    from xinheng.workflow.models import Item

    for role in EVERYBODY:
        yield role, "/"
    yield from LISTS
    customer = Customer.objects.filter(kind="enterprise", status="filed", statements__isnull=False).first()
    assert customer is not None
    for tab in sorted(TABS, key=lambda tab: tab.place):
        readers = ("finance", "archivist", "sales_engineer", "internal_audit")
        role = next(role for role in readers if may(_in_role(role), tab.permission))
        yield role, reverse(tab.url_name, args=[customer.pk])
    paper = Paper.objects.filter(customer__status="filed", level__lte=1).first()
    item = Item.objects.filter(role="archivist", state="open").first()
    if paper is not None:
        yield "archivist", paper.get_absolute_url()
    if item is not None:
        yield "archivist", reverse("workflow.item", args=[item.pk])


def _in_role(role: str) -> Any:
    from xinheng.org.models import Person

    return Person.objects.filter(appointments__role=role, appointments__until__isnull=True).order_by("pk").first()


def _noted(asked: list[str], execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    asked.append(sql)
    return execute(sql, params, many, context)


def _taken(act: Callable[[], object], runs: int) -> list[float]:
    found = []
    for _run in range(runs * 3):
        started = time.process_time()
        act()
        found.append((time.process_time() - started) * 1000)
    return found
