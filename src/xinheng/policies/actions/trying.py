"""Trying a version on everyone: asked for here, done by a job, looked at, taken out. Nothing but the trial is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal, faults
from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.models import Kind
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.actions.drafting import locked
from xinheng.policies.models import Stage, Trial, TrialRow, Version
from xinheng.policies.queries import findings, version_in_force

LEASE = timedelta(seconds=180)
"""A job that gave no sign for so long is taken for ended; should it live after all, its mark is gone and it stops."""
AT_WORK = (Trial.State.WAITING, Trial.State.RUNNING)


@act
def start_trial(
    version: Version, *, by: Person, on: date, as_of: date | None = None, kinds: Iterable[str] = ()
) -> Trial:
    """Ask for a trial of a version beside the one in force on `as_of`; Refusal where its text cannot rate anybody.

    `kinds` limits it to customers of some kinds. The caller lets the job begin once this is committed.
    """
    demand(by, "policies.try")
    held = locked(version)
    if held.stage == Stage.DISCARDED:
        raise Refusal(_("这份草案已经放弃, 不能试算。"))
    wrong = faults(findings(held))
    if wrong:
        raise Refusal(_("草案还有 {count} 处错误, 改正后才能试算。").format(count=len(wrong)), wrong)
    running = held.trials.filter(state__in=AT_WORK).first()
    if running is not None and not is_stale(running, timezone.now()):
        raise Refusal(_("这一版本正在试算。请等它完成。"))
    day = as_of or on
    if day > on:
        raise Refusal(_("评级日不能晚于今天。"))
    chosen = sorted(set(kinds) & set(Kind.values))
    against = version_in_force(held.policy.key, day)
    trial = Trial.objects.create(
        version=held, against=against if against != held else None, sha256=held.sha256, as_of=day,
        segment={"kinds": chosen} if chosen else {}, by=by,
    )  # fmt: skip
    record(
        "policies.try", held, by=by,
        after={"as_of": day, "against": str(trial.against.number if trial.against else ""), "kinds": chosen},
    )  # fmt: skip
    return trial


@act
def try_again(trial: Trial, *, by: Person, on: date, at: datetime) -> Trial:
    """Let a trial that failed or stands still begin again."""
    demand(by, "policies.try")
    held = Trial.objects.select_for_update(of=("self",)).select_related("version").get(pk=trial.pk)
    if not (held.state == Trial.State.FAILED or (held.state in AT_WORK and is_stale(held, at))):
        raise Refusal(_("这次试算没有停下, 不需要重新开始。"))
    if not held.is_of_this_text:
        raise Refusal(_("草案在试算之后改过, 请另做一次试算。"))
    held.state, held.problem, held.runner, held.beat_at, held.finished_at = Trial.State.WAITING, "", None, at, None
    held.save()
    record("policies.try", held.version, by=by, after={"as_of": held.as_of, "again": True})
    return held


def is_stale(trial: Trial, at: datetime) -> bool:
    """Say whether the job that has it gave no sign for so long that it must have ended."""
    return at - (trial.beat_at or trial.at) > LEASE


@act
def export_trial(
    path: Path,
    trial: Trial,
    rows: QuerySet[TrialRow],
    columns: list[ListColumn],
    *,
    query: str,
    by: Person,
    at: datetime,
) -> int:
    """Write the customers whom a trial moves to a workbook; gives how many."""
    demand(by, "policies.see_trial")
    said = _("{person} {at} 导出。试算不改变任何客户的等级。").format(
        person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    )
    taken: list[int] = []
    title = _("试算 {number}").format(number=trial.version.number)
    count = write_list(path, columns, _noted(rows, taken), title=title, said=said, on=timezone.localdate(at))
    record(
        "policies.export_trial", trial, by=by, look=True,
        after={"rows": count, "query": query, "customers": spans.many(taken)},
    )  # fmt: skip
    return count


def _noted(rows: QuerySet[TrialRow], taken: list[int]) -> Iterator[Any]:
    """Let rows pass, keeping whose they were."""
    for row in rows.select_related("customer").iterator(chunk_size=2_000):
        taken.append(row.customer_id)
        yield row
