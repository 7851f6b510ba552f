"""Tasks for other systems: what waits for the token's person, and handling it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from xinheng.connect.gate import REFUSALS, caller, needs_scope, once
from xinheng.workflow import acts
from xinheng.workflow.actions import finish_item
from xinheng.workflow.acts import Outcome
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_for, visible

router = Router(tags=["tasks"])


class TaskOut(Schema):
    """Something that somebody must decide or do."""

    id: int
    act: str
    act_label: str
    kind: str
    title: str
    clause: str
    due_on: date | None
    opened_on: date
    state: str
    outcome: str


class Tasks(Schema):
    """What waits, soonest first; `next` is null at the end."""

    tasks: list[TaskOut]
    next: int | None


class Asked(Schema):
    """Which part of the list is wanted."""

    model_config = ConfigDict(extra="forbid")
    start: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Handling(Schema):
    """How a task is handled; not agreeing and returning need `remarks`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    outcome: Outcome
    remarks: Annotated[str, Field(max_length=2000)] = ""
    return_to: Annotated[str, Field(max_length=60)] = ""


def told(item: Item) -> dict[str, Any]:
    """Give a task as the API shows it."""
    return {
        "id": item.pk, "act": item.act, "act_label": acts.label(item.act), "kind": item.kind, "title": item.title,
        "clause": item.clause, "due_on": item.due_on, "opened_on": item.opened_on, "state": item.state,
        "outcome": item.outcome,
    }  # fmt: skip


@router.get("", response={200: Tasks, **REFUSALS}, summary="待我办理")
@needs_scope("tasks:read")
def tasks(request: HttpRequest, asked: Query[Asked]) -> Any:
    """List what waits for the token's person."""
    rows = list(items_for(caller(request), timezone.localdate())[asked.start : asked.start + asked.limit + 1])
    more = len(rows) > asked.limit
    return {"tasks": [told(row) for row in rows[: asked.limit]], "next": asked.start + asked.limit if more else None}


@router.post("/{task}", response={200: TaskOut, **REFUSALS}, summary="办理")
@needs_scope("tasks:write")
@once
def handle(request: HttpRequest, task: Annotated[int, Field(ge=1, le=2**31)], handling: Handling) -> Any:
    """Handle a task: the same function as on the page, with the same four eyes."""
    today = timezone.localdate()
    item = get_object_or_404(visible(Item.objects.all(), caller(request), today), pk=task)
    finish_item(
        item, by=caller(request), on=today, outcome=handling.outcome, remarks=handling.remarks,
        return_to=handling.return_to,
    )  # fmt: skip
    return Status(200, told(Item.objects.get(pk=item.pk)))
