"""Many rows stored with one prepared statement: every column brought to what the database wants, as the fields do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from django.db.models.constants import OnConflict

from xinheng.ratings.models import Batch, Rating
from xinheng.ratings.record import Columns
from xinheng.vault.fields import seal


class Row(NamedTuple):
    """A rating to be stored: whose, its record and sum, the columns beside it, and what was in force before."""

    customer: int
    record: str
    sha256: str
    columns: Columns
    before: dict[str, Any]


_FIELDS: dict[str, Any] = {field.name: field for field in Rating._meta.concrete_fields if not field.primary_key}
_OWN = ("total", "grade_by_points", "grade", "vetoes", "limit", "terms_days", "points")
_BEFORE = ("before", "limit_before", "moved")
_SAME_FOR_ALL = ("version", "policy", "as_of", "made_at", "assessment", "batch")


def store(batch: Batch, rows: Sequence[Row], *, at: datetime) -> None:
    """Insert the ratings of a part of a batch; the record is closed for its row, as `save` would."""
    connection = connections[DEFAULT_DB_ALIAS]
    shared = {
        "version": batch.version_id, "policy": batch.version.policy_id, "as_of": batch.as_of, "made_at": at,
        "assessment": None, "batch": batch.pk,
    }  # fmt: skip
    same = [_FIELDS[name].get_db_prep_save(shared[name], connection) for name in _SAME_FOR_ALL]
    prepare = {name: _prepared(name, connection) for name in (*_OWN, *_BEFORE)}
    names = ("uid", "customer", "record", "sha256", *_OWN, *_BEFORE, *_SAME_FOR_ALL)
    own = [prepare[name] for name in _OWN]
    record, uid_of = _FIELDS["record"], _FIELDS["uid"].get_db_prep_value
    values = []
    for row in rows:
        uid, columns, before = uuid4(), row.columns, row.before
        place = record.place(SimpleNamespace(uid=uid, customer_id=row.customer))
        values.append(
            (
                uid_of(uid, connection), row.customer, seal(row.record, place).token, row.sha256,
                *[ready(getattr(columns, name)) for name, ready in zip(_OWN, own, strict=True)],
                *[prepare[name](before.get(name, "" if name == "before" else None)) for name in _BEFORE], *same,
            )
        )  # fmt: skip
    _insert(Rating, [_FIELDS[name].column for name in names], values)


# Rows of any model ------------------------------------------------------------------------------------------------------

FEW = 50
"""Up to so many rows are stored by the models themselves."""


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
    _insert(model, [field.column for field in fields], _values(fields, rows), suffix)


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


def _values(fields: Sequence[Any], rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection = connections[DEFAULT_DB_ALIAS]
    ready = [(field.attname, _brought(field, connection)) for field in fields]
    return [tuple(bring(getattr(row, name)) for name, bring in ready) for row in rows]


def _insert(model: type[Model], columns: Sequence[str], values: Sequence[Any], suffix: str = "") -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    table, marks = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks}) {suffix}".strip(), values)


def _prepared(name: str, connection: Any) -> Callable[[Any], Any]:
    return _brought(_FIELDS[name], connection)


def _brought(field: Any, connection: Any) -> Callable[[Any], Any]:
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
