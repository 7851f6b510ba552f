"""The work of a batch's job: part after part of its customers rated, and later brought into force.

A part's ratings and the new `cursor` are committed together, so that a job killed at any instant goes on with nobody twice
and nobody left out. Everything is worked out before the transaction begins: others can write meanwhile. The batch is
locked in each transaction and must still bear the mark of this job; where somebody cancelled it, or another job took over,
nothing more is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from creditpolicy.language import language_in_use, use_language
from creditpolicy.problems import Refusal
from xinheng.audit.origin import coming_from
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.audit.spans import many
from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.ratings.actions.changing import bring_part_into_force, to_come
from xinheng.ratings.bulk import Bulk, Made
from xinheng.ratings.facts.gathering import COLUMNS
from xinheng.ratings.listeners import tell_ratings
from xinheng.ratings.models import Batch, Rating, Refused
from xinheng.ratings.segments import customers_in
from xinheng.ratings.storing import Row, store

LEASE = timedelta(seconds=120)
"""A job that gave no sign for so long is taken for ended; should it live after all, its mark is gone and it stops."""
PART = 4_000
"""Customers in one transaction."""
MOVED = 2_000
"""Customers brought into force in one transaction."""
State = Batch.State


def run(pk: int) -> None:
    """Rate the customers of a batch, from where it is, to the end or until somebody cancels."""
    mark = _claim(pk, (State.WAITING, State.RUNNING), State.RUNNING)
    if mark is None:
        return
    batch = _held(pk)
    with _at_work(batch):
        everyone = customers_in(batch.segment, batch.version, on=batch.as_of)
        if not batch.cursor:
            _write_down(batch, mark, total=everyone.count(), beat_at=timezone.now())
        bulk = Bulk(batch)
        while part := list(everyone.filter(pk__gt=batch.cursor).order_by("pk").only(*COLUMNS)[:PART]):
            if not _part(batch, mark, part, bulk.part(part)):
                return
        finish(batch, mark)


def _part(batch: Batch, mark: uuid.UUID, customers: Sequence[Customer], made: Made) -> bool:
    """Commit one part; False where the batch is no longer this job's."""
    ratings, refused = made
    with transaction.atomic():
        held = Batch.objects.select_for_update().get(pk=batch.pk)
        if held.runner != mark or held.state != State.RUNNING or held.cursor != batch.cursor:
            return False
        store(batch, ratings, at=timezone.now())
        Refused.objects.bulk_create(refused, batch_size=500)
        if ratings:
            tell_ratings(_stored(batch, ratings), by=batch.by or SYSTEM, on=batch.as_of)
        held.cursor, held.beat_at = customers[-1].pk, timezone.now()
        held.done, held.refused = held.done + len(ratings), held.refused + len(refused)
        held.save(update_fields=["cursor", "beat_at", "done", "refused"])
    batch.cursor = held.cursor
    return True


def _stored(batch: Batch, rows: Sequence[Row]) -> Any:
    """Give the ratings just stored; read only where somebody looks at them."""
    ends = {"customer__gte": rows[0].customer, "customer__lte": rows[-1].customer}
    return Rating.objects.filter(batch=batch, **ends).defer("record", "points").order_by("pk")


@act
def finish(batch: Batch, mark: uuid.UUID) -> None:
    """Put the figures of the batch together and let it be looked at."""
    held = Batch.objects.select_for_update(of=("self",)).select_related("by", "version").get(pk=batch.pk)
    if held.runner == mark and held.state == State.RUNNING:
        held.state, held.runner, held.finished_at = State.RATED, None, timezone.now()
        held.summary = summary_of(held)
        held.total = held.done + held.refused
        held.save()
    rated = Rating.objects.filter(batch=held).order_by("customer_id").values_list("customer_id", flat=True)
    record(
        "ratings.batch_rated", held, by=held.by or SYSTEM,
        after={"rated": held.done, "refused": held.refused, "as_of": held.as_of, "version": str(held.version),
               "customers": many(rated.iterator())},
    )  # fmt: skip


def summary_of(batch: Batch) -> dict[str, Any]:
    """Give the figures of a batch: how many went from which grade to which with which limits, and why others were not rated."""
    rows = (
        Rating.objects.filter(batch=batch)
        .order_by()
        .values("before", "grade")
        .annotate(count=Count("pk"), limit=Sum("limit"), was=Sum("limit_before"))
    )
    cells = [[row["before"], row["grade"], row["count"], _money(row["was"]), _money(row["limit"])] for row in rows]
    reasons = (
        Refused.objects.filter(batch=batch)
        .order_by()
        .values("code", "what")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    moved = Rating.objects.filter(batch=batch)
    return {
        "cells": cells,
        "refused": [[row["code"], row["what"], row["count"]] for row in reasons[:50]],
        "up": moved.filter(moved__gt=0).count(),
        "down": moved.filter(moved__lt=0).count(),
        "first": moved.filter(before="").count(),
    }


def _money(amount: Decimal | None) -> str:
    return f"{amount or Decimal(0):.2f}"


# Into force ------------------------------------------------------------------------------------------------------------


def apply(pk: int) -> None:
    """Bring the ratings of a batch into force, part by part, from where it is."""
    mark = _claim(pk, (State.APPLYING,), State.APPLYING)
    if mark is None:
        return
    batch = _held(pk)
    with _at_work(batch):
        by = _applier(batch)
        on = timezone.localdate()
        left = to_come(batch)
        sent = set(batch.summary.get("sent", []))
        keys = [key for key in left if key not in sent]
        for start in range(0, len(keys), MOVED):
            if not _write_down(batch, mark, beat_at=timezone.now()):
                return
            bring_part_into_force(batch, keys[start : start + MOVED], by=by, on=on, why=batch.why)
        applied(batch, mark, by=by)


def _applier(batch: Batch) -> Actor:
    """Give in whose name it is done: whoever sent it, while he still may; else the application, for it was decided."""
    person = batch.applied_by
    return person if person is not None and person.is_active and may(person, "ratings.apply_batch") else SYSTEM


@act
def applied(batch: Batch, mark: uuid.UUID, *, by: Actor) -> None:
    """Note that everything of a batch has taken its place."""
    Batch.objects.filter(pk=batch.pk, runner=mark, state=State.APPLYING).update(
        state=State.APPLIED, runner=None, finished_at=timezone.now()
    )
    record("ratings.batch_applied", batch, by=by, after={"rated": batch.done})


# The job ---------------------------------------------------------------------------------------------------------------


def _held(pk: int) -> Batch:
    return Batch.objects.select_related("version__policy", "by", "applied_by").get(pk=pk)


def _claim(pk: int, states: tuple[State, ...], into: State) -> uuid.UUID | None:
    """Take a batch for this job; None where another has it, or nothing is to be done."""
    now, mark = timezone.now(), uuid.uuid4()
    free = Q(runner__isnull=True) | Q(beat_at__isnull=True) | Q(beat_at__lt=now - LEASE)
    taken = Batch.objects.filter(free, pk=pk, state__in=states).update(state=into, runner=mark, beat_at=now)
    return mark if taken else None


def _write_down(batch: Batch, mark: uuid.UUID, **values: Any) -> bool:
    """Write to the batch while it is this job's; False where it no longer is."""
    return bool(Batch.objects.filter(pk=batch.pk, runner=mark).update(**values))


@contextmanager
def _at_work(batch: Batch) -> Iterator[None]:
    """Work in the language of whoever started it, as a job; what goes wrong is written into the batch."""
    before = language_in_use()
    language = batch.by.language if batch.by is not None else "zh-hans"
    with coming_from("job"), translation.override(language):
        use_language(language)
        try:
            yield
        except Refusal as refused:
            _stopped(batch, str(refused))
        except Exception:
            _stopped(batch, _("程序出了错, 已停下; 停下之前评完的没有丢。请再试一次, 仍不行就告诉系统管理员。"))
            raise
        finally:
            use_language(before)


def _stopped(batch: Batch, problem: str) -> None:
    Batch.objects.filter(pk=batch.pk, state__in=(State.WAITING, State.RUNNING, State.APPLYING)).update(
        state=State.FAILED, problem=problem, finished_at=timezone.now(), runner=None
    )
