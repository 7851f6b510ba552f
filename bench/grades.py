"""Measures the pages that read the grades of everybody: the overview, the list of a day, a batch and its customers.

SQLite in a file of its own, Django's test client: CPU time of this process from the request to the last byte. Every customer
has had two standings, a rating of each of two batches and an open invoice. The measure is one plain GROUP BY over the
standings of today with the customers that somebody sees, as the database does it without the application.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from bench.batch import version_in_force
from bench.measuring import Figure, cpu_seconds, rounds
from bench.search import _database

MOST_SECONDS = 0.3
BACK = 80
"""Days since the second batch took force; the overview compares with 90 days ago."""
ROLES = ("sales", "risk")
PLAIN = """
    SELECT standing.grade, COUNT(*), SUM(standing."limit")
    FROM ratings_standing AS standing JOIN customers_customer AS customer ON customer.id = standing.customer_id
    WHERE standing.until_day IS NULL AND standing.policy_id = 1 AND customer.merged_into_id IS NULL
    GROUP BY standing.grade
"""


def measure(size: int, runs: int) -> list[Figure]:
    """Give the figures for `size` customers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XINHENG_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        stack.enter_context(_database(folder))
        batch = company(size)
        return list(figures(runs, batch))


def company(size: int) -> int:
    """Make the company, with statements that do not grow with the customers; give the key of the last batch."""
    from django.db import connection
    from django.utils import timezone

    version = version_in_force()
    today = timezone.localdate()
    with connection.cursor() as cursor:
        _customers(cursor, size)
        batches = [_batch(cursor, version, today - timedelta(days=days), size) for days in (BACK + 100, BACK)]
        _standings(cursor, batches, [today - timedelta(days=days) for days in (BACK + 100, BACK)])
        _invoices(size, today)
        cursor.execute("ANALYZE")
    _summed(batches)
    return batches[-1]


def _customers(cursor: Any, size: int) -> None:
    from datetime import date

    from xinheng.customers.models import Customer, Status
    from xinheng.org.models import Appointment, Department, Person

    head = Department.objects.create(code="head", name="总部")
    branches = [Department.objects.create(code=f"b{each}", name=f"分部{each}", parent=head) for each in range(5)]
    for role, department in zip(ROLES, (branches[0], head), strict=True):
        person = Person.objects.create_user(username=role, full_name=role, department=department)
        Appointment.objects.create(person=person, role=role, since=date(2020, 1, 1))
    owner = Person.objects.get(username="sales")
    kinds = ("enterprise", "enterprise", "enterprise", "person")
    Customer.objects.bulk_create(
        (
            Customer(number=f"KH{number:07d}", name=f"客户{number}", kind=kinds[number % 4], status=Status.FILED,
                     department=branches[number % 5], owner=owner if number % 5 == 0 else None)
            for number in range(size)
        ),
        batch_size=2_000,
    )  # fmt: skip


GRADES = (
    "CASE WHEN ({of}) % 20 < 2 THEN 'ungraded' WHEN ({of}) % 20 < 5 THEN 'C' WHEN ({of}) % 20 < 8 THEN 'A' ELSE 'B' END"
)
FIRST = GRADES.format(of="customer.id")
SECOND = f"CASE WHEN customer.id % 12 = 0 THEN {GRADES.format(of='customer.id * 7 + 3')} ELSE {FIRST} END"
PLACE = "CASE {grade} WHEN 'A' THEN 3 WHEN 'B' THEN 2 WHEN 'C' THEN 1 ELSE 0 END"


def _batch(cursor: Any, version: Any, on: Any, size: int) -> int:
    from django.utils import timezone

    from xinheng.ratings.models import Batch

    is_first = not Batch.objects.exists()
    made = Batch.objects.create(
        version=version, as_of=on, state=Batch.State.APPLIED, done=size, total=size, finished_at=timezone.now()
    )
    grade, before = (FIRST, "''") if is_first else (SECOND, FIRST)
    moved = "NULL" if is_first else f"({PLACE.format(grade=SECOND)}) - ({PLACE.format(grade=FIRST)})"
    limit = "NULL" if is_first else "50000 + customer.id % 83"
    points = '{"strength": "8.00", "potential": "12.00", "reputation": "15.00", "payment": "24.00", "other": "7.00"}'
    cursor.execute(
        "INSERT INTO ratings_rating (uid, customer_id, version_id, policy_id, as_of, made_at, batch_id, record, sha256,"
        ' total, grade_by_points, grade, vetoes, "limit", terms_days, points, before, limit_before, moved)'
        " SELECT lower(hex(randomblob(16))), customer.id, %s, %s, %s, %s, %s, zeroblob(1500), '', 60 + customer.id % 40,"
        f" {grade}, {grade}, '[]', 60000 + customer.id % 97, 30, %s, {before}, {limit}, {moved}"
        " FROM customers_customer AS customer",
        [version.pk, version.policy_id, on, timezone.now(), made.pk, points],
    )
    return made.pk


def _standings(cursor: Any, batches: list[int], days: list[Any]) -> None:
    from django.utils import timezone

    for place, (batch, day) in enumerate(zip(batches, days, strict=True)):
        until = days[place + 1] if place + 1 < len(days) else None
        cursor.execute(
            'INSERT INTO ratings_standing (customer_id, policy_id, version_id, rating_id, grade, "limit", terms_days,'
            " is_frozen, from_day, until_day, next_review_on, cause, why, clause, at)"
            ' SELECT customer_id, policy_id, version_id, id, grade, "limit", terms_days, customer_id %% 500 = 0, %s, %s,'
            " date(%s, '+' || (customer_id %% 365) || ' days'), 'rated', '季度复评', '四.2', %s"
            " FROM ratings_rating WHERE batch_id = %s",
            [day, until, days[-1], timezone.now(), batch],
        )


def _invoices(size: int, today: Any) -> None:
    from xinheng.ledger.models import Invoice

    Invoice.objects.bulk_create(
        (
            Invoice(customer_id=key, number=f"F{key}", amount=Decimal(1000 + key % 977),
                    invoiced_on=today - timedelta(days=50), due_on=today - timedelta(days=20))
            for key in range(1, size + 1)
        ),
        batch_size=2_000,
    )  # fmt: skip


def _summed(batches: list[int]) -> None:
    from xinheng.ratings.models import Batch
    from xinheng.ratings.running import summary_of

    for batch in Batch.objects.filter(pk__in=batches):
        batch.summary = summary_of(batch)
        batch.save()


def pages(batch: int) -> Iterator[tuple[str, str]]:
    """Give the pages, each with the role that opens it."""
    from django.utils import timezone

    since = timezone.localdate() - timedelta(days=90)
    yield "risk", "/ratings/"
    yield "risk", f"/ratings/?on={since + timedelta(days=30)}"
    for role in ROLES:
        yield role, "/ratings/grades/"
        yield role, f"/ratings/grades/?since={since}&move=down"
    yield "risk", f"/ratings/batches/{batch}/"
    for query in ("", "?show=down", "?show=all&before=B&after=C", "?show=all&page=900", "?q=客户4711&show=all"):
        yield "risk", f"/ratings/batches/{batch}/movers/{query}"
    yield "risk", "/ratings/due/"
    yield "risk", "/"


def figures(runs: int, batch: int) -> Iterator[Figure]:
    """Measure each page, beside the plain GROUP BY of the same round."""
    import logging

    from django.db import connection
    from django.test import Client

    from xinheng.org.models import Person

    logging.disable(logging.CRITICAL)
    clients = {role: Client(SERVER_NAME="127.0.0.1") for role in ROLES}
    for role, client in clients.items():
        client.force_login(Person.objects.get(username=role))

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN)
            cursor.fetchall()

    every: list[float] = []
    for role, path in pages(batch):
        open_page = partial(clients[role].get, path)
        answer = open_page()
        assert answer.status_code == 200, (path, answer.status_code)
        first = cpu_seconds(open_page)
        taken = rounds({"plain": plain, "page": open_page}, runs)
        ratio = statistics.median(one / base for one, base in zip(taken["page"], taken["plain"], strict=True))
        note = f"{ratio:.1f} × a plain GROUP BY ({statistics.median(taken['plain']):.2f} s)"
        every.append(statistics.median(taken["page"]))
        yield Figure(f"(G) {role} {path}", max(every[-1], first), MOST_SECONDS, "s", note)
    yield Figure("(G) all of these, median", statistics.median(every), MOST_SECONDS, "s")
