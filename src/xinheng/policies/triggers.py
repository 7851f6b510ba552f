"""What the database itself refuses: changing what an approved or published version says, on both engines.

A version is replaced, never edited. Its text, digest, number and policy stand from its approval on; from its publication
on, so does everything but the day on which the next one takes its place.
"""

from __future__ import annotations

from typing import Any

TABLE = "policies_version"
SAID = "已批准或已发布的制度不能更改, 只能由新版本替换"
TEXT = ("text", "sha256", "number", "policy_id")
APPROVED = (*TEXT, "approved_by_id", "approved_on", "created_by_id", "edited_by_id", "edition")
PUBLISHED = (*APPROVED, "stage", "published_by_id", "published_on", "in_force_from")
NAMES = tuple(f"{TABLE}_{what}" for what in ("approved", "published", "kept", "emptied", "replaced"))


def install(connection: Any) -> None:
    """Put the triggers in place, where they are not."""
    with connection.cursor() as cursor:
        for statement in _making(connection.vendor):
            cursor.execute(statement)


def remove(connection: Any) -> None:
    """Take the triggers away: for the flush after a test, and for the tests that show what they prevent."""
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _making(vendor: str) -> list[str]:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    elsewhere = "NEW.stage NOT IN ('approved', 'published', 'discarded')"
    conditions = {
        "approved": ("UPDATE", f"OLD.stage = 'approved' AND ({_changed(APPROVED, differs)} OR {elsewhere})"),
        "published": ("UPDATE", f"OLD.stage = 'published' AND ({_changed(PUBLISHED, differs)})"),
        "kept": ("DELETE", "OLD.stage IN ('approved', 'published')"),
    }
    return _postgresql(conditions) if vendor == "postgresql" else _sqlite(conditions)


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _postgresql(conditions: dict[str, tuple[str, str]]) -> list[str]:
    function = (
        "CREATE OR REPLACE FUNCTION policies_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    rows = [
        f"CREATE OR REPLACE TRIGGER {TABLE}_{name} BEFORE {what} ON {TABLE} FOR EACH ROW WHEN ({when}) "
        "EXECUTE FUNCTION policies_version_is_final()"
        for name, (what, when) in conditions.items()
    ]
    emptied = (
        f"CREATE OR REPLACE TRIGGER {TABLE}_emptied BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT "
        "EXECUTE FUNCTION policies_version_is_final()"
    )
    return [function, *rows, emptied]


def _sqlite(conditions: dict[str, tuple[str, str]]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    rows = [
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_{name} BEFORE {what} ON {TABLE} WHEN {when} {refuse}"
        for name, (what, when) in conditions.items()
    ]
    # INSERT OR REPLACE takes the old row away without asking the trigger on DELETE.
    again = f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id AND stage IN ('approved', 'published'))"
    return [*rows, f"CREATE TRIGGER IF NOT EXISTS {TABLE}_replaced BEFORE INSERT ON {TABLE} {again} {refuse}"]
