"""Single tasks: opened for a role or a person, called off when there is nothing left to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.org.models import Department, Person
from xinheng.org.roles import FIELD
from xinheng.workflow import acts, subjects
from xinheng.workflow.acts import Kind, Part, State
from xinheng.workflow.models import Item


def person_or_none(by: Actor) -> Person | None:
    """Give who acts as a row of the company's people; None for the application itself or a customer."""
    return by if isinstance(by, Person) else None


def concerning(subject: models.Model, about: models.Model | None) -> dict[str, Any]:
    """Give the columns that name a subject and what it is about."""
    told: dict[str, Any] = {
        "subject_type": ContentType.objects.get_for_model(subject),
        "subject_id": str(subject.pk),
        "subject_label": str(subject)[:200],
    }
    if about is not None:
        told |= {
            "about_type": ContentType.objects.get_for_model(about),
            "about_id": str(about.pk),
            "about_label": str(about)[:200],
        }
    return told


@act
def open_item(
    subject: models.Model,
    *,
    by: Actor,
    on: date,
    act: str,
    title: str,
    role: str = "",
    person: Person | None = None,
    due: date | None = None,
    kind: Kind | None = None,
    clause: str = "",
    note: str = "",
    about: models.Model | None = None,
    department: Department | None = None,
    parent: Item | None = None,
    part: Part = Part.MAIN,
) -> Item:
    """Open one task: `role` (of the department, where given) or `person` is to do `act` to `subject`, by the day `due`.

    The room that calls has checked that `by` may do so. A role that nobody can fill alarms the security administrator.
    A role that sees its own branch alone is asked in the branch of what the task is about, unless another is given.
    """
    from xinheng.workflow.actions.running import nobody_alarm

    if not role and person is None:
        raise Refusal(_("这件事没有写明交给谁。请选择一个角色或一个人。"))
    if due is not None and due < on - timedelta(days=3660):
        raise Refusal(_("期限 {due} 不对。请填今天以后的日期。").format(due=due))
    if department is None and role in FIELD:
        department = getattr(about if about is not None else subject, "department", None)
    item: Item = Item.objects.create(
        **concerning(subject, about), act=act, kind=kind or acts.kind(act), title=title[:200], role=role, person=person,
        due_on=due, clause=clause[:200], note=note, department=department, parent=parent, part=part,
        opened_by=person_or_none(by), opened_on=on,
    )  # fmt: skip
    record(
        "workflow.open", subject, by=by, clause=clause, about=about,
        after={"act": act, "title": title, "role": role, "person": str(person or ""), "due": str(due or "")},
    )  # fmt: skip
    nobody_alarm(item, on=on)
    return item


@act
def cancel_item(item: Item, *, by: Actor, on: date, why: str) -> Item:
    """Call off a single task that there is no longer any need for; the room that calls has checked the right to."""
    if item.round_id is not None:
        raise Refusal(_("这是一轮流程里的一步, 不能单独取消。请撤回或退回这一轮。"))
    if not close(item, State.CANCELLED, by=by, on=on, remarks=why):
        raise Refusal(_("这件事已经办过了, 不能取消。"))
    record("workflow.cancel", item.subject or item, by=by, why=why, about=item.about, before={"title": item.title})
    return item


def close(
    item: Item, state: State, *, by: Actor, on: date, outcome: str = "", remarks: str = "", behalf: Person | None = None
) -> bool:
    """Move a pending task to its end; False where somebody was quicker. The one place where a task ends."""
    told = {
        "state": state,
        "outcome": outcome,
        "remarks": remarks,
        "handled_by": person_or_none(by),
        "on_behalf_of": behalf,
        "handled_on": on,
        "handled_at": timezone.now(),
    }
    if Item.objects.filter(pk=item.pk, state__in=acts.PENDING).update(**told) != 1:
        return False
    for name, value in told.items():
        setattr(item, name, value)
    alarms = Item.objects.filter(parent=item, act="assign", state__in=acts.PENDING)
    alarms.update(
        state=State.CANCELLED, handled_on=on, handled_at=timezone.now(), remarks=_("原待办已有结果, 不必再安排。")
    )
    return True


def subject_of(item: Item) -> Any:
    """Give what the task is about, or the task itself where that is gone."""
    return subjects_or(item.subject, item)


def subjects_or(subject: Any, item: models.Model) -> Any:
    """Give the subject, or the row that names it where the subject itself has been removed."""
    return subject if subject is not None else item


__all__ = ["cancel_item", "close", "concerning", "open_item", "person_or_none", "subject_of", "subjects", "subjects_or"]
