"""Four eyes: who may not take a task, and why. Asked by the action, so that page, API and command agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS
from xinheng.workflow import subjects
from xinheng.workflow.acts import Kind, Part, State
from xinheng.workflow.models import Item
from xinheng.workflow.standing import Standing, ways_to


def way_for(item: Item, person: Person, on: date) -> tuple[Standing | None, str]:
    """Give the standing in which the person may take the task, or None and the reason in words.

    Own right goes before a lent one. A right that is lent by somebody who must keep away is no right.
    """
    ways = ways_to(item, person, on)
    if not ways:
        return None, _("这件事不是交给您办的。请由指定的人或角色办理, 或请他转办给您。")
    reasons = dict(_kept_away(item))
    if person.pk in reasons:
        return None, reasons[person.pk]
    if item.role not in ADMINISTRATORS and not ADMINISTRATORS.isdisjoint(person.roles(on=on)):
        return None, _("管理员不办理业务。请由业务角色的人办理。")
    if not subjects.may_see(item.subject, person):
        return None, _("您不能查看这件事的对象, 因此不能办理。请联系安全管理员调整任职。")
    for way in ways:
        if way.behalf is None or way.behalf.pk not in reasons:
            return way, ""
    lender = ways[0].behalf
    return None, _("您是代 {name} 办理, 而 {name} 本人须回避这件事, 受托人也须回避。请由他人办理。").format(name=lender)


def _kept_away(item: Item) -> Iterator[tuple[int, str]]:
    """Give everybody who must keep away from the task, with the reason; the first reason given is not the one kept."""
    yield from subjects.forbidden(item.subject, item).items()
    yield from _of_other_steps(item)
    if item.kind == Kind.DECIDE:
        editor = subjects.last_editor(item.subject)
        if editor is not None:
            yield editor.pk, _("最后修改的人不能审批自己改过的内容。请由他人办理。")
        starter = _("发起人不能审批自己发起的事。请由他人办理。")
        for person in (
            item.opened_by_id if item.round is None else item.round.started_by_id,
            None if item.round is None else item.round.started_for_id,
        ):
            if person is not None:
                yield person, starter


def _of_other_steps(item: Item) -> Iterator[tuple[int, str]]:
    """Give those who took a step of the same round that must be in another hand."""
    if item.round is None:
        return
    procedure = item.round.as_procedure()
    apart: dict[str, str] = {}
    for steps, clause in procedure.apart:
        if item.step in steps:
            apart |= dict.fromkeys(set(steps) - {item.step}, clause)
    handled = item.round.items.filter(handled_by__isnull=False, state__in=(State.DONE, State.RETURNED))
    for other in handled.exclude(step=item.step).exclude(kind=Kind.READ).exclude(part=Part.BEFORE):
        if other.step in apart:
            reason = _("您已办理“{step}”, 制度要求这两步由不同的人办理 ({clause})。请由他人办理。").format(
                step=other.title, clause=apart[other.step] or "—"
            )
        elif item.kind == Kind.DECIDE == other.kind and other.role != item.role:
            reason = _("您已在这一轮里审批过“{step}”, 同一人不能以两个角色审批同一件事。请由他人办理。").format(
                step=other.title
            )
        else:
            continue
        for person in (other.handled_by_id, other.on_behalf_of_id):
            if person is not None:
                yield person, reason
