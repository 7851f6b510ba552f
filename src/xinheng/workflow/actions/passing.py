"""Passing a task on: to somebody else, to a co-signer, as a copy; and reminding those who have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import BUSINESS
from xinheng.workflow import calendar, notices, subjects
from xinheng.workflow.actions.handling import already, may_take
from xinheng.workflow.actions.items import close
from xinheng.workflow.actions.running import replace_address, someone_may, subject_of
from xinheng.workflow.acts import Kind, Part, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item
from xinheng.workflow.standing import candidates, standings


def _locked(item: Item) -> Item:
    found: Item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    return found


def _twin(item: Item, *, person: Person, role: str, part: str, by: Person, on: date) -> Item:
    twin = replace_address(item, role=role, person=person)
    twin.pk = None
    twin.parent, twin.part, twin.state = item, part, State.OPEN
    twin.outcome = twin.remarks = ""
    twin.handled_by = twin.on_behalf_of = None
    twin.handled_on = twin.handled_at = twin.reminded_on = twin.escalated_on = None
    twin.escalations, twin.opened_by, twin.opened_on = 0, by, on
    return twin


def _role_for(item: Item, person: Person, on: date) -> str:
    """Give the role in which a person would take the task over: the task's own, else any business role of his."""
    held = {way.role for way in standings(on, person=person)}
    if item.role:
        return item.role if item.role in held else ""
    return next(iter(sorted(held & set(BUSINESS))), "")


def _checked(item: Item, to: Person, on: date) -> str:
    """Give the role in which `to` may take the task; Refusal where he may not."""
    if not to.is_active:
        raise Refusal(_("{person} 的账号已停用。请另选一人。").format(person=to))
    role = _role_for(item, to, on)
    if not role:
        raise Refusal(_("{person} 没有担任“{role}”, 不能接办。请选担任这个角色的人。").format(
            person=to, role=item.get_role_display() if item.role else _("业务角色")))  # fmt: skip
    way, reason = way_for(replace_address(item, role=role, person=to), to, on)
    if way is None:
        raise Refusal(_("不能交给 {person}: {reason}").format(person=to, reason=reason))
    return role


@act
def transfer_item(item: Item, *, to: Person, by: Person, on: date, why: str) -> Item:
    """Hand a task over to somebody else who may take it; gives his task."""
    demand(by, "workflow.handle", item)
    item = _locked(item)
    way = may_take(item, by, on)
    if item.kind == Kind.READ:
        raise Refusal(_("抄送件不用转办。请用抄送。"))
    return _hand_over(item, to, by=by, on=on, why=why, behalf=way.behalf, name="workflow.transfer")


@act
def assign_item(item: Item, *, to: Person, by: Person, on: date, why: str) -> Item:
    """Give a task that nobody may take to somebody who may; for the security administrator."""
    demand(by, "workflow.assign", item)
    item = _locked(item)
    if item.state != State.OPEN:
        raise Refusal(already(item))
    if someone_may(item, on):
        raise Refusal(_("这件事有人可办, 不必指定。请由现办理人转办。"))
    return _hand_over(item, to, by=by, on=on, why=why, behalf=None, name="workflow.assign")


def _hand_over(item: Item, to: Person, *, by: Person, on: date, why: str, behalf: Person | None, name: str) -> Item:
    if not why.strip():
        raise Refusal(_("请写明转办的原因。"))
    if to.pk in {by.pk, item.person_id}:
        raise Refusal(_("这件事已经在 {person} 手里。请另选一人。").format(person=to))
    role = _checked(item, to, on)
    twin = _twin(item, person=to, role=role, part=item.part, by=by, on=on)
    if not close(item, State.TRANSFERRED, by=by, on=on, remarks=why.strip(), behalf=behalf):
        raise Refusal(already(item))
    twin.save()
    Item.objects.filter(parent=item, part__in=(Part.BEFORE, Part.AFTER), state__in=(State.OPEN, State.WAITING)).update(
        parent=twin
    )
    record(
        name, subject_of(item), by=by, why=why.strip(), clause=item.clause, about=item.about,
        on_behalf_of=str(behalf or ""), after={"task": item.title, "to": to.actor_name},
    )  # fmt: skip
    notices.tell(to, twin, "transfer", on=on)
    return twin


@act
def add_cosigner(
    item: Item, *, person: Person, position: Literal["before", "after"], by: Person, on: date, why: str
) -> Item:
    """Ask somebody else to sign too: `before` gives an opinion first, `after` must agree as well for the step to pass."""
    demand(by, "workflow.handle", item)
    item = _locked(item)
    may_take(item, by, on)
    if item.round is None or item.kind == Kind.READ or item.part in (Part.BEFORE, Part.AFTER):
        raise Refusal(_("只有流程里的主办或会签步骤可以加签。"))
    if not why.strip():
        raise Refusal(_("请写明为什么请他加签。"))
    if person.pk == by.pk:
        raise Refusal(_("不能请自己加签。请另选一人。"))
    held = {way.role for way in standings(on, person=person)} & set(BUSINESS)
    if not person.is_active or not held:
        raise Refusal(_("{person} 没有业务角色, 不能加签。请另选一人。").format(person=person))
    role = item.role if item.role in held else min(held)
    part = Part.BEFORE if position == "before" else Part.AFTER
    twin = _twin(item, person=person, role=role, part=part, by=by, on=on)
    _way, reason = way_for(twin, person, on)
    if reason:
        raise Refusal(_("不能请 {person} 加签: {reason}").format(person=person, reason=reason))
    if Item.objects.filter(parent=item, person=person, part=part, state__in=(State.OPEN, State.WAITING)).exists():
        raise Refusal(_("已经请 {person} 加签了。").format(person=person))
    twin.state = State.OPEN if part == Part.BEFORE else State.WAITING
    twin.note = why.strip()
    twin.due_on = calendar.add_working_days(on, 2)
    twin.save()
    record(
        "workflow.add_cosigner", subject_of(item), by=by, why=why.strip(), about=item.about,
        after={"task": item.title, "person": person.actor_name, "position": position},
    )  # fmt: skip
    notices.tell(person, twin, "cosign", on=on)
    return twin


@act
def copy_item(item: Item, *, to: Iterable[Person], by: Person, on: date, why: str = "") -> list[Item]:
    """Let others read a task that concerns one: each gets a copy to acknowledge."""
    demand(by, "workflow.see", item)
    people = list({person.pk: person for person in to}.values())
    if not people:
        raise Refusal(_("请选择抄送给谁。"))
    copies: list[Item] = []
    for person in people:
        if not person.is_active or not subjects.may_see(item.subject, person):
            raise Refusal(
                _("{person} 不能查看“{subject}”, 不能抄送。").format(person=person, subject=item.subject_label)
            )
        if Item.objects.filter(parent=item, person=person, kind=Kind.READ, state=State.OPEN).exists():
            continue
        copied = _twin(item, person=person, role="", part=Part.MAIN, by=by, on=on)
        copied.kind, copied.act, copied.note, copied.due_on = Kind.READ, "read", why.strip(), None
        copied.save()
        copies.append(copied)
        notices.tell(person, copied, "copy", on=on)
    record(
        "workflow.copy", subject_of(item), by=by, why=why.strip(), about=item.about,
        after={"task": item.title, "to": [person.actor_name for person in people]},
    )  # fmt: skip
    return copies


@act
def remind(item: Item, *, by: Person, on: date) -> Item:
    """Remind those who have the task, once a day at most; by whoever started it or handed it out."""
    demand(by, "workflow.see", item)
    item = _locked(item)
    if item.state != State.OPEN:
        raise Refusal(already(item))
    asking = {item.opened_by_id, *((item.round.started_by_id, item.round.started_for_id) if item.round else ())}
    if by.pk not in asking:
        raise Refusal(_("只有发起人或交办人可以催办。"))
    if item.reminded_on is not None and item.reminded_on >= on:
        raise Refusal(_("今天已经催办过一次。请明天再催, 或直接联系办理人。"))
    item.reminded_on = on
    item.save(update_fields=["reminded_on"])
    for way in candidates(item, on):
        notices.tell(way.person, item, "remind", on=on)
    record("workflow.remind", subject_of(item), by=by, about=item.about, after={"task": item.title})
    return item
