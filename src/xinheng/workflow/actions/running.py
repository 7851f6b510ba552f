"""How a round goes on: which step comes next, whose it is, and who takes it where nobody may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, Actor, record
from xinheng.org.models import Department, Person
from xinheng.org.roles import FIELD, Role
from xinheng.workflow import acts, calendar, subjects
from xinheng.workflow.acts import Kind, Part, Stand, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item, Round
from xinheng.workflow.procedures import Step
from xinheng.workflow.standing import candidates


def go_on(round: Round, index: int, *, by: Actor, on: date, person: Person | None = None) -> None:
    """Open the first step from `index` on that applies; close the round as agreed where none is left."""
    steps = round.steps()
    while index < len(steps):
        step = steps[index]
        reason = why_left_out(round, step)
        if reason is None:
            if step.special and not round.is_special:
                round.is_special = True
                round.save(update_fields=["is_special"])
            open_step(round, index, step, by=by, on=on, person=person)
            return
        low_risk, why = reason
        _skip(round, index, step, why, low_risk=low_risk, by=by, on=on)
        index, person = index + 1, None
    end_round(round, Stand.AGREED, by=by, on=on)


def why_left_out(round: Round, step: Step) -> tuple[bool, str] | None:
    """Give None where the step is to be taken, else whether low risk lets it be skipped, and the reason in words."""
    subject = round.subject
    if step.when and not subjects.holds(subject, step.when):
        return False, _("不适用: 条件“{when}”不成立。").format(when=subjects.in_words(subject, step.when))
    if step.special and not _is_special(round):
        return False, _("不适用: 不是特殊情况。")
    if step.skip_when and subjects.holds(subject, step.skip_when):
        return True, step.skip_why or _("低风险, 按制度跳过: “{when}”成立。").format(
            when=subjects.in_words(subject, step.skip_when)
        )
    return None


def _is_special(round: Round) -> bool:
    """Say whether the case is special: marked so by somebody, or by the procedure's condition."""
    when = round.as_procedure().special_when
    return round.is_special or (bool(when) and subjects.holds(round.subject, when))


def next_step(round: Round, index: int) -> Step | None:
    """Give the step that would come from `index` on as things stand now, None where the round would end."""
    return next((step for step in round.steps()[index:] if why_left_out(round, step) is None), None)


def _skip(round: Round, index: int, step: Step, why: str, *, low_risk: bool, by: Actor, on: date) -> None:
    Item.objects.create(
        **_columns(round), round=round, step=step.key, index=index, act=step.act, kind=step.kind, title=step.title,
        clause=step.clause, role=step.role, person_id=step.person, state=State.SKIPPED, remarks=why, opened_on=on,
        handled_on=on, handled_at=timezone.now(),
    )  # fmt: skip
    if low_risk:
        record(
            "workflow.skip", subject_of(round), by=SYSTEM, why=why, clause=step.clause, about=round.about,
            after={"step": step.title},
        )  # fmt: skip


def open_step(round: Round, index: int, step: Step, *, by: Actor, on: date, person: Person | None = None) -> Item:
    """Open the tasks of one step: the main one (for `person`, where he had it before), and those of the co-signers."""
    main = _open(round, index, step, Part.MAIN, by=by, on=on, person=person)
    for role in step.with_roles:
        _open(round, index, replace(step, role=role, person=None, to_starter=False), Part.WITH, by=by, on=on)
    for number in step.with_people:
        _open(round, index, replace(step, role="", person=number, to_starter=False), Part.WITH, by=by, on=on)
    return main


def _open(
    round: Round, index: int, step: Step, part: Part, *, by: Actor, on: date, person: Person | None = None
) -> Item:
    if person is None and step.to_starter:
        person = round.started_by
    item = Item(
        **_columns(round), round=round, step=step.key, index=index, part=part, act=step.act, kind=step.kind,
        title=step.title, note=step.note, clause=step.clause, role=step.role,
        department=_department(round, step), opened_on=on,
        opened_by=by if isinstance(by, Person) else None,
        due_on=None if step.within_days is None else calendar.add_working_days(on, step.within_days),
    )  # fmt: skip
    item.person = person
    if person is None and step.person is not None:
        item.person_id = step.person
    if person is not None and not someone_may(item, on):
        item.person = None if step.role else person
    if not item.role and item.person_id is None:
        item.role = Role.SECURITY_ADMIN  # nobody is named at all: it must not vanish
    instead_of_nobody(item, step, on=on)
    item.save()
    if not someone_may(item, on):
        nobody_alarm(item, on=on)
    return item


def _columns(round: Round) -> dict[str, Any]:
    return {
        name: getattr(round, name)
        for name in ("subject_type", "subject_id", "subject_label", "about_type", "about_id", "about_label")
    }


def _department(round: Round, step: Step) -> Department | None:
    scope = step.scope or ("department" if step.role in FIELD else "all")
    return round.department if scope == "department" else None


def someone_may(item: Item, on: date) -> bool:
    """Say whether there is anybody who may take the task."""
    return any(way_for(item, way.person, on)[0] is not None for way in candidates(item, on))


def instead_of_nobody(item: Item, step: Step, *, on: date) -> None:
    """Where nobody may take the task, address it by the step's rule; say so in its note."""
    if someone_may(item, on):
        return
    before = item.get_role_display() if item.role else str(item.person or "")
    if step.if_empty == "role" and step.fallback:
        other = replace_address(item, role=step.fallback)
        if someone_may(other, on):
            _readdress(item, _("本应由{who}办理; 现无人可办, 按规则转由{other}办理。").format(
                who=before, other=Role(step.fallback).label), role=step.fallback)  # fmt: skip
            return
    if step.if_empty in ("head", "role"):
        for head in heads_above(item.department or (item.round.department if item.round else None)):
            if someone_may(replace_address(item, person=head), on):
                _readdress(
                    item, _("本应由{who}办理; 现无人可办, 按规则转上级部门负责人办理。").format(who=before), person=head
                )
                return


def replace_address(item: Item, *, role: str = "", person: Person | None = None) -> Item:
    """Give an unsaved copy of the task, addressed otherwise."""
    copied = Item(**{field.attname: getattr(item, field.attname) for field in Item._meta.concrete_fields})
    copied.role, copied.person, copied.department = role, person, None
    return copied


def _readdress(item: Item, note: str, *, role: str = "", person: Person | None = None) -> None:
    item.role, item.person, item.department = role, person, None
    item.note = "\n".join(filter(None, (item.note, note)))


def heads_above(department: Department | None) -> Iterator[Person]:
    """Give the heads of a department and of those above it, nearest first; without one, the heads at the top."""
    if department is None:
        tops = Department.objects.filter(parent__isnull=True, head__isnull=False).select_related("head")
        yield from (top.head for top in tops if top.head is not None)
        return
    numbers = [int(number) for number in department.path.strip("/").split("/") if number]
    found = Department.objects.filter(pk__in=numbers, head__isnull=False).select_related("head")
    for above in sorted(found, key=lambda one: -len(one.path)):
        if above.head is not None:
            yield above.head


def nobody_alarm(item: Item, *, on: date) -> Item | None:
    """Tell the security administrator that a task has nobody to take it, once while it lasts."""
    if item.kind == Kind.READ or someone_may(item, on):
        return None
    if Item.objects.filter(parent=item, act="assign", state__in=acts.PENDING).exists():
        return None
    who = item.get_role_display() if item.role else str(item.person or "")
    alarm: Item = Item.objects.create(
        subject_type=item.subject_type, subject_id=item.subject_id, subject_label=_("待办 {number}").format(number=item.pk),
        parent=item, act="assign", kind=Kind.DO, role=Role.SECURITY_ADMIN, opened_on=on, due_on=on,
        title=_("有待办无人可办: {who} · {act}").format(who=who, act=item.act_label)[:200],
        note=_("请安排任职或委托, 或把这件事指定给可以办理的人。"),
    )  # fmt: skip
    record("workflow.alarm", item, by=SYSTEM, why=alarm.title, about=item.about)
    return alarm


def end_round(round: Round, state: Stand, *, by: Actor, on: date, why: str = "") -> None:
    """Close the round, call off what is still open in it, and tell the subject."""
    round.state, round.closed_at = state, timezone.now()
    round.save(update_fields=["state", "closed_at"])
    call_off(round, on=on, state=State.WITHDRAWN if state == Stand.WITHDRAWN else State.CANCELLED, why=why)
    tell = getattr(round.subject, "on_decided", None)
    if tell is not None:
        tell(round, str(state), by=by, on=on)


def call_off(round: Round, *, on: date, state: State = State.CANCELLED, why: str = "") -> None:
    """End what is still pending in the round, except what is only to be read; and the alarms about it."""
    pending = round.items.filter(state__in=acts.PENDING).exclude(kind=Kind.READ)
    numbers = list(pending.values_list("pk", flat=True))
    told = {"state": state, "handled_on": on, "handled_at": timezone.now(), "remarks": why}
    Item.objects.filter(parent__in=numbers, act="assign", state__in=acts.PENDING).update(
        **told | {"state": State.CANCELLED}
    )
    Item.objects.filter(pk__in=numbers).update(**told)


def subject_of(case: Round | Item) -> Any:
    """Give the subject, or the row that names it where the subject is gone."""
    return case.subject if case.subject is not None else case
