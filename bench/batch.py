"""Measures how long it takes to rate everybody in the application, every record stored, and to bring all of it into force.

SQLite in a file of its own, all in one process: CPU time, as on the other lines, and the wall clock beside it. The floor is
what cannot be spared: reading the same dealings and card values with one plain query each, and inserting rows of the same
size with one prepared statement. Each customer has two invoices with their payments, and six values on his card.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.measuring import Figure, cpu_seconds
from bench.search import _database

MOST_SECONDS = 60.0
DAY = date(2026, 6, 30)
SEED = 20_260_630
JUDGED = {"strength": 10, "potential": 15, "reputation": 20, "payment": 30, "other": 10}


def measure(size: int, _runs: int) -> list[Figure]:
    """Give the figures for `size` customers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XINHENG_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "xinheng.settings"
        stack.enter_context(_database(folder))
        version = version_in_force()
        _people(size)
        return list(_figures(size, version))


def version_in_force() -> Any:
    """Set the application up with the leasing policy in force, and nobody rated by it."""
    import django
    from django.conf import settings

    django.setup()
    settings.KEYS_ON_DEMAND = True
    from django.core.management import call_command

    from creditpolicy.reader import load_policy
    from xinheng.customers.card import fields_from_policy
    from xinheng.policies.models import Policy, Stage, Version

    call_command("migrate", verbosity=0)
    reading = load_policy("leasing")
    assert reading.policy is not None
    fields_from_policy(reading.policy)
    policy = Policy.objects.create(key="leasing", title="租赁", is_main=True)
    return Version.objects.create(
        policy=policy, number="1", text=reading.text, sha256=reading.sha256, stage=Stage.PUBLISHED,
        origin=Version.Origin.PACK, in_force_from=date(2026, 1, 1),
    )  # fmt: skip


def _people(size: int) -> None:
    from django.db import connection

    from xinheng.customers.models import CardValue, Customer, Kind, Status
    from xinheng.ledger.models import Allocation, Invoice, Receipt
    from xinheng.org.models import Department

    draw = random.Random(SEED)
    head = Department.objects.create(code="head", name="总部")
    made = Customer.objects.bulk_create(
        (
            Customer(number=f"KH{number:07d}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
                     department=head)
            for number in range(size)
        ),
        batch_size=2_000,
    )  # fmt: skip
    values = [
        CardValue(customer=each, field=f"leasing.{name}", plain=f"{most * draw.uniform(0.3, 1):.2f}", source="visit",
                  as_of=DAY - timedelta(days=draw.randint(1, 90)), trust=2)
        for each in made
        for name, most in JUDGED.items()
    ]  # fmt: skip
    CardValue.objects.bulk_create(values, batch_size=2_000)
    invoices, receipts = [], []
    for each in made:
        for turn in range(2):
            on, amount = date(2025, 1, 1) + timedelta(days=draw.randint(0, 500)), Decimal(draw.randint(1, 10**8)) / 100
            number = f"{each.number}-{turn}"
            invoices.append(Invoice(number=number, customer=each, invoiced_on=on, due_on=on, amount=amount))
            receipts.append(Receipt(number=number, customer=each, received_on=on, amount=amount))
    invoices = Invoice.objects.bulk_create(invoices, batch_size=2_000)
    receipts = Receipt.objects.bulk_create(receipts, batch_size=2_000)
    Allocation.objects.bulk_create(
        (
            Allocation(receipt=receipt, invoice=invoice, amount=invoice.amount, on=invoice.invoiced_on)
            for receipt, invoice in zip(receipts, invoices, strict=True)
        ),
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _figures(size: int, version: Any) -> Iterator[Figure]:
    from xinheng.ratings.models import Batch, Rating, Standing
    from xinheng.ratings.running import apply, run

    batch = Batch.objects.create(version=version, as_of=DAY)
    begun = time.perf_counter()
    taken = cpu_seconds(lambda: run(batch.pk))
    clock = time.perf_counter() - begun
    batch.refresh_from_db()
    assert batch.done == Rating.objects.count() == size, (batch.state, batch.done, batch.problem)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.APPLYING)
    begun = time.perf_counter()
    moved = cpu_seconds(lambda: apply(batch.pk))
    moved_clock = time.perf_counter() - begun
    batch.refresh_from_db()
    assert (batch.state, Standing.objects.count()) == (Batch.State.APPLIED, size), (batch.state, batch.problem)
    floor = cpu_seconds(_scan) + cpu_seconds(_insert)
    yield Figure(f"(B) rate {size:,} in the application", taken, MOST_SECONDS, "s", f"{clock:.0f} s by the clock")
    yield Figure(f"(B) bring {size:,} into force", moved, MOST_SECONDS, "s", f"{moved_clock:.0f} s by the clock")
    yield Figure(f"(B) of plain reading and inserting ({floor:.1f} s)", taken / floor, None, "×")


def _scan() -> None:
    """Read what ratings are made from, with one plain query for each table."""
    from django.db import connection

    with connection.cursor() as cursor:
        for query in (
            "SELECT id, number, name, kind, nature FROM customers_customer",
            "SELECT customer_id, field, plain, source, as_of, trust, entered_at FROM customers_cardvalue",
            "SELECT customer_id, number, invoiced_on, due_on, amount, currency FROM ledger_invoice",
            'SELECT invoice_id, amount, "on" FROM ledger_allocation',
        ):
            cursor.execute(query)
            while cursor.fetchmany(10_000):
                pass


def _insert() -> None:
    """Insert the same rows again into a table of the same columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ratings_rating")
        rows = cursor.fetchall()
        cursor.execute("CREATE TABLE floor AS SELECT * FROM ratings_rating LIMIT 0")
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO floor VALUES ({marks})", rows)
