"""The jobs of batches: rating everybody, bringing them into force, going on with what stands still."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from xinheng.ratings import running
from xinheng.ratings.actions.batches import UNFINISHED
from xinheng.ratings.models import Batch


@task()
def rate(pk: int) -> None:
    """Rate the customers of a batch."""
    running.run(pk)


@task()
def apply(pk: int) -> None:
    """Bring a batch into force."""
    running.apply(pk)


def begin(batch: Batch) -> None:
    """Let a job do what the batch waits for; a second job for the same finds nothing to do."""
    if batch.state in {Batch.State.WAITING, Batch.State.RUNNING}:
        rate.enqueue(batch.pk)
    elif batch.state == Batch.State.APPLYING:
        apply.enqueue(batch.pk)


def resume() -> int:
    """Go on with every batch whose job gave no sign any more; gives how many."""
    before = timezone.now() - running.LEASE
    silent = Q(beat_at__lt=before) | Q(beat_at__isnull=True, at__lt=before)
    standing = list(Batch.objects.filter(silent, state__in=UNFINISHED))
    for batch in standing:
        begin(batch)
    return len(standing)
