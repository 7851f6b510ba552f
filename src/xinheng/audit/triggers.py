"""What the database itself refuses: changing or deleting a line of the record or a seal, on both engines.

A migration that lets SQLite make one of these tables anew loses its triggers; `install` runs after every migration.
"""

from __future__ import annotations

from typing import Any

TABLES = ("audit_entry", "audit_seal")
SAID = "留痕只能追加, 不能更改或删除"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation'; END $$
"""


def install(connection: Any) -> None:
    """Put the triggers in place, where they are not."""
    with connection.cursor() as cursor:
        for statement in _making(connection.vendor):
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away: for the tests that show what is found without them, and for undoing the migration."""
    with connection.cursor() as cursor:
        for table in TABLES:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for kind in ("update", "delete", "truncate", "insert"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{kind}{on}")


def missing(connection: Any) -> list[str]:
    """Name the triggers that are not in place; empty when all is well."""
    if connection.vendor == "postgresql":
        query, kinds = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'", ("update", "delete", "truncate")
    else:
        query, kinds = "SELECT name FROM sqlite_master WHERE type = 'trigger'", ("update", "delete", "insert")
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}
    return [name for table in TABLES for kind in kinds if (name := f"{table}_no_{kind}") not in found]


def _making(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [_FUNCTION, *(one for table in TABLES for one in _postgresql(table))]
    return [one for table in TABLES for one in _sqlite(table)]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE OR REPLACE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} FOR EACH {each} "
        "EXECUTE FUNCTION audit_is_final()"
        for what, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
    ]


def _sqlite(table: str) -> list[str]:
    again = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        # INSERT OR REPLACE takes the old row away without asking the trigger on DELETE.
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_insert BEFORE INSERT ON {table} {again} {refuse}",
    ]
