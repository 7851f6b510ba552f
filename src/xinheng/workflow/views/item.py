"""The page of one task, and what can be done with it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.workflow import actions, queries, subjects
from xinheng.workflow.actions.rounds import was_decided
from xinheng.workflow.actions.running import someone_may
from xinheng.workflow.acts import Kind, Part, Stand, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.forms import CopyForm, CosignForm, DecisionForm, PassForm, colleagues, takers
from xinheng.workflow.history import history
from xinheng.workflow.models import Item, Round


def _visible(request: HttpRequest, pk: int) -> Item:
    items = Item.objects.visible_to(person_of(request)).select_related("round__started_by", "person", "department")
    found: Item = get_object_or_404(items, pk=pk)
    return found


def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is asked, of what, what happened so far, and let it be handled."""
    return _show(request, _visible(request, pk))


def _show(request: HttpRequest, item: Item, **forms: Any) -> HttpResponse:
    person, on = person_of(request), timezone.localdate()
    way, reason = way_for(item, person, on) if item.state == State.OPEN else (None, "")
    context: dict[str, Any] = {
        "item": item, "subject": item.subject, "about": item.about, "on": on, "late": item.is_late(on),
        "template": getattr(item.subject, "workflow_template", ""), "reason": reason, "behalf": way.behalf if way else None,
        "subject_url": subjects.address_of(item.subject, person), "about_url": subjects.address_of(item.about, person),
        "history": history(item), "can_remind": _may_remind(item, person), "next": next_for(item, person),
        "alarmed": item.parent if item.act == "assign" else None,
    }  # fmt: skip
    if way is not None and item.act == "meet" and item.part == Part.MAIN and item.round is not None:
        context["meets"] = item.meetings.filter(state="called").first() or True
    if way is not None:
        context["decision"] = forms.get("decision") or DecisionForm(item=item)
        if item.kind != Kind.READ:
            context["transfer"] = forms.get("transfer") or PassForm(people=takers(item, person, on), prefix="transfer")
        if item.round is not None and item.part in (Part.MAIN, Part.WITH) and item.kind != Kind.READ:
            context["cosign"] = forms.get("cosign") or CosignForm(people=colleagues(person, on), prefix="cosign")
    if context["alarmed"] is not None and may(person, "workflow.assign") and item.state == State.OPEN:
        context["assign"] = forms.get("assign") or PassForm(
            people=takers(context["alarmed"], person, on), prefix="assign"
        )
    context["copy"] = forms.get("copy") or CopyForm(people=colleagues(person, on), prefix="copy")
    return render(request, "workflow/item.html", context)


def _may_remind(item: Item, person: Person) -> bool:
    asking = {item.opened_by_id, *((item.round.started_by_id, item.round.started_for_id) if item.round else ())}
    return item.state == State.OPEN and item.kind != Kind.READ and person.pk in asking


def next_for(item: Item, person: Person) -> Item | None:
    """Give the task after this one in the person's list, else the first one."""
    waiting = queries.items_for(person, timezone.localdate()).exclude(pk=item.pk)
    if item.due_on is None:
        later = waiting.filter(due_on__isnull=True, pk__gt=item.pk)
    else:
        later = waiting.filter(
            Q(due_on__gt=item.due_on) | Q(due_on=item.due_on, pk__gt=item.pk) | Q(due_on__isnull=True)
        )
    found: Item | None = later.order_by(F("due_on").asc(nulls_last=True), "pk").first() or waiting.first()
    return found


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Handle the task, and go to the next one or back to the list."""
    item, person = _visible(request, pk), person_of(request)
    form = DecisionForm(request.POST, item=item)
    if not form.is_valid():
        return _show(request, item, decision=form)
    following = next_for(item, person) if "next" in request.POST else None
    told = form.cleaned_data
    try:
        done = actions.finish_item(
            item, by=person, on=timezone.localdate(), outcome=told["outcome"], remarks=told["remarks"],
            return_to=told.get("return_to", "") if told["outcome"] == "return" else "",
        )  # fmt: skip
    except Refusal as refused:
        messages.error(request, str(refused))
        return _show(request, item, decision=form)
    messages.success(
        request, _("已办理“{title}”: {outcome}。").format(title=done.title, outcome=done.get_outcome_display())
    )
    return redirect("workflow.item", following.pk) if following else redirect("workflow.inbox")


def _passing(
    request: HttpRequest, pk: int, name: str, make: Callable[[Item], Any], do: Callable[[Item, Any], str]
) -> HttpResponse:
    """Read the form `name` for a task, do what it says, and show the task again with what came of it."""
    item = _visible(request, pk)
    form = make(item)
    if not form.is_valid():
        return _show(request, item, **{name: form})
    try:
        said = do(item, form.cleaned_data)
    except Refusal as refused:
        messages.error(request, str(refused))
        return _show(request, item, **{name: form})
    messages.success(request, said)
    return redirect("workflow.item", pk)


@require_POST
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the task over to somebody else."""
    person, on = person_of(request), timezone.localdate()

    def do(item: Item, told: Any) -> str:
        actions.transfer_item(item, to=told["person"], by=person, on=on, why=told["why"])
        return _("已转办给 {person}。").format(person=told["person"])

    return _passing(
        request,
        pk,
        "transfer",
        lambda item: PassForm(request.POST, people=takers(item, person, on), prefix="transfer"),
        do,
    )


@require_POST
def cosign(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask somebody else to sign too."""
    person, on = person_of(request), timezone.localdate()

    def do(item: Item, told: Any) -> str:
        actions.add_cosigner(item, person=told["person"], position=told["position"], by=person, on=on, why=told["why"])
        return _("已请 {person} 加签。").format(person=told["person"])

    return _passing(
        request,
        pk,
        "cosign",
        lambda _item: CosignForm(request.POST, people=colleagues(person, on), prefix="cosign"),
        do,
    )


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Let others read the task."""
    person, on = person_of(request), timezone.localdate()

    def do(item: Item, told: Any) -> str:
        copies = actions.copy_item(item, to=told["people"], by=person, on=on, why=told["why"])
        return _("已抄送 {count} 人。").format(count=len(copies))

    return _passing(
        request, pk, "copy", lambda _item: CopyForm(request.POST, people=colleagues(person, on), prefix="copy"), do
    )


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the task behind an alarm to somebody who may take it."""
    person, on = person_of(request), timezone.localdate()

    def do(item: Item, told: Any) -> str:
        if item.parent is None:
            raise Refusal(_("这不是无人可办的提醒。"))
        actions.assign_item(item.parent, to=told["person"], by=person, on=on, why=told["why"])
        return _("已指定 {person} 办理。").format(person=told["person"])

    return _passing(
        request, pk, "assign",
        lambda item: PassForm(request.POST, people=takers(item.parent or item, person, on), prefix="assign"), do,
    )  # fmt: skip


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those who have the task."""
    item = _visible(request, pk)
    try:
        actions.remind(item, by=person_of(request), on=timezone.localdate())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已催办, 办理人会收到提醒。"))
    if "from_round" in request.POST and item.round_id is not None:
        return redirect("workflow.round", item.round_id)
    return redirect("workflow.item", pk)


def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whole round: where it is, and what happened."""
    round = _round(request, pk)
    person, on = person_of(request), timezone.localdate()
    mine = person.pk in {round.started_by_id, round.started_for_id}
    context = {
        "may_withdraw": mine and round.state == Stand.OPEN and not was_decided(round),
        "round": round, "on": on, "history": history(round), "subject": round.subject,
        "subject_url": subjects.address_of(round.subject, person), "about_url": subjects.address_of(round.about, person),
        "open": list(round.items.filter(state=State.OPEN).exclude(kind=Kind.READ)),
        "mine": mine, "steps": queries.plan_of(round),
        "stuck": [item.pk for item in round.items.filter(state=State.OPEN) if not someone_may(item, on)],
    }  # fmt: skip
    return render(request, "workflow/round.html", context)


def _round(request: HttpRequest, pk: int) -> Round:
    person = person_of(request)
    items = Item.objects.visible_to(person).filter(round__isnull=False).values("round")
    mine = Q(started_by=person) | Q(started_for=person) | Q(pk__in=items)
    return get_object_or_404(Round.objects.filter(mine).select_related("started_by", "started_for"), pk=pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own round back."""
    round = _round(request, pk)
    try:
        actions.withdraw(round, by=person_of(request), on=timezone.localdate(), why=request.POST.get("why", ""))
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已撤回“{title}”。").format(title=round.title))
    return redirect("workflow.round", pk)
