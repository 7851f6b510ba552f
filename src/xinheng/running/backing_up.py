"""A backup while people work: one moment of the database by the database's own means, and the papers."""

from __future__ import annotations

import os
import secrets
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng import __version__
from xinheng.audit.record import SYSTEM, act, record
from xinheng.running.backup_format import FORMAT, MANIFEST, SQLITE_FILE, Entry, Manifest, Summing, Table, chunks
from xinheng.running.home import PRIVATE_FILE, write_private
from xinheng.upkeep.models import BackupMark

NEVER = (".lock", ".tmp", ".part")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, and what it holds."""

    file: Path
    manifest: Manifest
    left_out: tuple[str, ...]
    """Files that went away while the backup was made: withdrawn or erased since."""

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(table.rows for table in self.manifest.tables.values())

    @property
    def papers(self) -> int:
        """The encrypted files of the papers."""
        return sum(name.startswith("papers/") for name in self.manifest.files)


def back_up(file: Path, *, at: datetime) -> Backup:
    """Write a backup to `file`, which appears only when it is whole; refuses to write over anything."""
    if file.exists():
        raise Refusal(_("{file} 已经有了, 备份不会覆盖它。请换一个名字。").format(file=file))
    if not file.parent.is_dir():
        raise Refusal(_("没有文件夹 {folder}, 请先建立。").format(folder=file.parent))
    mark = BackupMark.objects.create(token=secrets.token_hex(16), at=at)
    draft = file.with_name(f".{file.name}.part")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                made = _write(archive, file, mark.token, at)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    _done(mark, made, file)
    return made


@act
def _done(mark: BackupMark, made: Backup, file: Path) -> None:
    """Note that the backup is whole, and leave a line in the record."""
    mark.finished_at, mark.file, mark.size = timezone.now(), str(file), file.stat().st_size
    mark.save()
    after = {"文件": mark.file, "大小": mark.size, "行": made.rows, "档案文件": made.papers}
    record("upkeep.back_up", mark, by=SYSTEM, after=after)


def _write(archive: zipfile.ZipFile, file: Path, mark: str, at: datetime) -> Backup:
    files: dict[str, Entry] = {}
    # The anchors before the database, which then is never behind them; the papers after it, for it knows no later ones.
    left_out = _folder(archive, files, "anchors", Path(settings.ANCHORS_FOLDER))
    tables, sequences, migrations = (_sqlite if connection.vendor == "sqlite" else _postgres)(archive, files)
    left_out += _folder(archive, files, "papers", Path(settings.PAPERS_FOLDER))
    manifest = Manifest(
        format=FORMAT, version=__version__, engine=connection.vendor, made_at=at.isoformat(), mark=mark,
        migrations=migrations, tables=tables, sequences=sequences, files=files,
    )  # fmt: skip
    archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    return Backup(file, manifest, tuple(left_out))


@contextmanager
def _entry(archive: zipfile.ZipFile, files: dict[str, Entry], name: str, *, stored: bool = False) -> Iterator[Summing]:
    told = zipfile.ZipInfo(name)
    told.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    told.external_attr = PRIVATE_FILE << 16
    with archive.open(told, "w", force_zip64=True) as target:
        summing = Summing(target)
        yield summing
    files[name] = summing.entry


def _folder(archive: zipfile.ZipFile, files: dict[str, Entry], name: str, folder: Path) -> list[str]:
    """Put in the files of a folder as they are; what is closed does not get smaller, so it is only stored."""
    left_out = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if not path.is_file() or path.name.startswith(".") or path.suffix in NEVER:
            continue
        try:
            with path.open("rb") as source, _entry(archive, files, inside, stored=name == "papers") as target:
                for chunk in chunks(source):
                    target.write(chunk)
        except FileNotFoundError:
            left_out.append(inside)
    return left_out


Written = tuple[dict[str, Table], dict[str, int], tuple[str, ...]]


def _sqlite(archive: zipfile.ZipFile, files: dict[str, Entry]) -> Written:
    """Have SQLite write one moment of itself into a new file, without pages that were given up, while others write."""
    with TemporaryDirectory(dir=settings.HOME, prefix=".backup-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        source = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)
        try:
            source.execute("VACUUM INTO ?", (str(copy),))
        finally:
            source.close()
        held = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
        try:
            told = held.execute("PRAGMA quick_check").fetchall()
            if told != [("ok",)]:
                raise Refusal(_("数据库自检不通过, 没有做成备份: {error}").format(error=told[0][0]))
            names = [
                name for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            tables = {
                name: Table(rows=held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
                for name in names
                if not name.startswith("sqlite_")
            }
            migrations = tuple(f"{app}.{name}" for app, name in held.execute(_MIGRATIONS))
        finally:
            held.close()
        with copy.open("rb") as read, _entry(archive, files, SQLITE_FILE) as target:
            for chunk in chunks(read):
                target.write(chunk)
    return tables, {}, migrations


_MIGRATIONS = f"SELECT app, name FROM {MigrationRecorder.Migration._meta.db_table} ORDER BY id"


def _postgres(archive: zipfile.ZipFile, files: dict[str, Entry]) -> Written:
    """Copy every table out of one snapshot, which others' writing does not change; needs no tools of the client."""
    tables: dict[str, Table] = {}
    with own_connection() as database, database.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name in table_names(cursor):
            columns = column_names(cursor, name)
            with _entry(archive, files, f"database/{name}.copy") as target, cursor.copy(copy_out(name, columns)) as out:
                for chunk in out:
                    target.write(chunk)
            tables[name] = Table(rows=max(cursor.rowcount, 0), columns=columns)
        cursor.execute(
            "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()"
        )
        sequences = {name: value for name, value in cursor.fetchall() if value}
        cursor.execute(_MIGRATIONS)
        migrations = tuple(f"{app}.{name}" for app, name in cursor.fetchall())
    return tables, sequences, migrations


@contextmanager
def own_connection() -> Iterator[Any]:
    """Open a PostgreSQL connection beside the pool; its one transaction is committed at the end, undone by an error."""
    import psycopg

    told = connection.get_connection_params()
    unwanted = {"pool", "cursor_factory", "context", "prepare_threshold", "server_side_binding", "isolation_level"}
    with psycopg.connect(**{name: value for name, value in told.items() if name not in unwanted}) as database:
        yield database


def table_names(cursor: Any) -> list[str]:
    """Name the tables of the schema in use."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return [name for (name,) in cursor.fetchall()]


def column_names(cursor: Any, table: str) -> tuple[str, ...]:
    """Name the columns that hold something of their own: a generated one is made again."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return tuple(name for (name,) in cursor.fetchall())


def copy_out(table: str, columns: tuple[str, ...]) -> str:
    """Give the statement that writes a table in a fixed order, so that equal tables give equal bytes."""
    listed = ", ".join(f'"{column}"' for column in columns)
    order = '"id"' if "id" in columns else listed
    return f'COPY (SELECT {listed} FROM "{table}" ORDER BY {order}) TO STDOUT'


def save_keys(target: Path) -> None:
    """Write the keys and the settings file, which a backup leaves out, to a file of their own."""
    if target.exists():
        raise Refusal(_("{file} 已经有了, 不会覆盖。请换一个名字。").format(file=target))
    from xinheng.running.keeping_keys import bundle

    write_private(target, bundle())
