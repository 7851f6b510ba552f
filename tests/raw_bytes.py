"""What lies on the disk, whatever the database says of it."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import connection

OTHERS = 300
"""Seconds to wait for the tests beside this one: their open transactions hold rows back in PostgreSQL's files."""


def table_bytes() -> bytes:
    """The bytes of every file of the database, after all is written out."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        oid = cursor.fetchone()[0]
    return b"".join(path.read_bytes() for path in (folder / "base" / str(oid)).iterdir() if path.is_file())


def every_cell() -> str:
    """Every cell of every table, encrypted ones opened."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            found += [f"{model._meta.label} {getattr(row, field.attname)}" for field in model._meta.concrete_fields]
    return "\n".join(found)
