"""Lines for the tests of the record: written as the application writes them, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from xinheng.audit import triggers
from xinheng.audit.digest import signed
from xinheng.audit.models import Entry

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def values(number: int, **told) -> dict:
    return {
        "at": BEGIN + timedelta(seconds=number), "actor_id": 1 + number % 7, "actor_name": f"人员{number % 7}",
        "on_behalf_of": "", "act": "customers.open" if number % 3 == 0 else "customers.change",
        "is_look": number % 3 == 0, "subject_type": "customers.customer", "subject_id": str(number % 500),
        "subject_label": f"客户{number % 500}", "about_type": "customers.customer", "about_id": str(number % 500),
        "why": "", "clause": "四.2", "before": {"额度": str(number)}, "after": {"额度": str(number + 1), "项": [1, None]},
        "channel": "page", "address": "10.0.0.1", "session": "", **told,
    }  # fmt: skip


def line(number: int, **told) -> Entry:
    wanted = values(number, **told)
    return Entry(**wanted, signature=signed(wanted))


def write(count: int, begin: int = 0) -> None:
    """Write `count` genuine lines."""
    for start in range(begin, begin + count, 5000):
        Entry.objects.bulk_create([line(n) for n in range(start, min(start + 5000, begin + count))], batch_size=1000)


@contextmanager
def tampering() -> Iterator:
    """Give a cursor to somebody who may do anything in the database, its triggers included."""
    with transaction.atomic():
        triggers.remove(connection)
        with connection.cursor() as cursor:
            yield cursor.execute
        triggers.install(connection)


@contextmanager
def another_connection() -> Iterator:
    """Give a connection of its own, for a transaction that stays open meanwhile; PostgreSQL only."""
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()
