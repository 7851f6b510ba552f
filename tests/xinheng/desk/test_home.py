"""The home of each role: what it shows, that each figure is that of the list it opens, and how much it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from company import PEOPLE
from world import make_world
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind
from xinheng.desk.state import signs
from xinheng.desk.tiles import TILES, figures
from xinheng.org.roles import Role
from xinheng.papers.models import Loan, LoanState
from xinheng.upkeep.models import BackupMark, Beat
from xinheng.workflow.actions import open_item
from xinheng.workflow.models import Item


@pytest.fixture
def world(company):
    return make_world(company)


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def listed(answer: Any) -> int:
    """Count what a list shows: of its pages together, or of all its rows."""
    for key in ("page", "table"):
        found = answer.context.get(key)
        page = found if isinstance(found, Page) else getattr(found, "page", None)
        if page is not None:
            return int(page.paginator.count)
    rows = next(
        answer.context[key] for key in ("papers", "submissions", "entries", "shelves", "rows") if key in answer.context
    )
    return len(rows)


def make_busy(world: Any) -> None:
    """Let every figure have something to count."""
    today = timezone.localdate()
    Loan.objects.filter(pk=world.rows["ours"]["loan"].pk).update(
        state=LoanState.OUT, due_on=today - timedelta(days=3), handed_on=today - timedelta(days=9)
    )
    Item.objects.filter(pk=world.rows["ours"]["item"].pk).update(due_on=today - timedelta(days=1))
    paper = world.rows["ours"]["paper"]
    type(paper).objects.filter(pk=paper.pk).update(valid_until=today + timedelta(days=5))
    world.rows["ours"]["import"].__class__.objects.update(state="running")


@pytest.mark.parametrize("role", [str(role) for role in PEOPLE])
def test_every_figure_is_that_of_the_list_that_it_opens(world, role):
    make_busy(world)
    person = world.company.people[role]
    client = client_of(person)
    home = client.get("/")
    assert home.status_code == 200
    for figure in home.context["figures"]:
        before = {one.url: one.figure for one in figures(person, timezone.localdate())}
        answer = client.get(figure.url)
        assert answer.status_code == 200, figure.url
        assert listed(answer) == before[figure.url], f"{figure.label}: {figure.url}"
        assert f'href="{figure.url}"'.replace("&", "&amp;") in home.content.decode()


def test_no_figure_is_nought_for_want_of_rows_in_these_tests(world):
    make_busy(world)
    today = timezone.localdate()
    most = {
        tile.page + tile.query: max(tile.count(person, today) for person in world.company.people.values())
        for tile in TILES
    }
    # Nothing here is verified, nobody has asked about his data, no grade moves: those lists have their own tests.
    empty = {key for key, count in most.items() if not count}
    assert empty <= {
        "customers.listverified=due", "customers.listverified=expired", "privacy.requestsshow=open",
        "privacy.requestsshow=late", "audit.entrieskind=looks&since={today}",
        "ratings.gradessince={since}&move=down&mine=on", "ratings.gradessince={since}&move=down",
        "ratings.dueshow=late", "ratings.assessmentslate=on",
    }  # fmt: skip


def test_the_system_administrator_sees_no_customers_and_business_sees_no_system(world):
    system = client_of(world.company.system_admin).get("/")
    pages = {figure.url.split("?")[0] for figure in system.context["figures"]}
    assert not [page for page in pages if page.startswith(("/customers", "/papers", "/privacy", "/ledger"))]
    assert system.context["signs"]
    for role in set(PEOPLE) - {Role.SYSTEM_ADMIN}:
        assert client_of(world.company.people[role]).get("/").context["signs"] is None


def test_another_department_s_customers_are_not_counted(company):
    today = timezone.localdate()

    def drafts(person: Any) -> int:
        return next(one.figure for one in figures(person, today) if one.url.endswith("status=draft"))

    before = drafts(company.sales), drafts(company.stranger)
    Customer.objects.create(
        number="C9", name="丙", kind=Kind.ENTERPRISE, status="draft", department=company.departments["sales2"]
    )
    assert (drafts(company.sales), drafts(company.stranger)) == (before[0], before[1] + 1)


def test_home_asks_the_database_as_often_for_many_rows_as_for_few(world):
    client = client_of(world.company.archivist)
    client.get("/")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/")
        return len(queries)

    few = asked()
    for number in range(20):
        customer = Customer.objects.create(
            number=f"M{number}", name=f"多{number}", kind=Kind.ENTERPRISE, status="draft",
            department=world.company.departments["commerce"],
        )  # fmt: skip
        open_item(
            customer, by=world.company.sales, on=timezone.localdate(), act="visit", title=f"走访{number}",
            person=world.company.archivist, about=customer,
        )  # fmt: skip
    assert asked() == few


def test_opening_home_writes_nothing_down(world):
    client = client_of(world.company.finance)
    before = Entry.objects.count()
    client.get("/")
    assert Entry.objects.count() == before


def test_a_system_without_backup_and_worker_says_what_to_do(db):
    now = timezone.now()
    first = {sign.label: sign for sign in signs(now)}
    assert not first["最近的备份"].is_good
    assert "xinheng backup" in first["最近的备份"].what_to_do
    BackupMark.objects.create(token="t", at=now, finished_at=now - timedelta(hours=3), file="x", size=1)
    Beat.objects.create(part="worker", at=now, process=1)
    later = {sign.label: sign for sign in signs(now)}
    assert later["最近的备份"].is_good
    assert later["后台进程"].is_good
    old = {sign.label: sign for sign in signs(now + timedelta(days=3))}
    assert not old["最近的备份"].is_good
    assert not old["后台进程"].is_good


def test_an_empty_inbox_says_that_nothing_waits(company):
    assert "没有要您办理的事" in client_of(company.stranger).get("/").content.decode()
