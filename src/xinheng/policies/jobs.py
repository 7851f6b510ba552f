"""The jobs of this room: trials, and going on with those whose job died."""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from xinheng.policies import trying
from xinheng.policies.actions.publishing import is_due_again, remind_late_readers
from xinheng.policies.actions.trying import AT_WORK, LEASE
from xinheng.policies.models import Trial, Version
from xinheng.workflow.acts import State
from xinheng.workflow.models import Item


@task()
def run_trial(pk: int) -> None:
    """Do a trial."""
    trying.run(pk)


def begin(trial: Trial) -> None:
    """Let a job do the trial; a second job for the same finds nothing to do."""
    run_trial.enqueue(trial.pk)


def resume() -> int:
    """Begin again every trial whose job gave no sign any more; gives how many."""
    before = timezone.now() - LEASE
    silent = Q(beat_at__lt=before) | Q(beat_at__isnull=True, at__lt=before)
    standing = list(Trial.objects.filter(silent, state__in=AT_WORK))
    for trial in standing:
        begin(trial)
    return len(standing)


def daily(*, on: date) -> None:
    """Begin again what stands still; remind those who are late with reading a new version."""
    resume()
    late = Item.objects.filter(
        subject_type=ContentType.objects.get_for_model(Version), act="read", round__isnull=True, state=State.OPEN,
        due_on__lt=on,
    )  # fmt: skip
    wanted = {int(item.subject_id) for item in late if is_due_again(item, on)}
    for version in Version.objects.filter(pk__in=wanted):
        remind_late_readers(version, on=on)
