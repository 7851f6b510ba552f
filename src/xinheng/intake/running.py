"""The work of a job: the look at a large file, the dry run, and the run itself, batch by batch.

A batch is one transaction: its rows and the new `cursor` are committed together, so that a run killed at any instant
goes on with no row twice and none left out. The import is locked in each batch and must still bear the mark of this
job: where somebody cancelled, or another job took over, nothing more is done.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from creditpolicy.language import language_in_use, use_language
from creditpolicy.problems import Refusal
from xinheng.audit.origin import coming_from
from xinheng.audit.record import act, record
from xinheng.intake import filing, returned
from xinheng.intake.actions import seen_in
from xinheng.intake.models import Import, ImportRow, State
from xinheng.intake.reading import Taken, look, planned, take
from xinheng.intake.targets import VERDICTS, Asked, Planned, Target, target_of
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.vault import files

LEASE = timedelta(seconds=90)
"""A job that gave no sign for so long is taken for ended; should it live after all, its mark is gone and it stops."""
BREATH = 0.12
"""Seconds of a pause between two batches on SQLite. It lets one write at a time, and who waits asks again every 0.1 s:
without a pause the import would have the database for itself, and everybody else's work would fail."""
BREATHLESS = 0.5
"""Seconds that batches may take together before there is a pause."""
SHOWN = 200
"""Rows of each kind that are kept to be looked at."""
MOST_FAILED = 20_000
"""Failed rows that are kept, and handed back."""

Stage = ImportRow.Stage


def look_at(pk: int) -> None:
    """Look at the headings of a file that was too large to be looked at while its sender waited."""
    of = Import.objects.get(pk=pk)
    if of.state != State.UPLOADED or of.headings:
        return
    with _at_work(of):
        with filing.opened(of) as path:
            seen = look(path, target_of(of.target), limits=filing.LIMITS)
        seen_in(of, seen, by=of.by)
        of.save()


def check(pk: int) -> None:
    """Read the whole file and say what each row would do; changes nothing but the import itself."""
    mark = _claim(pk, (State.MAPPED, State.CHECKING), State.CHECKING)
    if mark is None:
        return
    of = Import.objects.get(pk=pk)
    with _at_work(of):
        target, asked = target_of(of.target), _asked(of, timezone.localdate())
        with filing.opened(of) as path:
            taken = take(path, of)
            counts = _dry(of, mark, taken, target, asked)
            if counts is None:
                return
            ending = returned.hand_back_rows(of, path, Stage.DRY, taken.reading) if counts["failed"] else None
        _write_down(of, mark, state=State.CHECKED, planned=dict(counts), runner=None, **_kept_back(of, ending))


def _dry(of: Import, mark: uuid.UUID, taken: Taken, target: Target, asked: Asked) -> Counter[str] | None:
    ImportRow.objects.filter(of=of).delete()
    _write_down(of, mark, rows=len(taken), notes=list(taken.notes), planned={})
    counts: Counter[str] = Counter(dict.fromkeys(VERDICTS, 0))
    size = max(target.batch_size, 500)
    for start in range(0, len(taken), size):
        plans = [_told(plan, asked) for plan in planned(target, taken, taken.rows(start, size), asked)]
        _show(of, Stage.DRY, plans, counts)
        if not _write_down(of, mark, planned=dict(counts), beat_at=timezone.now()):
            return None
    return counts


def run(pk: int) -> None:
    """Take the rows in, from where the import is, to the end or until somebody cancels."""
    mark = _claim(pk, (State.CONFIRMED, State.RUNNING), State.RUNNING)
    if mark is None:
        return
    of = Import.objects.get(pk=pk)
    with _at_work(of):
        target = target_of(of.target)
        assert of.confirmed_on is not None
        with filing.opened(of) as path:
            taken = take(path, of)
            if len(taken) != of.rows:
                raise Refusal(_("文件与预演时不同, 没有继续。请重新上传。"))
            breathed = time.monotonic()
            while of.cursor < of.rows:
                if not _batch(of, mark, taken, target, of.confirmed_on):
                    return
                if connection.vendor == "sqlite" and time.monotonic() - breathed > BREATHLESS:
                    time.sleep(BREATH)
                    breathed = time.monotonic()
            failed = of.done.get("failed")
            ending = returned.hand_back_rows(of, path, Stage.RUN, taken.reading) if failed else None
        _finish(of, mark, ending)


def _batch(of: Import, mark: uuid.UUID, taken: Taken, target: Target, on: object) -> bool:
    """Commit one batch; False where the import is no longer this job's."""
    with transaction.atomic():
        held = Import.objects.select_for_update(of=("self",)).select_related("by").get(pk=of.pk)
        if held.runner != mark or held.state != State.RUNNING:
            return False
        asked = _asked(held, on)
        plans = [
            _told(plan, asked) for plan in planned(target, taken, taken.rows(held.cursor, target.batch_size), asked)
        ]
        to_do = [plan for plan in plans if plan.verdict in {"new", "changed"}]
        after = {plan.row.number: plan for plan in target.apply(to_do, asked)}
        plans = [after.get(plan.row.number, plan) for plan in plans]
        counts: Counter[str] = Counter({**dict.fromkeys(VERDICTS, 0), **held.done})
        _show(held, Stage.RUN, plans, counts)
        held.done, held.cursor, held.beat_at = dict(counts), held.cursor + len(plans), timezone.now()
        held.save(update_fields=["done", "cursor", "beat_at"])
    of.done, of.cursor = held.done, held.cursor
    return True


@act
def _finish(of: Import, mark: uuid.UUID, ending: tuple[str, str] | None) -> None:
    held = Import.objects.select_for_update(of=("self",)).get(pk=of.pk)
    if held.runner == mark and held.state == State.RUNNING:
        held.state, held.finished_at, held.runner = State.DONE, timezone.now(), None
        for name, value in _kept_back(held, ending).items():
            setattr(held, name, value)
        held.save()
    record("intake.finish", held, by=held.by, after={"rows": held.rows, "done": held.done, "state": held.state})


def _told(plan: Planned, asked: Asked) -> Planned:
    if plan.verdict == "changed" and asked.only_new:
        return replace(plan, verdict="unchanged", differences=())
    return plan


def _show(of: Import, stage: ImportRow.Stage, plans: Sequence[Planned], counts: Counter[str]) -> None:
    """Count the rows, and keep those worth showing."""
    rows = []
    for plan in plans:
        if counts[plan.verdict] < (MOST_FAILED if plan.verdict == "failed" else SHOWN):
            told: Any = {
                "label": plan.label[:200],
                "differences": [[each.label, each.before, each.after] for each in plan.differences],
                "reasons": [[each.text, each.field] for each in plan.reasons],
            }
            rows.append(ImportRow(of=of, stage=stage, number=plan.row.number, verdict=plan.verdict, told=told))
        counts[plan.verdict] += 1
    ImportRow.objects.bulk_create(rows, batch_size=500)


def _asked(of: Import, on: object) -> Asked:
    person = Person.objects.get(pk=of.by_id)
    if not person.is_active or not may(person, target_of(of.target).permission):
        raise Refusal(_("{person}已经不能办理这种导入, 没有继续。").format(person=person))
    return Asked(person, on, of.options)  # type: ignore[arg-type]


def _claim(pk: int, states: tuple[State, ...], into: State) -> uuid.UUID | None:
    """Take an import for this job; None where another has it, or nothing is to be done."""
    now, mark = timezone.now(), uuid.uuid4()
    free = Q(runner__isnull=True) | Q(beat_at__isnull=True) | Q(beat_at__lt=now - LEASE)
    taken = Import.objects.filter(free, pk=pk, state__in=states).update(state=into, runner=mark, beat_at=now)
    return mark if taken else None


def _write_down(of: Import, mark: uuid.UUID, **values: object) -> bool:
    """Write to the import while it is this job's; False where it no longer is."""
    for name, value in values.items():
        setattr(of, name, value)
    return bool(Import.objects.filter(pk=of.pk, runner=mark).update(**values))


def _kept_back(of: Import, ending: tuple[str, str] | None) -> dict[str, str]:
    if of.returned and (ending is None or ending[0] != of.returned):
        old = of.returned
        transaction.on_commit(lambda: files.remove(old))
    return {"returned": ending[0], "returned_ending": ending[1]} if ending else {"returned": "", "returned_ending": ""}


@contextmanager
def _at_work(of: Import) -> Iterator[None]:
    """Work in the sender's language, as a job; what goes wrong is written into the import."""
    before = language_in_use()
    with coming_from("job"), translation.override(of.by.language):
        use_language(of.by.language)
        try:
            yield
        except Refusal as refused:
            _stopped(of, str(refused), timezone.now())
        except Exception:
            _stopped(
                of, _("程序出了错, 已停下; 停下之前的内容没有丢。请再试一次, 仍不行就告诉系统管理员。"), timezone.now()
            )
            raise
        finally:
            use_language(before)


def _stopped(of: Import, problem: str, at: datetime) -> None:
    Import.objects.filter(pk=of.pk).exclude(state__in=[State.DONE, State.CANCELLED]).update(
        state=State.FAILED, problem=problem, finished_at=at, runner=None
    )
