"""Many rows stored with one prepared statement: every column brought to what the database wants, as the fields do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from django.db.models.constants import OnConflict

FEW = 50
"""Up to so many rows are stored by the models themselves."""


def insert_one(row: Model, *, unless_known: bool = False) -> bool:
    """Insert a new row as its `save` would, but for signals, by a statement that is written once; it is told its key.

    `unless_known` leaves it out, and gives False, where a unique constraint says that it is there already.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    fields, statement = _insert_of(type(row), connection.vendor, unless_known)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, DEFAULT_DB_ALIAS
    return True


@cache
def _insert_of(model: type[Model], _vendor: str, unless_known: bool) -> tuple[list[Any], str]:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    names, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    unless = "ON CONFLICT DO NOTHING " if unless_known else ""
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"
    return fields, f"{into} {unless}RETURNING {quote('id')}"


def insert(model: type[Model], rows: Sequence[Any], *, known_too: bool = False) -> None:
    """Insert many rows as `bulk_create` would, which writes out each value anew; they are not told their keys.

    `known_too` leaves out what is there already, by whatever constraint.
    """
    if len(rows) <= FEW:
        model._base_manager.bulk_create(rows, ignore_conflicts=known_too)
        return
    connection = connections[DEFAULT_DB_ALIAS]
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    suffix = connection.ops.on_conflict_suffix_sql(fields, OnConflict.IGNORE if known_too else None, [], [])
    insert_values(model, [field.column for field in fields], _values(fields, rows), suffix)


def update(model: type[Model], rows: Sequence[Any], *names: str) -> None:
    """Write some fields of many rows, each found by its key."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    set_ = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    values = [(*told, row.pk) for told, row in zip(_values(fields, rows), rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(model._meta.db_table)} SET {set_} WHERE {quote('id')} = %s", values)


def insert_values(
    model: type[Model], columns: Sequence[str], values: Sequence[Sequence[Any]], suffix: str = ""
) -> None:
    """Insert rows given as values in the order of the columns, brought to the database already."""
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    table, marks = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks}) {suffix}".strip(), values)


def insert_told(model: type[Model], columns: Sequence[Sequence[Any]], same: dict[str, Any], *names: str) -> list[int]:
    """Insert rows given column by column, with what is the `same` in all of them, and give their keys in their order.

    Fields in neither have their defaults. Keys are taken from the database first; on SQLite the caller's transaction
    keeps every other writer out until it ends.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    fields: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields if not field.primary_key}
    same = {name: field.get_default() for name, field in fields.items() if name not in names} | same
    keys = _next_keys(model, len(columns[0]))
    brought = [[*map(bring(fields[name], connection), told)] for name, told in zip(names, columns, strict=True)]
    alike = [fields[name].get_db_prep_save(value, connection) for name, value in same.items()]
    heads = [model._meta.pk.column, *(fields[name].column for name in (*names, *same))]
    insert_values(model, heads, [(*row, *alike) for row in zip(keys, *brought, strict=True)])
    return keys


def _next_keys(model: type[Model], count: int) -> list[int]:
    """Take as many keys as are needed; nobody else is given any of them."""
    connection, table = connections[DEFAULT_DB_ALIAS], model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
            last = found[0] if found else 0
            return list(range(last + 1, last + 1 + count))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def bring(field: Any, connection: Any) -> Callable[[Any], Any]:
    """Give how a column's values are brought to the database; what comes again and again is brought once."""
    known: dict[Any, Any] = {}
    if field.get_internal_type() == "JSONField":
        return lambda value: field.get_db_prep_save(value, connection)

    def ready(value: Any) -> Any:
        found = known.get(value, known)
        if found is known:
            if len(known) > 50_000:
                known.clear()
            found = known[value] = field.get_db_prep_save(value, connection)
        return found

    return ready


def _values(fields: Sequence[Any], rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection = connections[DEFAULT_DB_ALIAS]
    ready = [(field.attname, bring(field, connection)) for field in fields]
    return [tuple(bring(getattr(row, name)) for name, bring in ready) for row in rows]
