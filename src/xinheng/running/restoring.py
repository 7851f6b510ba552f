"""Restoring a backup into an empty folder and an empty database, and comparing what came out with what went in."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.running.backing_up import column_names, copy_out, own_connection, table_names
from xinheng.running.backup_format import SQLITE_FILE, Manifest, chunks
from xinheng.running.home import PRIVATE_FILE, PRIVATE_FOLDER


def demand_fitting(manifest: Manifest) -> None:
    """Refuse unless the database named here is of the backup's kind, can be reached, and is empty."""
    if connection.vendor != manifest.engine:
        raise Refusal(
            _("备份来自 {engine}, 这里设的数据库是 {here}。请用 --database-url 指明一个空的 {engine} 数据库。").format(
                engine=manifest.engine, here=connection.vendor
            )
        )
    if connection.vendor == "sqlite":
        if Path(connection.settings_dict["NAME"]).exists():
            raise Refusal(_not_empty(connection.settings_dict["NAME"]))
        return
    try:
        there = connection.introspection.table_names()
    except (OperationalError, DatabaseError) as wrong:
        raise Refusal(_("连不上数据库: {error}").format(error=str(wrong).strip())) from wrong
    if there:
        raise Refusal(_not_empty(connection.settings_dict["NAME"]))
    known = MigrationExecutor(None).loader.disk_migrations
    unknown = [name for name in manifest.migrations if tuple(name.split(".", 1)) not in known]
    if unknown:
        raise Refusal(
            _(
                "备份由版本 {version} 做成, 这个版本不认识其中的结构 {name}。请用版本 {version} 或更新的版本恢复。"
            ).format(version=manifest.version, name=unknown[0])
        )


def _not_empty(name: object) -> str:
    return _("数据库 {name} 不是空的。恢复从不覆盖已有的数据, 请指明一个空的数据库。").format(name=name)


def unpack_folders(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the papers and the anchors in their folders."""
    targets = {"papers": Path(settings.PAPERS_FOLDER), "anchors": Path(settings.ANCHORS_FOLDER)}
    for folder in targets.values():
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for name in manifest.files:
        kind, _slash, inside = name.partition("/")
        if kind not in targets:
            continue
        target = targets[kind] / inside
        if not target.resolve().is_relative_to(targets[kind].resolve()):
            raise Refusal(_("备份里的文件名 {name} 指到文件夹之外, 拒绝恢复。").format(name=name))
        target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        _extract(archive, name, target)


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    with archive.open(name) as source, target.open("xb") as out:
        target.chmod(PRIVATE_FILE)
        shutil.copyfileobj(source, out, 1 << 20)


def restore_database(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Fill the empty database, then compare: mark, rows of each table, sums. Raises Refusal where something differs."""
    if manifest.engine == "sqlite":
        _restore_sqlite(archive, manifest)
    else:
        _restore_postgres(archive, manifest)


def _restore_sqlite(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    target = Path(connection.settings_dict["NAME"])
    _extract(archive, SQLITE_FILE, target)
    held = sqlite3.connect(f"file:{target}?mode=ro", uri=True)
    try:
        _demand(held.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity_check")
        for name, table in manifest.tables.items():
            _demand(held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] == table.rows, name)
        found = held.execute("SELECT count(*) FROM upkeep_backupmark WHERE token = ?", (manifest.mark,)).fetchone()[0]
        _demand(found == 1, "upkeep_backupmark")
    finally:
        held.close()


def _restore_postgres(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Make the tables as the backup's version had them, and fill all of them in one transaction."""
    executor = MigrationExecutor(connection)
    executor.migrate(_leaves(executor, manifest))
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL's has it
    with own_connection() as database, database.cursor() as cursor:
        names = table_names(cursor)
        _demand(set(names) == set(manifest.tables), ", ".join(sorted(set(names) ^ set(manifest.tables))))
        for name in names:
            # Rows made by the migrations themselves give way; the record's triggers would refuse that.
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in names))
        for name, table in manifest.tables.items():
            _fill(cursor, archive, name, table.columns)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        for name, value in manifest.sequences.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [name, value])
        _compare(cursor, manifest)


def _leaves(executor: MigrationExecutor, manifest: Manifest) -> list[tuple[str, str | None]]:
    """Give the last migrations of the backup: those that no other of its migrations follows in the same app."""
    applied = {tuple(name.split(".", 1)) for name in manifest.migrations}
    graph = executor.loader.graph
    known = [key for key in applied if key in graph.nodes]
    followed = {parent.key for key in known for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
    return [(app, name) for app, name in sorted(set(known) - followed)]


def _fill(cursor: Any, archive: zipfile.ZipFile, name: str, columns: tuple[str, ...]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    with archive.open(f"database/{name}.copy") as source, cursor.copy(f'COPY "{name}" ({listed}) FROM STDIN') as into:
        for chunk in chunks(source):
            into.write(chunk)


def _compare(cursor: Any, manifest: Manifest) -> None:
    """Write every table out again and compare its sum with that of the backup."""
    for name, table in manifest.tables.items():
        digest = hashlib.sha256()
        _demand(set(column_names(cursor, name)) == set(table.columns), name)
        with cursor.copy(copy_out(name, table.columns)) as out:
            for chunk in out:
                digest.update(chunk)
        _demand(cursor.rowcount == table.rows, name)
        _demand(digest.hexdigest() == manifest.files[f"database/{name}.copy"].sha256, name)
    cursor.execute("SELECT count(*) FROM upkeep_backupmark WHERE token = %s", [manifest.mark])
    _demand(cursor.fetchone()[0] == 1, "upkeep_backupmark")


def _demand(holds: bool, place: str) -> None:
    if not holds:
        raise Refusal(_("恢复后与备份不一致: {place}。没有恢复成功, 请换一份备份或另报维护者。").format(place=place))
