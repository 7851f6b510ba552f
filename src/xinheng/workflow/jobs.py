"""What the workflow does by itself each day: tell before the day, tell upwards when late, find what nobody may take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, act, record
from xinheng.org.models import Person
from xinheng.org.queries import heads_above, people_in_role
from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.workflow import notices, subjects
from xinheng.workflow.actions.running import instead_of_nobody, nobody_alarm, someone_may, subject_of
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.calendar import add_working_days, is_working_day, working_days_between
from xinheng.workflow.models import Item
from xinheng.workflow.procedures import Step
from xinheng.workflow.standing import candidates

LATE_DAYS = (1, 3, 5)
"""After how many working days late a task is told to the head above, to the next above him, and to the one above that."""


def daily(*, on: date) -> str:
    """Do all of it for one day; doing it twice does nothing twice."""
    found = find_stuck(on=on)
    if not is_working_day(on):
        return _("非工作日: 不提醒; 重新分派 {found} 件。").format(found=found)
    return _("到期提醒 {told} 人次, 升级 {raised} 件, 重新分派 {found} 件, 外发 {sent} 条。").format(
        told=remind_before(on=on), raised=escalate(on=on), found=found, sent=notices.send(on=on)
    )


def _pending() -> Iterator[Item]:
    open_ = Item.objects.filter(state=State.OPEN).exclude(kind=Kind.READ)
    yield from open_.select_related("round", "person__department", "department").order_by("id")


def remind_before(*, on: date) -> int:
    """Tell everybody whose tasks are due by the next working day; gives how many were told."""
    until = add_working_days(on, 1)
    due = [item for item in _pending() if item.due_on is not None and on < item.due_on <= until]
    return sum(notices.tell(person, item, "due", on=on) for item in due for person in _people(item, on))


def _people(item: Item, on: date) -> list[Person]:
    return list({way.person.pk: way.person for way in candidates(item, on)}.values())


def escalate(*, on: date) -> int:
    """Copy what is late to those above, one further up the longer it takes; gives how many tasks were raised."""
    raised = 0
    for item in _pending():
        if item.is_late(on) and item.due_on is not None:
            days = working_days_between(item.due_on, on)
            level = sum(days >= after for after in LATE_DAYS)
            if level > item.escalations:
                raise_item(item, level, on=on)
                raised += 1
    return raised


@act
def raise_item(item: Item, level: int, *, on: date) -> Item:
    """Copy one late task to as many of those above as `level` says, and tell those who have it."""
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    people = _people(item, on)
    told: list[str] = []
    for head in _above(item, people, on)[:level]:
        if Item.objects.filter(parent=item, person=head, kind=Kind.READ).exists():
            continue
        copied = Item.objects.create(
            subject_type=item.subject_type, subject_id=item.subject_id, subject_label=item.subject_label,
            about_type=item.about_type, about_id=item.about_id, about_label=item.about_label,
            round=item.round, step=item.step, index=item.index, parent=item, act="read", kind=Kind.READ,
            title=item.title, clause=item.clause, person=head, opened_on=on,
            note=_("逾期升级: 期限 {due}, 至今未办。").format(due=item.due_on),
        )  # fmt: skip
        notices.tell(head, copied, "late", on=on)
        told.append(head.actor_name)
    for person in people:
        notices.tell(person, item, "late", on=on)
    item.escalations, item.escalated_on = level, on
    item.save(update_fields=["escalations", "escalated_on"])
    record(
        "workflow.escalate", subject_of(item), by=SYSTEM, clause=item.clause, about=item.about,
        why=_("期限 {due} 已过, 未办理。").format(due=item.due_on),
        after={"task": item.title, "level": level, "told": told},
    )  # fmt: skip
    return item


def _above(item: Item, people: list[Person], on: date) -> list[Person]:
    """Give those above whoever has the task, the next first; without any, the general managers.

    A task of an administrator stays with those who may see it.
    """
    above: list[Person] = []
    for person in people:
        above += [head for head in heads_above(person) if head not in above and head not in people]
    if not above and item.role not in ADMINISTRATORS:
        above = [person for person in people_in_role(Role.GENERAL_MANAGER, on=on) if person not in people]
    return [head for head in above if subjects.may_see(item.subject, head)]


def find_stuck(*, on: date) -> int:
    """Give tasks that nobody may take any more, because people left or changed, to others by the rule of the step."""
    moved = 0
    for item in _pending():
        if someone_may(item, on):
            continue
        with transaction.atomic():
            steps = item.round.steps() if item.round is not None else ()
            step = steps[item.index] if 0 <= item.index < len(steps) else Step(key=item.step, title=item.title)
            before = (item.role, item.person_id)
            instead_of_nobody(item, step, on=on)
            if (item.role, item.person_id) != before:
                item.save(update_fields=["role", "person", "department", "note"])
                record("workflow.readdress", subject_of(item), by=SYSTEM, why=item.note, about=item.about)
                moved += 1
            nobody_alarm(item, on=on)
    return moved
