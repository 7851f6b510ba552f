"""Changing keys: everything closed with an older key is closed anew, a few hundred values at a time, while others write.

Where the work stands is seen from the ciphertexts themselves, which name their key: cut off in the middle, it goes on
where it was. A value that somebody changes meanwhile is left to him: he has closed it with the new key already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.vault import files
from xinheng.vault.crypto import Unreadable
from xinheng.vault.fields import EncryptedTextField, Sealed, seal
from xinheng.vault.keys import Key, add_key, drop_key, keys

BATCH = 500
PASSES = 10
REST = timedelta(hours=1)
"""How long an older key is kept at least: a transaction that began before the change may still end after it."""


@dataclass(frozen=True, slots=True)
class Column:
    """An encrypted column of a model."""

    model: type[models.Model]
    field: EncryptedTextField

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.field.column}"


@dataclass(slots=True)
class Progress:
    """How far the work has come; `unreadable` names what does not open with any key."""

    values: int = 0
    files: int = 0
    unreadable: list[str] = field(default_factory=list)


def columns(of: Iterable[type[models.Model]] | None = None) -> list[Column]:
    """Give every encrypted column of the application, those of the histories included."""
    every = apps.get_models(include_auto_created=True) if of is None else of
    return [
        Column(model, one) for model in every for one in model._meta.local_fields if isinstance(one, EncryptedTextField)
    ]


def rotate(among: Sequence[Column] | None = None, *, with_files: bool = True) -> Iterator[Progress]:
    """Make a new key and close everything with it, or go on with what was cut off; give the progress after each batch."""
    wanted = columns() if among is None else among
    if not is_unfinished(wanted, with_files=with_files):
        add_key()
    yield from close_anew(wanted, with_files=with_files)


def close_anew(among: Sequence[Column], *, with_files: bool = True) -> Iterator[Progress]:
    """Close with the current key what another closed; again until nothing is found that could be."""
    progress = Progress()
    for _pass in range(PASSES):
        before, seen = progress.values + progress.files, list(progress.unreadable)
        progress.unreadable = []
        for column in among:
            yield from _close_column_anew(column, progress)
        if with_files:
            yield from _close_files_anew(progress)
        if progress.values + progress.files == before and progress.unreadable == seen:
            return


def is_unfinished(among: Sequence[Column], *, with_files: bool = True) -> bool:
    """Say whether anything is still closed with an older key."""
    if any(_older(column).exists() for column in among):
        return True
    current = keys().current.id
    return with_files and any(files.key_id_of_file(name) not in {current, None} for name in files.names())


def in_use(among: Sequence[Column] | None = None, *, with_files: bool = True) -> dict[str, int]:
    """Count the values and files by the key that closed them."""
    counts = dict.fromkeys(keys().by_id, 0)
    for column in columns() if among is None else among:
        for token in column.model._base_manager.exclude(**{column.field.name: None}).values_list(
            column.field.name, flat=True
        ).iterator():  # fmt: skip
            _count(counts, token)
    for name in files.names() if with_files else ():
        key_id = files.key_id_of_file(name)
        if key_id is not None:
            counts[key_id] = counts.get(key_id, 0) + 1
    return counts


def drop_unused(*, at: datetime, among: Sequence[Column] | None = None) -> list[Key]:
    """Remove older keys that nothing is closed with and that have rested for an hour; refuse while one is in use."""
    held = keys()
    older = [key for key in held.by_id.values() if key.id != held.current.id]
    counts = in_use(among)
    for key in older:
        if counts.get(key.id):
            raise Refusal(
                _("密钥 {id} 还有 {count} 处在用, 不能删除。先运行 xinheng keys rotate 把它们换成新密钥。").format(
                    id=key.id, count=counts[key.id]
                )
            )
    rested = [key for key in older if key.retired_at is None or at - key.retired_at >= REST]
    for key in rested:
        drop_key(key.id)
    return rested


def _count(counts: dict[str, int], token: Sealed) -> None:
    try:
        key_id = token.key_id
    except Unreadable:
        key_id = "?"
    counts[key_id] = counts.get(key_id, 0) + 1


def _older(column: Column) -> models.QuerySet[Any]:
    """Give the rows whose value the current key did not close."""
    name = column.field.name
    return column.model._base_manager.exclude(Q(**{name: None}) | Q(**{f"{name}__closed_with": keys().current.id}))


def _close_column_anew(column: Column, progress: Progress) -> Iterator[Progress]:
    names = {column.model._meta.pk.attname, column.field.attname, *column.field.bound_to}
    last: Any = None
    while True:
        rows = _older(column).order_by("pk").only(*names)
        found = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        if not found:
            return
        last = found[-1].pk
        progress.values += _swap(column, found, progress)
        yield progress


def _swap(column: Column, rows: Sequence[models.Model], progress: Progress) -> int:
    """Close the values of some rows anew, each only if it is still what was read."""
    swaps = []
    for row in rows:
        old: Sealed = row.__dict__[column.field.attname]
        place = column.field.place(row)
        try:
            swaps.append((seal(old.open(place), place).token, row.pk, old.token))
        except Unreadable as why:
            progress.unreadable.append(f"{column} {row.pk}: {why}")
    names = (column.model._meta.db_table, column.field.column, column.model._meta.pk.column)
    table, name, key = (connection.ops.quote_name(str(one)) for one in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", swaps)
        return max(int(cursor.rowcount), 0)


def _close_files_anew(progress: Progress) -> Iterator[Progress]:
    for name in files.names():
        try:
            if files.close_anew(name):
                progress.files += 1
                yield progress
        except Unreadable as why:
            progress.unreadable.append(f"{name}: {why}")
