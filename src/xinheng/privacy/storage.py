"""Taking erased bytes out of the database's files, where deleting alone leaves them.

SQLite overwrites what is deleted (`secure_delete`), but its write-ahead log still holds earlier pages until it is cut.
PostgreSQL keeps dead rows until the table is written anew (`VACUUM FULL`, which locks each table for as long as that takes),
and even then those that a transaction begun before may still see: it is waited for. Its own write-ahead log and all
backups age out by themselves, see docs/operating.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from xinheng.privacy.models import Erasure

LONGEST_WAIT = 5
"""Seconds to wait for others who are at work; then it is tried again another time."""
_SEEN_BY_NOBODY = """
SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %(by_now)s::text::xid8 AND NOT EXISTS (
  SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND age(backend_xmin) > age(%(by_now)s::text::xid8::xid))
"""
"""What writes anywhere on the server holds rows back, for the snapshot of `VACUUM FULL` itself reaches back to it."""


def clean(tables: Iterable[str]) -> bool:
    """Take erased bytes out; False where it could not be done now because somebody is at work. Not in a transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _log, _done = cursor.fetchone()
            return not busy
        if not _seen_by_nobody(cursor):
            return False
        cursor.execute(f"SET lock_timeout = '{LONGEST_WAIT}s'")
        try:
            for table in sorted(set(tables)):
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(table)}")
        except OperationalError:  # a table could not be locked in time
            return False
        finally:
            cursor.execute("SET lock_timeout = 0")
    return True


def _seen_by_nobody(cursor: Any) -> bool:
    """Wait until every transaction is over that may still see what was deleted by now; False where one goes on."""
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    [by_now] = cursor.fetchone()
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        cursor.execute(_SEEN_BY_NOBODY, {"by_now": by_now})
        if cursor.fetchone()[0]:
            return True
        time.sleep(0.1)
    return False


def clean_pending() -> int:
    """Clean after every erasure that has not been cleaned after; gives how many."""
    pending = list(Erasure.objects.filter(cleaned_at__isnull=True))
    if not pending or connection.in_atomic_block:
        return 0
    if not clean({table for erasure in pending for table in erasure.tables}):
        return 0
    Erasure.objects.filter(pk__in=[erasure.pk for erasure in pending]).update(cleaned_at=timezone.now())
    return len(pending)
