"""Whether the application is set up here: what must be there before it may serve."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.upkeep.models import Beat

BEAT_FILE = "beat.json"
"""In the data folder: the last serial of the worker's sign of life, written after the database has it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which the application may not serve, and what to do."""

    what: str
    do: str


def missing() -> list[Missing]:
    """Name what is missing, most basic first; empty where the application may serve."""
    if not settings.SETTINGS_FILE.exists() and not settings.HAS_SECRET_KEY:
        return [
            Missing(
                _("{folder} 里还没有信衡。").format(folder=settings.HOME),
                _("先运行 xinheng init; 若在别处, 用环境变量 XINHENG_HOME 指明。"),
            )
        ]
    found = []
    if not settings.HAS_SECRET_KEY:
        found.append(Missing(_("没有签名密钥 secret_key。"), _("在 {file} 里补上, 或重新运行 xinheng init。").format(
            file=settings.SETTINGS_FILE)))  # fmt: skip
    if not has_keys():
        found.append(
            Missing(
                _("没有密钥文件 {file}, 加密的内容读不出来。").format(file=settings.KEYS_FILE),
                _("把备份时另存的密钥文件放回去; 新装的运行 xinheng init。"),
            )
        )
    return found or _missing_in_database()


def _missing_in_database() -> list[Missing]:
    try:
        waiting = unapplied()
    except (OperationalError, DatabaseError) as wrong:
        return [
            Missing(
                _("连不上数据库: {error}").format(error=str(wrong).strip()),
                _("看数据库是否在运行, DATABASE_URL 是否写对。"),
            )
        ]
    if waiting:
        return [
            Missing(
                _("数据库结构比程序旧, 少 {count} 步, 如 {first}。").format(count=len(waiting), first=waiting[0]),
                _("先备份, 再运行 xinheng init 更新结构。"),
            )
        ]
    stale = staleness()
    return [stale] if stale else []


def has_keys() -> bool:
    """Say whether the keys for encrypted columns and files are there, in the file or in the environment."""
    from xinheng.vault import keys

    with contextlib.suppress(Refusal):
        return bool(keys.keys())
    return False


def unapplied() -> list[str]:
    """Name the migrations that the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def staleness() -> Missing | None:
    """Say so where the database is older than this data folder: somebody put back a plain copy of a running database."""
    known = read_beat()
    stored = Beat.objects.filter(part="worker").values_list("serial", flat=True).first() or 0
    if known is None or stored >= known:
        return None
    return Missing(
        _(
            "数据库比这个文件夹旧 (数据库记到 {stored}, 文件夹记到 {known}): 像是放回了运行中数据库的拷贝, 最近的改动不在里面。"
        ).format(stored=stored, known=known),
        _("用 xinheng restore 从备份恢复到一个空文件夹。确知要用这个数据库的, 删去 {file}。").format(
            file=settings.HOME / BEAT_FILE
        ),
    )


def read_beat() -> int | None:
    """Give the serial that the data folder knows; None where there is none."""
    try:
        return int(json.loads((settings.HOME / BEAT_FILE).read_text(encoding="utf-8"))["serial"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def demand_initialised() -> None:
    """Refuse unless the application may serve."""
    found = missing()
    if found:
        raise Refusal("\n".join(f"{one.what}{one.do}" for one in found))
