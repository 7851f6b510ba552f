"""What happened in a round, for people to read: newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from xinheng.workflow.acts import Kind, Part, State
from xinheng.workflow.models import Item, Round

ICONS = {
    State.OPEN: "hourglass", State.WAITING: "clock", State.DONE: "check", State.RETURNED: "arrow-back-up",
    State.TRANSFERRED: "transfer", State.SKIPPED: "chevron-right", State.WITHDRAWN: "x", State.CANCELLED: "x",
}  # fmt: skip
TINTS = {State.OPEN: "blue", State.DONE: "green", State.RETURNED: "orange", State.TRANSFERRED: "orange"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as the timeline shows it."""

    at: datetime
    icon: str
    title: str
    who: str = ""
    text: str = ""
    colour: str = ""


def history(case: Item | Round) -> list[Event]:
    """Give what happened to a task, or in the whole round that it belongs to."""
    round = case if isinstance(case, Round) else case.round
    if round is None:
        assert isinstance(case, Item)
        return [_event(case, [])]
    joined = round.items.select_related("person", "handled_by", "on_behalf_of", "opened_by")
    items = [item for item in joined.order_by("id") if item.kind != Kind.READ or item.handled_by_id]
    events = [_event(item, items) for item in items]
    start = _("{name} 发起").format(name=round.started_by) if round.started_by else _("系统发起")
    events.append(Event(round.started_at, "flag", start, text=round.title, colour="blue"))
    if round.closed_at is not None:
        events.append(Event(round.closed_at, "flag", round.get_state_display()))
    order = {id(event): place for place, event in enumerate(events)}
    open_first = sorted(events, key=lambda event: (event.icon in {"hourglass", "clock"}, event.at, -order[id(event)]))
    return open_first[::-1]


def _event(item: Item, others: list[Item]) -> Event:
    state = State(item.state)
    if item.outcome == "refuse":
        icon, colour = "x", "red"
    else:
        icon, colour = ICONS[state], TINTS.get(state, "")
    part = f" · {item.get_part_display()}" if item.part != Part.MAIN else ""
    said = item.get_outcome_display() if item.outcome else item.get_state_display()
    text = [item.remarks]
    if state == State.TRANSFERRED:
        to = next((other.person for other in others if other.parent_id == item.pk), None)
        text.insert(0, _("转给 {person}").format(person=to) if to else "")
    if item.is_pending and item.due_on is not None:
        text.append(_("期限 {due}").format(due=item.due_on))
    return Event(
        at=item.handled_at or item.opened_at, icon=icon, colour=colour, title=f"{item.title}{part} · {said}",
        who=who_of(item), text="\n".join(filter(None, text)),
    )  # fmt: skip


def who_of(item: Item) -> str:
    """Give who handled the task, or has it."""
    if item.handled_by is not None:
        if item.on_behalf_of is not None:
            return _("{person} (代 {other})").format(person=item.handled_by, other=item.on_behalf_of)
        return str(item.handled_by)
    if item.state == State.SKIPPED:
        return ""
    if item.person is not None:
        return str(item.person)
    return str(item.get_role_display())


def days_late(item: Item, on: date) -> int:
    """Give how many days the task is late, 0 where it is not."""
    return (on - item.due_on).days if item.is_late(on) and item.due_on is not None else 0
