"""What the database itself does: it refuses, on both engines, to change or delete a movement or an answer, and PostgreSQL reserves."""

from __future__ import annotations

from typing import Any

from xinheng.credit.core import reserving

TABLES = ("credit_movement", "credit_answer")
SAID = "额度变动只能追加, 不能更改或删除"


def install(connection: Any) -> None:
    """Put the triggers and the function that reserves in place, where they are not."""
    with connection.cursor() as cursor:
        for statement in _making(connection.vendor):
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away: for the flush after a test, and for the tests that show what they prevent."""
    with connection.cursor() as cursor:
        for table in TABLES:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for what in ("update", "delete", "truncate", "insert"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}{on}")


def _making(vendor: str) -> list[str]:
    if vendor == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION credit_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        ways = (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
        return [function, reserving.function()] + [
            f"CREATE OR REPLACE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION credit_is_final()"
            for table in TABLES
            for what, each in ways
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    # INSERT OR REPLACE takes the old row away without asking the trigger on DELETE.
    ways = (("update", ""), ("delete", ""), ("insert", "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"))
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {what.upper()} ON {table} "
        f"{when.format(table=table)} {refuse}"
        for table in TABLES
        for what, when in ways
    ]
