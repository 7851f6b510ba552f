"""Discussion: remarks on clauses of a draft, each answered as adopted or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.actions.drafting import locked
from xinheng.policies.models import UNDER_WAY, Comment, Stage, Version
from xinheng.workflow.actions.meetings import call_meeting
from xinheng.workflow.models import Meeting


@act
def comment(version: Version, text: str, *, by: Person, on: date, path: str = "", clause: str = "") -> Comment:
    """Say something of a version that is on its way, or of one of its rules."""
    demand(by, "policies.comment")
    held = locked(version)
    if held.stage not in UNDER_WAY:
        raise Refusal(
            _("版本 {number} 现在是“{stage}”, 不再收意见。请在下一份草案上提。").format(
                number=held.number, stage=held.get_stage_display()
            )
        )
    if not text.strip():
        raise Refusal(_("请写明意见。"))
    said = Comment.objects.create(
        version=held,
        path=path.strip()[:200],
        clause=clause.strip()[:200],
        text=text.strip(),
        by=by,
        edition=held.edition,
    )
    record("policies.comment", held, by=by, clause=said.clause, after={"comment": said.pk, "text": said.text})
    return said


@act
def answer(said: Comment, text: str, *, is_adopted: bool, by: Person, on: date) -> Comment:
    """Answer a remark: adopted or not, and why. Nobody answers his own."""
    demand(by, "policies.draft")
    held = Comment.objects.select_for_update(of=("self",)).select_related("version__policy").get(pk=said.pk)
    if held.version.stage not in (Stage.DRAFT, Stage.IN_APPROVAL):
        raise Refusal(_("这一版本已经定稿, 不能再答复意见。"))
    if held.is_adopted is not None:
        raise Refusal(_("这条意见已由{person}答复。").format(person=held.answered_by))
    if held.by_id == by.pk:
        raise Refusal(_("自己提的意见由他人答复。"))
    if not is_adopted and not text.strip():
        raise Refusal(_("不采纳要写明理由。"))
    held.answer, held.is_adopted = text.strip(), is_adopted
    held.answered_by, held.answered_at = by, timezone.now()
    held.save()
    record(
        "policies.answer", held.version, by=by, clause=held.clause,
        after={"comment": held.pk, "adopted": is_adopted, "answer": held.answer},
    )  # fmt: skip
    return held


@act
def call_discussion(
    version: Version, *, by: Person, on: date, held_on: date, people: Iterable[Person], title: str = "", place: str = ""
) -> Meeting:
    """Call a meeting over a version that is on its way; its minutes and votes stay with it."""
    demand(by, "policies.draft")
    held = locked(version)
    if held.stage not in UNDER_WAY:
        raise Refusal(_("版本 {number} 不在起草或审批中, 不必再开会。").format(number=held.number))
    record("policies.call_meeting", held, by=by, after={"held_on": held_on})
    return call_meeting(held, by=by, on=on, held_on=held_on, people=people, title=title, place=place)
