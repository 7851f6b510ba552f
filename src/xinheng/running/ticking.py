"""The daily run: each room's job once for each day, missed days made up, a failure told and tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from xinheng.audit.origin import coming_from
from xinheng.upkeep.models import DailyRun

State = DailyRun.State
CATCH_UP_DAYS = 31
"""How many missed days are made up: a month covers the longest holiday; what is older, the later days' jobs find anyway."""
DEAD_AFTER = timedelta(hours=2)
"""A run that began so long ago and never ended was cut off with its process."""


@dataclass(frozen=True, slots=True)
class Job:
    """A room's daily job: `run(on=day)` does what is due on the day and may say in a few words what it did."""

    name: str
    run: Callable[..., Any]


def jobs() -> list[Job]:
    """Give the daily jobs of the rooms, lowest room first."""
    return [
        Job(room, module.daily)
        for room in settings.ROOMS
        if find_spec(f"xinheng.{room}.jobs")
        for module in [import_module(f"xinheng.{room}.jobs")]
        if hasattr(module, "daily")
    ]


def tick(today: date, *, among: Sequence[Job] | None = None) -> Iterator[DailyRun]:
    """Do what has not been done, missed days first; give each run that was tried now.

    Called twice, by the worker or by hand, nothing is done twice; two at a time share the work.
    """
    wanted = jobs() if among is None else among
    for day in _days(today, [job.name for job in wanted]):
        for job in wanted:
            run = _claimed(day, job.name)
            if run is not None:
                yield _done(run, job)


def is_due(today: date) -> bool:
    """Say whether something is left to do for today or for a missed day."""
    names = [job.name for job in jobs()]
    return any(
        DailyRun.objects.filter(day=day, job__in=names, state=State.DONE).count() < len(names)
        for day in _days(today, names)
    )


def _days(today: date, names: Sequence[str]) -> list[date]:
    """Give the days to see to: from the first not wholly done after a run was ever made, at most a month back, to today."""
    first = DailyRun.objects.filter(job__in=names).order_by("day").values_list("day", flat=True).first()
    begin = max(first or today, today - timedelta(days=CATCH_UP_DAYS))
    return [begin + timedelta(days=passed) for passed in range((today - begin).days + 1)]


def _claimed(day: date, name: str) -> DailyRun | None:
    """Take a run that is waiting, has failed or was cut off; None where it is done, or another is at it."""
    run, _new = DailyRun.objects.get_or_create(day=day, job=name)
    now = timezone.now()
    free = Q(state__in=(State.WAITING, State.FAILED)) | Q(state=State.RUNNING, started_at__lt=now - DEAD_AFTER)
    taken = DailyRun.objects.filter(free, pk=run.pk).update(
        state=State.RUNNING, started_at=now, finished_at=None, tries=F("tries") + 1
    )
    if not taken:
        return None
    run.refresh_from_db()
    return run


def _done(run: DailyRun, job: Job) -> DailyRun:
    """Run the job; whatever it raises is written down, and the other jobs go on."""
    try:
        with coming_from("job"):
            said = job.run(on=run.day)
    except Exception as wrong:
        _finish(run, State.FAILED, f"{type(wrong).__name__}: {wrong}", timezone.now())
    else:
        _finish(run, State.DONE, "" if said is None else str(said), timezone.now())
    return run


def _finish(run: DailyRun, state: str, note: str, at: datetime) -> None:
    run.state, run.note, run.finished_at = state, note[:2000], at
    with transaction.atomic():
        run.save()
