"""Setting the application up: the tables, the keys, the first administrator. Done again, it changes nothing that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.running.home import PRIVATE_FILE, PRIVATE_FOLDER
from xinheng.running.state import unapplied


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did (`done`), or what it found there already."""

    text: str
    done: bool


def prepare() -> list[Step]:
    """Make the folders, the keys and the tables that are not there yet; tell each."""
    return [_folders(), _keys(), _tables()]


def _folders() -> Step:
    new = [
        folder
        for folder in (settings.PAPERS_FOLDER, settings.ANCHORS_FOLDER, settings.STATIC_ROOT)
        if not folder.exists()
    ]
    for folder in new:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    return Step(_("数据文件夹 {folder}").format(folder=settings.HOME), bool(new))


def _keys() -> Step:
    from xinheng.vault import keys

    if keys.are_in_environment():
        return Step(_("密钥来自环境变量 XINHENG_KEYS"), done=False)
    new = not keys.key_file().exists()
    if new:
        keys.make()
    return Step(_("密钥文件 {file}").format(file=keys.key_file()), new)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let an SQLite database that holds nothing yet reach the disk once, at the end, and not after each of its tables."""
    if connection.vendor != "sqlite" or connection.introspection.table_names():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _tables() -> Step:
    database = connection.settings_dict
    try:
        waiting = unapplied()
        if waiting:
            with _unhurried():
                call_command("migrate", interactive=False, verbosity=0)
    except (OperationalError, DatabaseError) as wrong:
        raise Refusal(
            _("不能在数据库里建表: {error}。看数据库是否在运行、是否已建库、账号能否建表。").format(
                error=str(wrong).strip().splitlines()[0]
            )
        ) from wrong
    if connection.vendor == "sqlite":
        settings.HOME.joinpath(str(database["NAME"])).chmod(PRIVATE_FILE)
    named = database["NAME"] if connection.vendor == "sqlite" else f"{connection.vendor} {database['NAME']}"
    return Step(_("数据库 {name}").format(name=named), bool(waiting))
