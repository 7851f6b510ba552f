"""Handling a task: agree, refuse, return to an earlier step, report it done, acknowledge it as read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.workflow import calendar, subjects
from xinheng.workflow.actions.items import close
from xinheng.workflow.actions.rounds import locked
from xinheng.workflow.actions.running import call_off, end_round, go_on, subject_of
from xinheng.workflow.acts import OUTCOMES, Kind, Outcome, Part, Stand, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item, Round
from xinheng.workflow.procedures import STARTER, Step
from xinheng.workflow.standing import Standing


@act
def finish_item(item: Item, *, by: Person, on: date, outcome: str, remarks: str = "", return_to: str = "") -> Item:
    """Handle a task: `outcome` is agree, refuse or return for a decision, done or return for work, read for a copy.

    Return needs `remarks` and goes to the step `return_to` (STARTER is whoever started); left out, to the step that the
    procedure names, else the one before. Refuse needs remarks too.
    """
    demand(by, "workflow.handle", item)
    round = locked(item.round) if item.round is not None else None
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.round = round
    way = may_take(item, by, on)
    _check(item, outcome, remarks)
    state = State.RETURNED if outcome == Outcome.RETURN else State.DONE
    if not close(item, state, by=by, on=on, outcome=outcome, remarks=remarks.strip(), behalf=way.behalf):
        raise Refusal(already(item))
    record(
        f"workflow.{outcome}", subject_of(item), by=by, why=remarks.strip(), clause=item.clause, about=item.about,
        on_behalf_of=str(way.behalf or ""),
        after={"task": item.title, "step": item.step, "round": round.number if round else None},
    )  # fmt: skip
    if round is not None and item.kind != Kind.READ:
        _in_round(round, item, outcome, return_to, by=by, on=on)
    elif round is None:
        _tell(item, item, outcome, by=by, on=on)
    return item


def may_take(item: Item, by: Person, on: date) -> Standing:
    """Give the standing in which the person takes the task; Refusal with the reason where he may not."""
    if item.state == State.WAITING:
        raise Refusal(_("还没有轮到这一步。请等前一位办理。"))
    if item.state != State.OPEN:
        raise Refusal(already(item))
    way, reason = way_for(item, by, on)
    if way is None:
        raise Refusal(reason)
    return way


def already(item: Item) -> str:
    """Say that the task is no longer open, and through whom."""
    item.refresh_from_db()
    return _("这件事已经结束 ({state}{who}), 不必再办。").format(
        state=item.get_state_display(), who=f", {item.handled_by}" if item.handled_by else ""
    )


def _check(item: Item, outcome: str, remarks: str) -> None:
    if outcome not in OUTCOMES[item.kind]:
        raise Refusal(_("这件事不能这样办理。请在页面给出的几种办法里选一种。"))
    if outcome == Outcome.RETURN and item.round is None:
        raise Refusal(_("单件的事没有前一步, 不能退回。请转办给别人, 或写明意见后办结。"))
    if outcome in (Outcome.REFUSE, Outcome.RETURN) and not remarks.strip():
        raise Refusal(_("请写明理由, 对方要凭它改正。"))
    obstacle = why_not_agree(item) if outcome == Outcome.AGREE else ""
    if obstacle:
        raise Refusal(obstacle)


def why_not_agree(item: Item) -> str:
    """Say what stands against agreeing whoever decides: somebody's advice is awaited, or the content was changed."""
    before = Item.objects.filter(parent=item, part=Part.BEFORE, state=State.OPEN).select_related("person").first()
    if before is not None:
        return _("还在等 {person} 加签。请等他办理后再决定。").format(person=before.person)
    if item.round is not None and item.round.digest != subjects.digest_of(item.subject):
        return _("提交之后内容又改过, 与发起时不同, 不能同意。请退回, 由发起人核对后重新提交。")
    return ""


def _in_round(round: Round, item: Item, outcome: str, return_to: str, *, by: Person, on: date) -> None:
    step = getattr(item.subject, "on_step", None)
    if step is not None:
        step(item, outcome, by=by, on=on)
    if outcome == Outcome.RETURN:
        _return(round, item, return_to, by=by, on=on)
    elif outcome == Outcome.REFUSE and item.part != Part.BEFORE:
        end_round(round, Stand.REFUSED, by=by, on=on, why=_("{person} 不同意, 其余步骤取消。").format(person=by))
    else:
        if item.kind == Kind.DO:
            round.digest = subjects.digest_of(_fresh(item))
            round.save(update_fields=["digest"])
        _next(round, item, by=by, on=on)


def _fresh(item: Item) -> models.Model | None:
    subject = item.subject
    if subject is not None:
        subject.refresh_from_db()
    return subject


def _next(round: Round, item: Item, *, by: Person, on: date) -> None:
    """Open the co-signers who wait for this one; else go on once nobody of the step is left."""
    if item.part == Part.BEFORE:
        return
    for after in Item.objects.filter(parent=item, state=State.WAITING):
        after.state, after.opened_on = State.OPEN, on
        after.due_on = calendar.add_working_days(on, 2)
        after.save(update_fields=["state", "opened_on", "due_on"])
    if round.items.filter(index=item.index, state__in=(State.OPEN, State.WAITING)).exclude(kind=Kind.READ).exists():
        return
    go_on(round, item.index + 1, by=by, on=on)


def _return(round: Round, item: Item, return_to: str, *, by: Person, on: date) -> None:
    why = _("{person} 退回, 这一步取消。").format(person=by)
    call_off(round, on=on, why=why)
    target = return_to or _usual(round, item)
    if target == STARTER:
        _to_starter(round, item, by=by, on=on)
        return
    steps = round.steps()
    index = next((number for number, step in enumerate(steps) if step.key == target), None)
    if index is None or index >= item.index:
        raise Refusal(_("只能退回到前面的步骤。请另选一步。"))
    last = round.items.filter(step=target, part=Part.MAIN, handled_by__isnull=False).order_by("-id").first()
    if last is None:
        raise Refusal(_("“{step}”没有人办理过, 不能退回到那里。请另选一步。").format(step=steps[index].title))
    go_on(round, index, by=by, on=on, person=last.on_behalf_of or last.handled_by)


def _usual(round: Round, item: Item) -> str:
    """Give where the procedure returns to: the step that it names, else the last one that somebody took, else STARTER."""
    steps = round.steps()
    named = steps[item.index].returns_to if 0 <= item.index < len(steps) else ""
    taken = set(round.items.filter(part=Part.MAIN, state=State.DONE).values_list("step", flat=True))
    if named == STARTER or named in taken:
        return named
    return next((step.key for step in reversed(steps[: max(item.index, 0)]) if step.key in taken), STARTER)


def return_targets(item: Item) -> list[tuple[str, str]]:
    """Give the steps to which a task may be returned, the usual one first, each with its title."""
    if item.round is None or item.index < 0:
        return []
    round = item.round
    taken = set(round.items.filter(part=Part.MAIN, state=State.DONE).values_list("step", flat=True))
    found = [(step.key, step.title) for step in round.steps()[: item.index] if step.key in taken]
    found = [*found, (STARTER, _("发起人"))] if round.started_by_id is not None else found
    usual = _usual(round, item)
    return sorted(found, key=lambda one: one[0] != usual)


def _to_starter(round: Round, item: Item, *, by: Person, on: date) -> None:
    from xinheng.workflow.actions.running import open_step

    step = Step(
        key=STARTER, title=_("修改后重新提交"), to_starter=True, act="correct", within_days=3, if_empty="head",
        clause=item.clause, note=_("{person} 退回: {remarks}").format(person=by, remarks=item.remarks),
    )  # fmt: skip
    open_step(round, -1, step, by=by, on=on)
    tell = getattr(round.subject, "on_returned", None)
    if tell is not None:
        tell(round, by=by, on=on)


def _tell(case: Item, item: Item, outcome: str, *, by: Actor, on: date) -> None:
    tell = getattr(item.subject, "on_decided", None)
    if tell is not None:
        tell(case, outcome, by=by, on=on)


def settle_items(subject: models.Model, *, act: str, by: Actor, on: date, remarks: str = "") -> int:
    """End the single tasks `act` on a subject because what they asked for has been done elsewhere; gives how many."""
    type_ = ContentType.objects.get_for_model(subject)
    open_ = Item.objects.filter(
        subject_type=type_, subject_id=str(subject.pk), act=act, round__isnull=True, state=State.OPEN, kind=Kind.DO
    )
    return sum(_settle(item, by=by, on=on, remarks=remarks) for item in open_)


def _settle(item: Item, *, by: Actor, on: date, remarks: str) -> bool:
    if not close(item, State.DONE, by=by, on=on, outcome=Outcome.DONE, remarks=remarks):
        return False
    record("workflow.done", subject_of(item), by=by, why=remarks, clause=item.clause, about=item.about,
           after={"task": item.title})  # fmt: skip
    return True


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of one task of many: `reason` is why it was not handled, empty where it was."""

    item: Item
    reason: str = ""


def finish_many(items: Iterable[Item], *, by: Person, on: date, outcome: str, remarks: str = "") -> list[Handled]:
    """Handle many tasks the same way, each by itself: what one refuses does not stop the others."""
    done: list[Handled] = []
    for item in items:
        try:
            finish_item(item, by=by, on=on, outcome=outcome, remarks=remarks)
        except Refusal as refused:
            done.append(Handled(item, str(refused)))
        else:
            done.append(Handled(item))
    return done
