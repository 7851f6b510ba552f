"""What can be asked about tasks: whose they are, how many, what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.workflow.acts import PENDING, Kind, Stand, State
from xinheng.workflow.models import Item, Items, Round
from xinheng.workflow.procedures import Step
from xinheng.workflow.standing import addressed_to

_JOINED = ("round", "round__started_by", "person", "department", "opened_by", "handled_by", "on_behalf_of")


def items_for(person: Person, on: date) -> Items:
    """Give what waits for the person (待我办理): addressed to him, his roles or those lent to him; soonest first.

    What he started himself and may therefore not decide is left out.
    """
    own = Q(kind=Kind.DECIDE) & (Q(round__started_by=person) | Q(round__isnull=True, opened_by=person))
    found: Items = (
        Item.objects.filter(addressed_to(person, on), state=State.OPEN)
        .exclude(kind=Kind.READ)
        .exclude(own)
        .select_related(*_JOINED)
        .order_by(models.F("due_on").asc(nulls_last=True), "id")
    )
    return found


def waiting_for_him_alone(person: Person, _on: date) -> dict[str, int]:
    """Count by act what is addressed to the person by name, so that nobody else handles it if he is gone."""
    his = Item.objects.filter(person=person, state__in=PENDING).exclude(kind=Kind.READ)
    counted: dict[str, int] = {}
    for item in his.only("act"):
        counted[str(item.act_label)] = counted.get(str(item.act_label), 0) + 1
    return counted


def open_items() -> models.Prefetch[Any]:
    """Give how the open tasks of rounds are fetched along with them, as `now`."""
    now = Item.objects.filter(state=State.OPEN).exclude(kind=Kind.READ).select_related("person").order_by("index", "id")
    return models.Prefetch("items", queryset=now, to_attr="now")


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of a round, and where it stands: done, here, ahead or skipped."""

    step: Step
    stand: str


def plan_of(round: Round) -> list[Planned]:
    """Give the steps of a round in order, each with where it stands now."""
    last = dict(round.items.exclude(kind=Kind.READ).order_by("id").values_list("step", "state"))
    names = {State.OPEN: "here", State.WAITING: "here", State.SKIPPED: "skipped", State.DONE: "done"}
    return [
        Planned(step, names.get(State(last[step.key]), "ahead") if step.key in last else "ahead")
        for step in round.steps()
    ]


def handled_by(person: Person) -> Items:
    """Give what the person has handled (我已办理), latest first."""
    found: Items = (
        Item.objects.filter(handled_by=person).exclude(kind=Kind.READ).select_related(*_JOINED).order_by("-handled_at")
    )
    return found


def started_by(person: Person) -> models.QuerySet[Round]:
    """Give the rounds that the person started (我发起的), latest first."""
    return (
        Round.objects.filter(Q(started_by=person) | Q(started_for=person)).select_related("started_by").order_by("-id")
    )


def copied_to(person: Person) -> Items:
    """Give the copies sent to the person (抄送我的), unread ones first."""
    found: Items = (
        Item.objects.filter(person=person, kind=Kind.READ)
        .select_related(*_JOINED)
        .order_by(models.Case(models.When(state=State.OPEN, then=0), default=1), "-id")
    )
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks wait for a person, how many of them are late, how many of his rounds run, how many copies unread."""

    open: int
    late: int
    started: int
    copies: int
    notices: int


def counts(person: Person, on: date) -> Counts:
    """Give how much waits for a person."""
    waiting = (
        items_for(person, on)
        .order_by()
        .aggregate(
            open=models.Count("pk", distinct=True), late=models.Count("pk", distinct=True, filter=Q(due_on__lt=on))
        )
    )
    return Counts(
        open=waiting["open"],
        late=waiting["late"],
        started=started_by(person).filter(state=Stand.OPEN).count(),
        copies=Item.objects.filter(person=person, kind=Kind.READ, state=State.OPEN).count(),
        notices=person.notices.filter(read_at__isnull=True).count(),
    )


def visible(items: Items, person: Person, on: date) -> Items:
    """Give those of `items` that the person may look at.

    They are addressed to him, were handled, handed out or started by him, or belong to a round in which he takes part.
    Internal audit looks at all that business does.
    """
    if Role.INTERNAL_AUDIT in person.roles(on=on) and person.is_active:
        return items.exclude(role__in=ADMINISTRATORS)
    mine = (
        addressed_to(person, on)
        | Q(handled_by=person)
        | Q(opened_by=person)
        | Q(round__started_by=person)
        | Q(round__started_for=person)
    )
    rounds = Item.objects.filter(addressed_to(person, on) | Q(handled_by=person), round__isnull=False).values("round")
    found: Items = items.filter(mine | Q(round__in=rounds))
    return found


def items_of(subject: models.Model) -> Items:
    """Give all tasks on a subject, latest first."""
    found: Items = Item.objects.filter(**_of(subject)).select_related(*_JOINED).order_by("-id")
    return found


def rounds_of(subject: models.Model) -> models.QuerySet[Round]:
    """Give all rounds over a subject, latest first."""
    return Round.objects.filter(**_of(subject)).order_by("-id")


def open_round(subject: models.Model, procedure: str) -> Round | None:
    """Give the round of a procedure that runs on the subject, if one does."""
    return rounds_of(subject).filter(procedure=procedure, state=Stand.OPEN).first()


def items_about(customer: models.Model) -> Items:
    """Give all tasks that concern a customer, latest first."""
    found: Items = (
        Item.objects.filter(about_type=ContentType.objects.get_for_model(customer), about_id=str(customer.pk))
        .select_related(*_JOINED)
        .order_by("-id")
    )
    return found


def late_items(on: date) -> Items:
    """Give everything that is open after its day, the latest first."""
    found: Items = Item.objects.filter(state=State.OPEN, due_on__lt=on).select_related(*_JOINED).order_by("due_on")
    return found


def _of(subject: models.Model) -> dict[str, Any]:
    return {"subject_type": ContentType.objects.get_for_model(subject), "subject_id": str(subject.pk)}
