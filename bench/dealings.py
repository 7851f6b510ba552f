"""Measures how long a million invoices take from the workbook into the books, beside the plainest way there is.

SQLite in a file of its own, one process, the wall clock: everything a person waits for between the upload and the last
row, the look at the file, the dry run, the run itself. The floor reads the same file with the csv module and inserts its
rows with one prepared statement into a table of the same columns and indexes. Half of the invoices bring the day on which
they were settled, so that a receipt and what it settles are made with each of these.
"""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.measuring import Figure
from bench.search import _database

MOST_SECONDS = 300.0
CUSTOMERS = 2_000
SEED = 20_260_701
HEADINGS = ("客户编号", "发票号码", "开票日期", "价税合计", "到期日期", "发票状态", "结清日")


def measure(size: int, runs: int) -> list[Figure]:
    """Give the figures for `size` invoices."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XINHENG_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        stack.enter_context(_database(folder))
        person = _company()
        path = folder / "invoices.csv"
        _export(path, size)
        return list(_figures(path, size, person))


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
    taken = _imported(path, person)
    from django.db import connection

    from xinheng.ledger.models import Invoice

    held = Invoice.objects.count()
    floor = _floor(path, person)
    whole = sum(taken.values())
    note = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in taken.items())
    yield Figure(
        f"(I) import {size:,} invoices, {connection.vendor}", whole, MOST_SECONDS * size / 1_000_000, "s", note
    )
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
                    "disputed_on": None,
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
