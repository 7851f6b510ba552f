"""Everyone rated at once: asked for, called off, gone on with, and sent into force or into procedure once looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit import spans
from xinheng.audit.record import Actor, act, record
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Stage, Version
from xinheng.policies.queries import policy_of
from xinheng.policies.roles import fillers_of
from xinheng.ratings.actions.opening import open_assessment
from xinheng.ratings.models import Assessment, Batch, Rating
from xinheng.ratings.segments import customers_in
from xinheng.workflow.actions import cancel_round, start
from xinheng.workflow.acts import Stand
from xinheng.workflow.models import Round
from xinheng.workflow.procedures import Procedure, Step
from xinheng.workflow.queries import open_round

PROCEDURE = "ratings.batch"
APPROVE_DAYS = 3
"""Working days in which a batch is approved or not; policies do not say."""
MOST_CASES = 200
"""Cases opened at once: each is somebody's work."""
State = Batch.State
UNFINISHED = (State.WAITING, State.RUNNING, State.APPLYING)
OVER = (State.APPLIED, State.CANCELLED)


@act
def start_batch(
    version: Version, *, as_of: date, segment: Mapping[str, Any], by: Person, on: date, why: str = ""
) -> Batch:
    """Ask for everybody of a segment to be rated as of a day; nothing takes force by it.

    The job begins once this is committed. Refusal where another batch of the policy is at work, or nobody is in the segment.
    """
    demand(by, "ratings.batch")
    if version.stage != Stage.PUBLISHED:
        raise Refusal(_("“{version}”没有发布, 不能按它评级。").format(version=version))
    if as_of > on:
        raise Refusal(_("评级日不能晚于今天。"))
    if version.in_force_from is not None and as_of < version.in_force_from:
        raise Refusal(_("这一版本 {day} 才生效, 评级日不能更早。").format(day=version.in_force_from.isoformat()))
    Version.objects.select_for_update().get(pk=version.pk)
    if Batch.objects.filter(version__policy=version.policy_id, state__in=UNFINISHED).exists():
        raise Refusal(_("这份制度有一次批量评级正在进行。请等它完成, 或先取消。"))
    if not customers_in(segment, version, on=as_of).exists():
        raise Refusal(_("没有符合条件的在档客户。请放宽范围。"))
    batch = Batch.objects.create(version=version, as_of=as_of, segment=dict(segment), by=by, why=why.strip()[:200])
    record(
        "ratings.start_batch", batch, by=by, why=batch.why,
        after={"policy": version.policy.key, "version": version.number, "as_of": as_of, "segment": dict(segment)},
    )  # fmt: skip
    transaction.on_commit(partial(_begin, batch.pk))
    return batch


@act
def cancel_batch(batch: Batch, *, by: Person, on: date, why: str) -> Batch:
    """Call a batch off before it takes force; what was rated stays on record and takes no force by it."""
    demand(by, "ratings.batch")
    held = locked(batch)
    if held.state in (*OVER, State.APPLYING):
        raise Refusal(_("批量评级{state}, 不能取消。").format(state=held.get_state_display()))
    if not why.strip():
        raise Refusal(_("请写明为什么取消。"))
    was = held.state
    round = open_round(held, PROCEDURE)
    if round is not None:
        cancel_round(round, by=by, on=on, why=why)
    held.state, held.runner, held.finished_at = State.CANCELLED, None, timezone.now()
    held.save(update_fields=["state", "runner", "finished_at"])
    record("ratings.cancel_batch", held, by=by, why=why.strip(), before={"state": was, "rated": held.done})
    return held


@act
def go_on_with_batch(batch: Batch, *, by: Person, on: date, at: datetime) -> Batch:
    """Let a batch go on that failed or whose job gives no sign any more; from where it is."""
    demand(by, "ratings.batch")
    held = locked(batch)
    if not (held.state == State.FAILED or is_stale(held, at)):
        raise Refusal(_("这次批量评级没有停下, 不需要继续。"))
    was = held.state
    if was == State.FAILED:
        held.state = State.APPLYING if held.applied_by_id is not None else State.WAITING
    held.problem, held.runner, held.beat_at, held.finished_at = "", None, at, None
    held.save()
    record("ratings.go_on_with_batch", held, by=by, before={"state": was, "done": held.done})
    transaction.on_commit(partial(_begin, held.pk))
    return held


@act
def send_into_force(batch: Batch, *, by: Person, on: date, why: str = "") -> Batch:
    """Let a batch that was looked at take force: at once where the policy asks nobody, else once its approver agreed.

    Whoever started the batch cannot let it take force by himself.
    """
    demand(by, "ratings.apply_batch")
    held = locked(batch)
    if held.state != State.RATED:
        raise Refusal(_("批量评级{state}, 不能提请生效。").format(state=held.get_state_display()))
    if open_round(held, PROCEDURE) is not None:
        raise Refusal(_("已经提请批准, 请等批准。"))
    if not held.done:
        raise Refusal(_("没有评出等级的客户, 没有什么可以生效。"))
    step = approval_of(held.version)
    if step is None:
        if held.by_id == by.pk:
            raise Refusal(_("批量评级由您发起, 须由另一人审阅后才能生效。"))
        return _apply(held, by=by, why=why, clause="")
    record("ratings.send_batch", held, by=by, why=why.strip(), clause=step.clause, after={"rated": held.done})
    start(
        held, Procedure(PROCEDURE, (step,)), by=by, on=on, why=why.strip(), clause=step.clause,
        title=_("批准批量评级生效: {version}, 评级日 {day}, {count} 家").format(
            version=held.version, day=held.as_of.isoformat(), count=held.done
        ),
    )  # fmt: skip
    return held


def decided(batch: Batch, round: Round, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the approval: it takes force, or is looked at again."""
    held = locked(batch)
    if outcome == Stand.AGREED:
        _apply(held, by=by, why="", clause=round.clause)
    elif outcome == Stand.REFUSED:
        record("ratings.refuse_batch", held, by=by, why=_("没有批准生效。"))


def _apply(batch: Batch, *, by: Actor, why: str, clause: str) -> Batch:
    batch.state = State.APPLYING
    batch.applied_by = by if isinstance(by, Person) else None
    batch.runner = batch.beat_at = batch.finished_at = None
    batch.save()
    record("ratings.apply_batch", batch, by=by, why=why.strip(), clause=clause, after={"rated": batch.done})
    transaction.on_commit(partial(_begin, batch.pk))
    return batch


@act
def send_into_procedure(
    batch: Batch, ratings: Sequence[int], *, by: Person, on: date, why: str = ""
) -> list[Assessment]:
    """Open a case for each of the customers chosen, so that people look at them; their results of the batch take no force."""
    demand(by, "ratings.apply_batch")
    held = locked(batch)
    if held.state != State.RATED or open_round(held, PROCEDURE) is not None:
        raise Refusal(_("只有待审阅的批量评级可以转人工评估。"))
    sent = list(held.summary.get("sent", []))
    chosen = Rating.objects.visible_to(by).filter(batch=held, pk__in=ratings).exclude(pk__in=sent)
    rows = list(chosen.select_related("customer").order_by("pk"))
    if not rows:
        raise Refusal(_("请先勾选要转人工评估的客户。"))
    if len(rows) > MOST_CASES:
        raise Refusal(_("一次最多转 {most} 家。请缩小范围。").format(most=MOST_CASES))
    opened = [
        open_assessment(
            rating.customer, kind=Assessment.Kind.PERIODIC, by=by, on=on, version=held.version,
            why=why.strip() or _("批量评级结果由 {before} 到 {after}, 转人工评估").format(
                before=rating.before or _("未评"), after=rating.grade
            ),
        )
        for rating in rows
    ]  # fmt: skip
    held.summary = held.summary | {"sent": sent + [rating.pk for rating in rows]}
    held.save(update_fields=["summary"])
    record(
        "ratings.send_to_procedure", held, by=by, why=why.strip(),
        after={"customers": [rating.customer_id for rating in rows], "cases": [one.number for one in opened]},
    )  # fmt: skip
    return opened


@act
def export_batch(
    path: Path,
    batch: Batch,
    rows: QuerySet[Any],
    columns: Sequence[ListColumn],
    *,
    query: str,
    by: Person,
    at: datetime,
) -> int:
    """Write the customers of a batch that remain in the list to a workbook; gives how many."""
    demand(by, "ratings.see_batches")
    taken: list[int] = []

    def noted() -> Any:
        for row in rows.iterator(chunk_size=2_000):
            taken.append(row.customer_id)
            yield row

    said = _("{person} {at} 导出。").format(person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
    count = write_list(path, columns, noted(), title=_("批量评级"), said=said, on=timezone.localdate(at))
    record(
        "ratings.export_batch", batch, by=by, look=True,
        after={"rows": count, "query": query, "customers": spans.many(sorted(taken))},
    )  # fmt: skip
    return count


def approval_of(version: Version) -> Step | None:
    """Give the step that approves under a policy: its last that approves, as one step; None where it asks for none."""
    said = policy_of(version)
    steps = said.procedure.steps if said.procedure is not None else ()
    approving = [step for step in steps if step.act == "approve"]
    if not approving:
        return None
    last = approving[-1]
    filler = fillers_of(said, [last.role]).get(last.role)
    if filler is None:
        raise Refusal(_("没有人担任制度里的“{role}”。请在角色对照里指定。").format(role=last.role))
    who: dict[str, Any] = {"person": filler.pk} if isinstance(filler, Person) else {"role": filler, "scope": "all"}
    return Step(
        "approve", _("批准批量评级生效"), act="approve", within_days=APPROVE_DAYS, clause=last.clause or "", **who
    )


def is_stale(batch: Batch, at: datetime) -> bool:
    """Say whether the job that has it gave no sign for so long that it must have ended."""
    from xinheng.ratings.running import LEASE

    return batch.state in UNFINISHED and at - (batch.beat_at or batch.at) > LEASE


def locked(batch: Batch) -> Batch:
    """Give the batch as it is now, held until the transaction ends."""
    return Batch.objects.select_for_update(of=("self",)).select_related("version__policy", "by").get(pk=batch.pk)


def _begin(pk: int) -> None:
    from xinheng.ratings.batch_jobs import begin

    begin(Batch.objects.get(pk=pk))
