"""Taking erased bytes out of the database's files, where deleting alone leaves them.

SQLite overwrites what is deleted (`secure_delete`), but its write-ahead log still holds earlier pages until it is cut.
PostgreSQL keeps dead rows until the table is written anew (`VACUUM FULL`, which locks each table for as long as that takes);
its own write-ahead log and all backups age out by themselves, see docs/operating.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from xinheng.privacy.models import Erasure


def clean(tables: Iterable[str]) -> bool:
    """Take erased bytes out; False where it could not be done now because somebody is at work. Not in a transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _log, _done = cursor.fetchone()
            return not busy
        cursor.execute("SET lock_timeout = '5s'")
        try:
            for table in sorted(set(tables)):
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(table)}")
        finally:
            cursor.execute("SET lock_timeout = 0")
    return True


def clean_pending() -> int:
    """Clean after every erasure that has not been cleaned after; gives how many."""
    pending = list(Erasure.objects.filter(cleaned_at__isnull=True))
    if not pending or connection.in_atomic_block:
        return 0
    if not clean({table for erasure in pending for table in erasure.tables}):
        return 0
    Erasure.objects.filter(pk__in=[erasure.pk for erasure in pending]).update(cleaned_at=timezone.now())
    return len(pending)
