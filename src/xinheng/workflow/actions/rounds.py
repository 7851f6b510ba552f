"""Rounds: started, withdrawn by whoever started, called off when the subject is gone, marked as a special case."""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.org.models import Person
from xinheng.workflow import subjects
from xinheng.workflow.actions.items import concerning, person_or_none
from xinheng.workflow.actions.running import end_round, go_on, subject_of
from xinheng.workflow.acts import Kind, Stand, State
from xinheng.workflow.models import Round
from xinheng.workflow.procedures import Procedure


@act
def start(
    subject: models.Model,
    procedure: Procedure,
    *,
    by: Actor,
    on: date,
    title: str,
    about: models.Model | None = None,
    clause: str = "",
    started_for: Person | None = None,
    is_special: bool = False,
    why: str = "",
) -> Round:
    """Start a round of `procedure` over `subject`; the room that calls has checked that `by` may.

    `started_for` is who lent `by` the right, where he starts on another's behalf. Refused while a round of the same
    procedure is open on the subject.
    """
    if not procedure.steps:
        raise Refusal(_("流程“{key}”一步也没有。请先写明步骤。").format(key=procedure.key))
    type_ = ContentType.objects.get_for_model(subject)
    same = Round.objects.filter(subject_type=type_, subject_id=str(subject.pk), procedure=procedure.key)
    already = Refusal(_("“{subject}”已有一轮在办理中。请先办完或撤回那一轮, 再重新发起。").format(subject=subject))
    if same.filter(state=Stand.OPEN).exists():
        raise already
    last: int = same.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            round = Round.objects.create(
                **concerning(subject, about), procedure=procedure.key, number=last + 1, title=title[:200],
                clause=clause[:200], plan=procedure.plan(), digest=subjects.digest_of(subject), is_special=is_special,
                department=subjects.department_of(subject, about), started_by=person_or_none(by),
                started_for=started_for, started_on=on,
            )  # fmt: skip
    except IntegrityError:
        raise already from None
    record(
        "workflow.start", subject, by=by, why=why, clause=clause, about=about, on_behalf_of=str(started_for or ""),
        after={"procedure": procedure.key, "round": round.number, "title": title},
    )  # fmt: skip
    go_on(round, 0, by=by, on=on)
    return round


def locked(round: Round) -> Round:
    """Give the round as it is now, held until the transaction ends."""
    return Round.objects.select_for_update(of=("self",)).get(pk=round.pk)


@act
def withdraw(round: Round, *, by: Person, on: date, why: str = "") -> Round:
    """Take back one's own round before anybody has decided in it."""
    round = locked(round)
    if by.pk not in {round.started_by_id, round.started_for_id} - {None}:
        raise Refusal(_("只有发起人可以撤回。如不同意, 请在办理时退回。"))
    _open_still(round)
    if was_decided(round):
        raise Refusal(_("已有人审批过, 不能撤回。请联系当前办理人退回。"))
    record("workflow.withdraw", subject_of(round), by=by, why=why, about=round.about, before={"title": round.title})
    end_round(round, Stand.WITHDRAWN, by=by, on=on, why=why)
    return round


def was_decided(round: Round) -> bool:
    """Say whether anybody has decided in the round, so that it cannot be taken back any more."""
    return round.items.filter(kind=Kind.DECIDE, state__in=(State.DONE, State.RETURNED)).exists()


@act
def cancel_round(round: Round, *, by: Actor, on: date, why: str) -> Round:
    """Call a round off because there is nothing left to decide; the room that calls has checked the right to."""
    round = locked(round)
    _open_still(round)
    record("workflow.cancel", subject_of(round), by=by, why=why, about=round.about, before={"title": round.title})
    end_round(round, Stand.CANCELLED, by=by, on=on, why=why)
    return round


@act
def mark_special(round: Round, *, by: Actor, on: date, why: str, clause: str = "") -> Round:
    """Mark the case as special, so that the steps for special cases are taken; cannot be undone in this round."""
    round = locked(round)
    _open_still(round)
    if not why.strip():
        raise Refusal(_("请写明为什么是特殊情况。"))
    if round.is_special:
        raise Refusal(_("这一轮已经是特殊情况。"))
    round.is_special = True
    round.save(update_fields=["is_special"])
    record("workflow.mark_special", subject_of(round), by=by, why=why, clause=clause, about=round.about)
    return round


def _open_still(round: Round) -> None:
    if round.state != Stand.OPEN:
        raise Refusal(_("这一轮已经结束 ({state})。").format(state=round.get_state_display()))
