"""What lies on the disk, whatever the database says of it."""

from __future__ import annotations

import sys
from pathlib import Path

from django.apps import apps
from django.db import connection


def table_bytes() -> bytes:
    """The bytes of every file of the database, after all is written out."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        oid = cursor.fetchone()[0]
    return b"".join(path.read_bytes() for path in (folder / "base" / str(oid)).iterdir() if path.is_file())


def end_others() -> None:
    """End what others left open in the database: what a transaction may still see stays in PostgreSQL's files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state, backend_type, query, pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
        )
        for row in cursor.fetchall():
            sys.stdout.write(f"ended: {row}\n")


def every_cell() -> str:
    """Every cell of every table, encrypted ones opened."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            found += [f"{model._meta.label} {getattr(row, field.attname)}" for field in model._meta.concrete_fields]
    return "\n".join(found)
