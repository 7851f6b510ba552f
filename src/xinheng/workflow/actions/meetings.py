"""Meetings: called over a subject, minuted, voted in by each himself, and closed with what the votes come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import BUSINESS, Role
from xinheng.workflow import acts, calendar, subjects
from xinheng.workflow.actions.handling import finish_item, may_take
from xinheng.workflow.actions.items import close, concerning, open_item, person_or_none
from xinheng.workflow.acts import Outcome, Part, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Attendance, Item, Meeting

Vote = Attendance.Vote


@act
def call_meeting(
    subject: models.Model,
    *,
    by: Person,
    on: date,
    held_on: date,
    people: Iterable[Person],
    title: str = "",
    place: str = "",
    item: Item | None = None,
    about: models.Model | None = None,
) -> Meeting:
    """Call a meeting over `subject` and ask each to vote; whoever calls attends too.

    `item` is the step of the round that the meeting settles: only he who may take it may call. Without one, the room
    that calls has checked that `by` may.
    """
    if item is not None:
        demand(by, "workflow.handle", item)
        item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
        may_take(item, by, on)
        if item.meetings.filter(state=Meeting.State.CALLED).exists():
            raise Refusal(_("这一步的会议已经召集。请在会议页面记录、表决和结束, 或先取消它。"))
    if held_on < on:
        raise Refusal(_("会议日期 {day} 已经过去。请填今天或以后的日期。").format(day=held_on))
    asked = list(dict.fromkeys([by, *people]))
    _check_people(asked, subject, item, on)
    meeting = Meeting.objects.create(
        **concerning(subject, about if about is not None else item.about if item is not None else None),
        item=item, title=(title or _("讨论会: {subject}").format(subject=subject))[:200], held_on=held_on,
        place=place[:100], called_by=by, called_on=on,
    )  # fmt: skip
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, person=person, role=_stands_for(person, item, on)) for person in asked
    )
    record(
        "workflow.call_meeting", subject, by=by, about=meeting.about, clause=item.clause if item is not None else "",
        after={"meeting": meeting.pk, "held_on": held_on, "people": [person.pk for person in asked]},
    )  # fmt: skip
    for person in asked:
        open_item(
            meeting, by=by, on=on, act="vote", person=person, about=meeting.about,
            title=_("到会表决: {title}").format(title=meeting.title), due=max(held_on, calendar.add_working_days(on, 0)),
        )  # fmt: skip
    return meeting


def _check_people(asked: Sequence[Person], subject: models.Model, item: Item | None, on: date) -> None:
    if len(asked) < 2:
        raise Refusal(_("一个人开不成会。请至少再选一位参会人。"))
    cannot = [str(person) for person in asked if not person.is_active or set(person.roles(on=on)).isdisjoint(BUSINESS)]
    if cannot:
        raise Refusal(_("{people} 不能参会: 账号停用或没有业务角色。请另选人。").format(people=listed(cannot)))
    blind = [str(person) for person in asked if not subjects.may_see(subject, person)]
    if blind:
        raise Refusal(_("{people} 不能查看这件事的对象, 不能参会。请另选人。").format(people=listed(blind)))
    absent = [
        Role(role).label for role in roles_wanted(item) if not any(role in person.roles(on=on) for person in asked)
    ]
    if absent:
        raise Refusal(_("制度要求这些角色参会, 还没有人: {roles}。请选上。").format(roles=listed(map(str, absent))))


def roles_wanted(item: Item | None) -> list[str]:
    """Give the roles that the procedure asks to the meeting of this step."""
    if item is None or item.round is None:
        return []
    steps = item.round.steps()
    if not 0 <= item.index < len(steps):
        return []
    step = steps[item.index]
    return [role for role in (step.role, *step.with_roles) if role]


def _stands_for(person: Person, item: Item | None, on: date) -> str:
    held = person.roles(on=on)
    wanted = [role for role in roles_wanted(item) if role in held]
    others = sorted(role for role in held if role in BUSINESS)
    return next(iter([*wanted, *others]), "")


def _locked(meeting: Meeting) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.state != Meeting.State.CALLED:
        raise Refusal(_("这次会议{state}, 不能再改。").format(state=meeting.get_state_display()))
    return meeting


def _by_caller(meeting: Meeting, by: Person) -> None:
    if meeting.called_by_id != by.pk:
        raise Refusal(_("会议由召集人 {person} 记录和结束。").format(person=meeting.called_by))


@act
def record_minutes(meeting: Meeting, *, by: Person, on: date, minutes: str, present: Iterable[Person] = ()) -> Meeting:
    """Write the minutes and who came; who voted was there anyhow."""
    demand(by, "workflow.handle")
    meeting = _locked(meeting)
    _by_caller(meeting, by)
    if not minutes.strip():
        raise Refusal(_("请写会议记录: 讨论了什么, 各人的意见。"))
    if on < meeting.held_on:
        raise Refusal(_("会议定在 {day}, 还没有开。请在会后记录。").format(day=meeting.held_on))
    came = {person.pk for person in present} | {by.pk}
    for row in meeting.attendances.all():
        row.was_there = bool(row.vote) or row.person_id in came
        row.save(update_fields=["was_there"])
    meeting.minutes = minutes.strip()
    meeting.save(update_fields=["minutes"])
    record(
        "workflow.minute_meeting", meeting, by=by, about=meeting.about,
        after={"length": len(meeting.minutes), "present": sorted(came)},
    )  # fmt: skip
    return meeting


@act
def cast_vote(meeting: Meeting, *, by: Person, on: date, vote: str, reason: str = "") -> Attendance:
    """Vote oneself; a vote may be changed until the meeting is closed. Whoever does not agree says why."""
    demand(by, "workflow.handle")
    meeting = _locked(meeting)
    row = Attendance.objects.select_for_update(of=("self",)).filter(meeting=meeting, person=by).first()
    if row is None:
        raise Refusal(_("您不在参会人之中, 不能表决。各人的票只能由本人投。"))
    if vote not in Vote.values:
        raise Refusal(_("请在同意、不同意、弃权中选一个。"))
    if vote != Vote.AGREE and not reason.strip():
        raise Refusal(_("不同意或弃权要写理由, 批准的人会看到。"))
    if on < meeting.held_on:
        raise Refusal(_("会议定在 {day}, 还没有开, 不能先表决。").format(day=meeting.held_on))
    before = row.vote
    row.vote, row.reason, row.was_there, row.voted_at = vote, reason.strip(), True, timezone.now()
    row.save(update_fields=["vote", "reason", "was_there", "voted_at"])
    record(
        "workflow.vote", meeting.subject or meeting, by=by, why=row.reason, about=meeting.about,
        before={"vote": before}, after={"meeting": meeting.pk, "vote": vote},
    )  # fmt: skip
    _end_his_tasks(meeting, row, by=by, on=on)
    return row


def _end_his_tasks(meeting: Meeting, row: Attendance, *, by: Person, on: date) -> None:
    said = _("已表决: {vote}").format(vote=row.get_vote_display())
    for item in _vote_items(meeting).filter(person=by):
        finish_item(item, by=by, on=on, outcome=Outcome.DONE, remarks=said)
    if meeting.item is None or meeting.item.round is None:
        return
    beside = meeting.item.round.items.filter(index=meeting.item.index, part=Part.WITH, state=State.OPEN)
    for item in beside:
        if way_for(item, by, on)[0] is not None:
            finish_item(item, by=by, on=on, outcome=Outcome.DONE, remarks=said)


def _vote_items(meeting: Meeting) -> models.QuerySet[Item]:
    return Item.objects.filter(
        subject_type=ContentType.objects.get_for_model(Meeting), subject_id=str(meeting.pk), act="vote",
        state__in=acts.PENDING,
    )  # fmt: skip


def wants_a_vote(meeting: Meeting, case: Item) -> None:
    """Refuse that a person's task to vote is ended while he has not voted."""
    voted = meeting.attendances.filter(person=case.handled_by).exclude(vote="").exists()
    if not voted:
        raise Refusal(_("请打开会议页面投票, 不能只点办结。"))


def tally(meeting: Meeting) -> dict[str, int]:
    """Count the votes by how they were cast; `none` is who was there and has not voted."""
    rows = list(meeting.attendances.all())
    counted: dict[str, int] = {vote: sum(row.vote == vote for row in rows) for vote in Vote.values}
    counted["none"] = sum(bool(row.was_there) and not row.vote for row in rows)
    return counted


@act
def close_meeting(meeting: Meeting, *, by: Person, on: date, conclusion: str) -> Meeting:
    """Close the meeting: more for than against is agreed, and its step is done; else the step is returned."""
    demand(by, "workflow.handle")
    meeting = _locked(meeting)
    _by_caller(meeting, by)
    if not meeting.minutes:
        raise Refusal(_("还没有会议记录。请先记录, 再结束会议。"))
    if not conclusion.strip():
        raise Refusal(_("请写明会议结论。"))
    votes = tally(meeting)
    if votes["none"]:
        waiting = [str(row.person) for row in meeting.attendances.filter(was_there=True, vote="")]
        raise Refusal(_("到会的人还没有都表决: {people}。请他们本人投票。").format(people=listed(waiting)))
    if sum(votes.values()) < 2:
        raise Refusal(_("到会不足两人, 会议不成立。请取消后另行召集。"))
    meeting.state, meeting.agreed = Meeting.State.CLOSED, votes[Vote.AGREE] > votes[Vote.REFUSE]
    meeting.conclusion, meeting.closed_by, meeting.closed_on = conclusion.strip()[:1000], by, on
    meeting.save(update_fields=["state", "agreed", "conclusion", "closed_by", "closed_on"])
    record(
        "workflow.close_meeting", meeting.subject or meeting, by=by, why=meeting.conclusion, about=meeting.about,
        after={"meeting": meeting.pk, "agreed": bool(meeting.agreed), **votes},
    )  # fmt: skip
    _call_off_votes(meeting, by=by, on=on)
    _settle_step(meeting, by=by, on=on)
    return meeting


def _call_off_votes(meeting: Meeting, *, by: Actor, on: date) -> None:
    for item in _vote_items(meeting):
        close(item, State.CANCELLED, by=by, on=on, remarks=_("会议已结束。"))


def _settle_step(meeting: Meeting, *, by: Person, on: date) -> None:
    item = meeting.item
    if item is None or item.round is None:
        return
    for beside in item.round.items.filter(index=item.index, part=Part.WITH, state=State.OPEN):
        close(beside, State.CANCELLED, by=by, on=on, remarks=_("会议已结束, 没有到会。"))
    outcome = Outcome.DONE if meeting.agreed else Outcome.RETURN
    finish_item(item, by=by, on=on, outcome=outcome, remarks=meeting.conclusion)


@act
def cancel_meeting(meeting: Meeting, *, by: Person, on: date, why: str) -> Meeting:
    """Call the meeting off; another may then be called."""
    demand(by, "workflow.handle")
    meeting = _locked(meeting)
    _by_caller(meeting, by)
    if not why.strip():
        raise Refusal(_("请写明为什么取消。"))
    meeting.state, meeting.closed_by, meeting.closed_on = Meeting.State.CANCELLED, by, on
    meeting.save(update_fields=["state", "closed_by", "closed_on"])
    record("workflow.cancel_meeting", meeting.subject or meeting, by=by, why=why, about=meeting.about)
    _call_off_votes(meeting, by=person_or_none(by) or by, on=on)
    return meeting


def meetings_of(subject: models.Model) -> list[Meeting]:
    """Give the meetings over a subject, latest first, with who attended."""
    found = Meeting.objects.filter(
        subject_type=ContentType.objects.get_for_model(subject), subject_id=str(subject.pk)
    ).select_related("called_by", "item")
    return list(found.prefetch_related("attendances__person"))


def settled_by_meeting(item: Item) -> bool:
    """Say whether a meeting over this step was closed with its agreement."""
    return item.meetings.filter(state=Meeting.State.CLOSED, agreed=True).exists()
