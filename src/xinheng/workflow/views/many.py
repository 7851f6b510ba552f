"""Handling many tasks at once: chosen in the list, confirmed with what will happen to each, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.org.access import person_of
from xinheng.org.models import Person
from xinheng.workflow import actions, queries
from xinheng.workflow.actions.handling import why_not_agree
from xinheng.workflow.actions.running import next_step
from xinheng.workflow.acts import OUTCOMES, Kind, Outcome, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item

AT_MOST = 200
"""How many tasks are handled at once."""
TOGETHER = (Outcome.AGREE, Outcome.DONE, Outcome.READ, Outcome.REFUSE)


def _chosen(request: HttpRequest) -> list[Item]:
    numbers = [int(number) for number in request.POST.getlist("item") if number.isdecimal() and len(number) < 19]
    items = Item.objects.visible_to(person_of(request)).filter(pk__in=numbers[:AT_MOST])
    return list(items.select_related("round", "person", "department").order_by("due_on", "pk"))


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Show what will happen to each of the chosen tasks, before anything does."""
    items, outcome = _chosen(request), request.POST.get("outcome", "")
    if not items or outcome not in TOGETHER:
        messages.warning(request, _("请先勾选要一起办理的事。"))
        return redirect("workflow.inbox")
    rows = [{"item": item} | foreseen(item, person_of(request), outcome) for item in items]
    context = {
        "rows": rows, "outcome": outcome, "outcome_label": Outcome(outcome).label,
        "ready": sum(not row["reason"] for row in rows), "needs_remarks": outcome == Outcome.REFUSE,
    }  # fmt: skip
    return render(request, "workflow/many.html", context)


def foreseen(item: Item, person: Person, outcome: str) -> dict[str, Any]:
    """Say what will come of a task handled so, or why it will not be."""
    reason = ""
    if item.state != State.OPEN:
        reason = _("已经结束, 不必再办。")
    elif outcome not in OUTCOMES[item.kind]:
        reason = _("这件事不能这样办理, 请单独打开。")
    else:
        _way, reason = way_for(item, person, timezone.localdate())
        if not reason and outcome == Outcome.AGREE:
            reason = why_not_agree(item)
    return {"reason": reason, "then": "" if reason else then(item, outcome)}


def then(item: Item, outcome: str) -> str:
    """Say in words what follows when a task is handled so."""
    if item.kind == Kind.READ:
        return _("标为已阅。")
    if item.round is None:
        return _("办结。")
    if outcome == Outcome.REFUSE:
        return _("本轮结束: 未通过。")
    others = item.round.items.filter(index=item.index, state__in=(State.OPEN, State.WAITING)).exclude(kind=Kind.READ)
    if others.exclude(pk=item.pk).exists():
        return _("还等同一步的其他人办理。")
    following = next_step(item.round, item.index + 1)
    return _("转到下一步“{step}”。").format(step=following.title) if following else _("本轮结束: 通过。")


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Handle the confirmed tasks, each by itself, and show what came of it."""
    items, outcome = _chosen(request), request.POST.get("outcome", "")
    if outcome not in TOGETHER:
        return redirect("workflow.inbox")
    done = actions.finish_many(
        items, by=person_of(request), on=timezone.localdate(), outcome=outcome, remarks=request.POST.get("remarks", "")
    )
    request.session["workflow_many"] = {
        "outcome": outcome, "rows": [[handled.item.pk, handled.reason] for handled in done]
    }  # fmt: skip
    return redirect("workflow.many_result")


def result(request: HttpRequest) -> HttpResponse:
    """Show what came of the tasks handled last: each done, or why not."""
    told = request.session.get("workflow_many")
    if not told:
        return redirect("workflow.inbox")
    items = {
        item.pk: item
        for item in Item.objects.visible_to(person_of(request))
        .filter(pk__in=[number for number, _reason in told["rows"]])
        .select_related("round")
    }
    rows = [{"item": items[number], "reason": reason} for number, reason in told["rows"] if number in items]
    context = {
        "rows": rows, "done": sum(not row["reason"] for row in rows), "failed": sum(bool(row["reason"]) for row in rows),
        "outcome_label": Outcome(told["outcome"]).label,
        "left": queries.counts(person_of(request), timezone.localdate()).open,
    }  # fmt: skip
    return render(request, "workflow/many_result.html", context)
