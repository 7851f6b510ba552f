"""Many ratings stored with one prepared statement, each closed for its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections

from xinheng.ratings.models import Batch, Rating
from xinheng.ratings.record import Columns
from xinheng.upkeep.rows import bring, insert, insert_values, update
from xinheng.vault.fields import seal

__all__ = ["Row", "insert", "store", "update"]


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
    insert_values(Rating, [_FIELDS[name].column for name in names], values)


def _prepared(name: str, connection: Any) -> Callable[[Any], Any]:
    return bring(_FIELDS[name], connection)
