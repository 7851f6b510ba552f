"""How the application itself fares, for the system administrator's home: backup, worker, daily jobs, the record's seals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from xinheng.audit.models import Seal
from xinheng.upkeep.models import BackupMark, Beat, DailyRun

BACKUP_AGE = timedelta(days=2)
BEAT_AGE = timedelta(minutes=2)
SEAL_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of life: when it last was, and whether that is long ago."""

    label: str
    at: datetime | None
    is_good: bool
    what_to_do: str


def signs(now: datetime) -> list[Sign]:
    """Give the signs of life, each with what to do where it is missing or old."""
    backup = BackupMark.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    beat = Beat.objects.filter(part="worker").first()
    seal = Seal.objects.order_by("-number").first()
    run = DailyRun.objects.filter(state=DailyRun.State.DONE).order_by("-finished_at").first()
    failed = DailyRun.objects.filter(state=DailyRun.State.FAILED, day__gte=now.date() - timedelta(days=7)).first()
    told: tuple[tuple[str, datetime | None, timedelta, str], ...] = (
        (_("最近的备份"), backup.finished_at if backup else None, BACKUP_AGE, _("运行 xinheng backup, 并让它每天自动运行。")),
        (_("后台进程"), beat.at if beat else None, BEAT_AGE, _("后台停着, 提醒、导入、封存也停着。运行 xinheng work。")),
        (_("留痕封存"), seal.made_at if seal else None, SEAL_AGE, _("留痕还没有封进哈希链。后台运行时会自动封存。")),
        (_("每日任务"), run.finished_at if run else None, SEAL_AGE * 2, _("每天至少运行一次 xinheng tick, 或让后台一直运行。")),
    )  # fmt: skip
    found = [
        Sign(label, at, at is not None and now - at <= age, "" if at is not None and now - at <= age else advice)
        for label, at, age, advice in told
    ]
    if failed is not None:
        told_of = _("{job} 在 {day} 没有做完, 会自动再试。原因: {note}").format(
            job=failed.job, day=failed.day, note=failed.note[:200]
        )
        found.append(Sign(_("失败的任务"), failed.finished_at, False, told_of))
    return found
