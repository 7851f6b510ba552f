"""Measures how long a million invoices take from the workbook into the books, beside the plainest way there is.

The import: SQLite in a file of its own, one process, the wall clock: everything a person waits for between the upload and the last
row, the look at the file, the dry run, the run itself. The floor reads the same file with the csv module and inserts its
rows with one prepared statement into a table of the same columns and indexes. Half of the invoices bring the day on which
they were settled, so that a receipt and what it settles are made with each of these.

The ageing: as many invoices, all open, summed up by customer and by department, today and some days ago, as a ratio to one
GROUP BY of the same invoices by customer and age. CPU time on SQLite, on PostgreSQL (XINHENG_TEST_DATABASE=postgres) the
wall clock, for the server is another process.
"""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.measuring import Figure, own_peak
from bench.search import _database

MOST_SECONDS = 300.0
MOST_TIMES = 2.5
CUSTOMERS = 2_000
SEED = 20_260_701
HEADINGS = ("客户编号", "发票号码", "开票日期", "价税合计", "到期日期", "发票状态", "结清日")


def measure(size: int, runs: int) -> list[Figure]:
    """Give the figures for `size` invoices: taken in on SQLite, aged on the database that is asked for."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XINHENG_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        stack.enter_context(_database(folder))
        person = _company()
        return list(_figures(folder / "invoices.csv", size, person) if _is_sqlite() else ()) + list(_ageing(size, runs))


def _is_sqlite() -> bool:
    from django.db import connection

    return connection.vendor == "sqlite"


def _company() -> Any:
    import django
    from django.conf import settings

    django.setup()
    settings.KEYS_ON_DEMAND = True
    from django.core.management import call_command

    from xinheng.customers.models import Customer, Kind, Status
    from xinheng.org.models import Appointment, Department, Person

    call_command("migrate", verbosity=0)
    head = Department.objects.create(code="head", name="总部")
    person = Person.objects.create_user(username="finance", full_name="财务", department=head)
    Appointment.objects.create(person=person, role="finance", since=date(2020, 1, 1))
    Customer.objects.bulk_create(
        Customer(
            number=f"KH{number:06d}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED, department=head
        )
        for number in range(CUSTOMERS)
    )
    return person


def _export(path: Path, size: int) -> None:
    """Write what an ERP gives out: by day, customers mixed, amounts to the cent, some of them returned or void."""
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(HEADINGS)
        for number in range(size):
            day = date(2024, 1, 1) + timedelta(days=number * 900 // size)
            due, kind = day + timedelta(days=draw.choice((30, 45, 60))), draw.random()
            amount = Decimal(draw.randint(100, 50_000_00)) / 100
            settled = due + timedelta(days=draw.randint(-20, 20)) if kind < 0.5 and due < date(2026, 5, 1) else ""
            status = "作废" if kind > 0.99 else "红字" if kind > 0.97 else "正常"
            customer = f"KH{draw.randrange(CUSTOMERS):06d}"
            write((customer, f"F{number:08d}", day, -amount if status == "红字" else amount, due, status, settled))


def _figures(path: Path, size: int, person: Any) -> Iterator[Figure]:
    _export(path, size)
    spent = time.process_time()
    taken = _imported(path, person)
    spent = time.process_time() - spent
    from xinheng.ledger.models import Invoice

    held = Invoice.objects.count()
    floor = _floor(path, person)
    whole = sum(taken.values())
    note = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in taken.items())
    note = f"{spent:.0f} s of CPU, {own_peak() / 2**20:.1f} GiB at most; {note}"
    yield Figure(f"(I) import {size:,} invoices", whole, MOST_SECONDS * size / 1_000_000, "s", note)
    yield Figure(f"(I) of plain reading and inserting ({floor:.1f} s)", whole / floor, None, "×", f"{held:,} came in")


def _imported(path: Path, person: Any) -> dict[str, float]:
    """Take the file in as the pages and the worker do; give the seconds of each step."""
    from django.utils import timezone

    from xinheng.intake import actions, running
    from xinheng.intake.models import Import
    from xinheng.intake.targets import TARGETS

    taken: dict[str, float] = {}
    at = timezone.now()

    def step(name: str, act: Any) -> Any:
        started = time.perf_counter()
        found = act()
        taken[name] = time.perf_counter() - started
        return found

    with path.open("rb") as stream:
        of = step(
            "upload",
            lambda: actions.upload(
                TARGETS["invoices"], stream, name=path.name, size=path.stat().st_size, by=person, at=at
            ),
        )
    step("look", lambda: running.look_at(of.pk))
    of.refresh_from_db()
    actions.match_columns(
        of, {each["key"]: each["column"] for each in of.headings if each["column"]}, {}, by=person, at=at
    )
    step("dry run", lambda: running.check(of.pk))
    of.refresh_from_db()
    assert of.state == "checked", of.problem
    actions.confirm(of, by=person, on=timezone.localdate(), at=at)
    step("run", lambda: running.run(of.pk))
    of = Import.objects.get(pk=of.pk)
    assert (of.state, of.done["failed"]) == ("done", 0), (of.problem, of.done)
    return taken


def _floor(path: Path, person: Any) -> float:
    """Read the file and insert its rows with nothing in between."""
    from django.db import connection

    from xinheng.ledger.models import Invoice

    names = [field.column for field in Invoice._meta.concrete_fields if field.column != "id"]
    columns = ", ".join(f'"{name}"' for name in names)
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger_invoice' AND sql IS NOT NULL")
        plain = sqlite3.connect(Path(folder) / "plain.sqlite3")
        plain.execute("PRAGMA journal_mode=WAL")
        for (sql,) in cursor.fetchall():
            plain.execute(sql)
        cursor.execute("SELECT number, id FROM customers_customer")
        known = dict(cursor.fetchall())
        started = time.perf_counter()
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            next(rows)
            values = (
                {
                    "number": number, "company_id": 1, "amount": abs(float(amount)), "currency": "CNY", "entered_by_id": 1,
                    "entered_at": day, "reversed_on": None, "reversed_why": "", "customer_id": known[customer],
                    "order_id": None, "kind": "invoice", "invoiced_on": day, "due_on": due, "settled": 0, "is_split": 0,
                    "disputed_on": None, "counterparty": "",
                }
                for customer, number, day, amount, due, _status, _settled in rows
            )  # fmt: skip
            marks = ", ".join(["?"] * len(names))
            plain.executemany(
                f"INSERT INTO ledger_invoice ({columns}) VALUES ({marks})",
                ([value[name] for name in names] for value in values),
            )
            plain.commit()
        plain.close()
    return time.perf_counter() - started


# The ageing -----------------------------------------------------------------------------------------------------------


def _ageing(size: int, runs: int) -> Iterator[Figure]:
    """Sum up what is open by age, beside the plain GROUP BY of the same round."""
    from django.db import connection

    from xinheng.customers.models import Customer
    from xinheng.ledger.queries.receivables import Asked, receivables, summed

    today = date(2026, 7, 1)
    _all_open(size, today)
    every = Customer.objects.all()
    clock = time.process_time if _is_sqlite() else time.perf_counter

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, [today - timedelta(days=days) for days in (0, 30, 60, 90, 180)])
            cursor.fetchall()

    asked = {
        "by customer": Asked(on=today),
        "by customer, by invoice date": Asked(on=today, by="invoice"),
        "by department": Asked(on=today, group="department"),
        "by customer, 40 days ago": Asked(on=today - timedelta(days=40)),
    }
    assert summed(receivables(asked["by customer"], every)).counts
    taken: dict[str, list[float]] = {name: [] for name in ("plain", *asked)}
    for turn in range(max(runs, 3) + 1):
        for name, seconds in taken.items():
            begun = clock()
            if name == "plain":
                plain()
            else:
                receivables(asked[name], every)
            if turn:
                seconds.append(clock() - begun)
    for name in asked:
        ratio = statistics.median(one / base for one, base in zip(taken[name], taken["plain"], strict=True))
        note = f"{statistics.median(taken[name]):.2f} s; plain {statistics.median(taken['plain']):.2f} s, {connection.vendor}"
        yield Figure(f"(I) ageing of {size:,} {name}", ratio, MOST_TIMES, "×", note)


PLAIN = """
    SELECT customer_id, CASE WHEN due_on >= %s THEN 0 WHEN due_on >= %s THEN 1 WHEN due_on >= %s THEN 2
      WHEN due_on >= %s THEN 3 WHEN due_on >= %s THEN 4 ELSE 5 END AS place, SUM(amount - settled), COUNT(*)
    FROM ledger_invoice WHERE settled < amount AND reversed_on IS NULL AND kind = 'invoice'
    GROUP BY customer_id, place
"""


def _all_open(size: int, today: date) -> None:
    """Leave nothing but open invoices, none of them younger than a hundred days ago."""
    from django.db import connection, transaction

    from xinheng.customers.models import Customer
    from xinheng.ledger.models import Allocation, Company, Invoice
    from xinheng.upkeep.rows import insert_told

    draw = random.Random(SEED)
    keys, ours = list(Customer.objects.values_list("pk", flat=True)), Company.default().pk
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (Allocation, Invoice):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    for start in range(0, size, 50_000):
        part = range(start, min(start + 50_000, size))
        days = [today - timedelta(days=100 + number % 700) for number in part]
        with transaction.atomic():
            insert_told(
                Invoice,
                (
                    [draw.choice(keys) for _each in part], [f"F{number:08d}" for number in part],
                    [Decimal(draw.randint(100, 5_000_000)) / 100 for _each in part], days,
                    [day + timedelta(days=draw.choice((30, 60, 120))) for day in days],
                ),
                {"company": ours, "entered_by": None}, "customer", "number", "amount", "invoiced_on", "due_on",
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
