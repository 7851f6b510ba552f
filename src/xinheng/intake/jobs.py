"""The jobs of imports: look, dry run, run; going on with what stands still; clearing away what is old."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from xinheng.intake import running
from xinheng.intake.models import AT_WORK, OVER, Import, ImportRow, State
from xinheng.vault import files

KEEP_DAYS = 90
"""The files of an import hold what customers are, and are cleared away so long after its end; the figures stay."""


@task()
def look_at(pk: int) -> None:
    """Look at a large file."""
    running.look_at(pk)


@task()
def check(pk: int) -> None:
    """Do the dry run."""
    running.check(pk)


@task()
def run(pk: int) -> None:
    """Do the run."""
    running.run(pk)


def begin(of: Import) -> None:
    """Let a job do what the import is waiting for; a second job for the same finds nothing to do."""
    if of.state == State.UPLOADED and not of.headings:
        look_at.enqueue(of.pk)
    elif of.state in {State.MAPPED, State.CHECKING}:
        check.enqueue(of.pk)
    elif of.state in {State.CONFIRMED, State.RUNNING}:
        run.enqueue(of.pk)


def resume() -> int:
    """Go on with every import whose job gave no sign any more; gives how many. For the start of a worker, and each day."""
    silent = Q(beat_at__isnull=True) | Q(beat_at__lt=timezone.now() - running.LEASE)
    standing = list(Import.objects.filter(silent, state__in=AT_WORK))
    for of in standing:
        begin(of)
    return len(standing)


def daily(*, on: date) -> None:
    """Go on with what stands still, and clear away the files of imports that ended long ago."""
    resume()
    for of in Import.objects.filter(created_at__date__lt=on - timedelta(days=KEEP_DAYS)).exclude(kept=""):
        if of.state in OVER or of.state in {State.UPLOADED, State.CHECKED}:
            clear_away(of)


def clear_finished(target: str) -> int:
    """Clear away every import of a kind that is over: somebody in them is being erased. Gives how many rows were kept.

    Which of them he stood in is not asked: the files are kept for convenience alone, and go by themselves anyway.
    """
    count = 0
    for of in Import.objects.filter(target=target, state__in=OVER):
        count += ImportRow.objects.filter(of=of).delete()[0]
        names = [name for name in (of.kept, of.returned) if name]
        Import.objects.filter(pk=of.pk).update(kept="", returned="", returned_ending="")
        for name in names:
            transaction.on_commit(partial(files.remove, name))
    return count


def clear_away(of: Import) -> None:
    """Erase the file, the failed rows and what is quoted from them."""
    for name in (of.kept, of.returned):
        if name:
            files.remove(name)
    ImportRow.objects.filter(of=of).delete()
    of.kept = of.returned = of.returned_ending = ""
    of.headings = []
    if of.state not in OVER:
        of.state, of.finished_at = State.CANCELLED, timezone.now()
    of.save()
