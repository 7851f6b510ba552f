"""Meetings: called from a step, and a page where they are minuted, voted in and closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import person_of
from xinheng.org.models import Person
from xinheng.workflow import subjects
from xinheng.workflow.actions import meetings as actions
from xinheng.workflow.apart import way_for
from xinheng.workflow.forms import ConclusionForm, MeetingForm, MinutesForm, VoteForm, colleagues
from xinheng.workflow.models import Item, Meeting
from xinheng.workflow.standing import standings


def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a meeting over the step of a round: when, where, who."""
    person, on = person_of(request), timezone.localdate()
    item: Item = get_object_or_404(Item.objects.visible_to(person).filter(round__isnull=False), pk=pk)
    way, reason = way_for(item, person, on)
    initial = {
        "title": _("讨论会: {title}").format(title=item.round.title if item.round else item.title), "held_on": on,
        "people": _proposed(item, person, on),
    }  # fmt: skip
    form = MeetingForm(request.POST or None, people=colleagues(person, on), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = actions.call_meeting(item.subject, item=item, by=person, on=on, **form.cleaned_data)  # type: ignore[arg-type]
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已召集, 参会的人会在待办里看到。"))
            return redirect("workflow.meeting", meeting.pk)
    context = {"form": form, "item": item, "reason": "" if way else reason}
    return render(request, "workflow/call_meeting.html", context)


def _proposed(item: Item, person: Person, on: Any) -> list[int]:
    """Give the people who stand in the roles that the procedure asks to the meeting: of the branch, where asked there."""
    found: dict[int, None] = {}
    beside = {one.role: one.department for one in item.round.items.filter(index=item.index)} if item.round else {}
    for role in actions.roles_wanted(item):
        for way in standings(on, role=role):
            if way.covers(beside.get(role)) and subjects.may_see(item.subject, way.person):
                found[way.person.pk] = None
    found.pop(person.pk, None)
    return list(found)


def _visible(request: HttpRequest, pk: int) -> Meeting:
    found: Meeting = get_object_or_404(Meeting.objects.visible_to(person_of(request)), pk=pk)
    return found


def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a meeting: who was asked, what was said, how each voted; and what one may do."""
    return _show(request, _visible(request, pk))


def _show(request: HttpRequest, meeting: Meeting, **forms: Any) -> HttpResponse:
    person, on = person_of(request), timezone.localdate()
    rows = list(meeting.attendances.select_related("person__department"))
    mine = next((row for row in rows if row.person_id == person.pk), None)
    open_ = meeting.state == Meeting.State.CALLED
    leads = open_ and meeting.called_by_id == person.pk
    context: dict[str, Any] = {
        "meeting": meeting, "rows": rows, "votes": actions.tally(meeting), "on": on, "mine": mine,
        "subject_url": subjects.address_of(meeting.subject, person), "leads": leads, "held": meeting.held_on <= on,
    }  # fmt: skip
    if open_ and mine is not None:
        context["vote_form"] = forms.get("vote") or VoteForm(initial={"vote": mine.vote, "reason": mine.reason})
    if leads:
        present = [row.person_id for row in rows if row.was_there is not False]
        initial = {"minutes": meeting.minutes, "present": present}
        context["minutes_form"] = forms.get("minutes") or MinutesForm(meeting=meeting, initial=initial)
        context["close_form"] = forms.get("close") or ConclusionForm()
    return render(request, "workflow/meeting.html", context)


def _doing(
    request: HttpRequest, pk: int, name: str, make: Callable[[Meeting], Any], do: Callable[[Meeting, Any], str]
) -> HttpResponse:
    meeting = _visible(request, pk)
    form = make(meeting)
    if not form.is_valid():
        return _show(request, meeting, **{name: form})
    try:
        said = do(meeting, form.cleaned_data)
    except Refusal as refused:
        messages.error(request, str(refused))
        return _show(request, meeting, **{name: form})
    messages.success(request, said)
    return redirect("workflow.meeting", pk)


@require_POST
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the minutes."""

    def do(meeting: Meeting, told: Any) -> str:
        actions.record_minutes(meeting, by=person_of(request), on=timezone.localdate(), **told)
        return _("会议记录已保存。")

    return _doing(request, pk, "minutes", lambda meeting: MinutesForm(request.POST, meeting=meeting), do)


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Cast one's own vote."""

    def do(meeting: Meeting, told: Any) -> str:
        row = actions.cast_vote(meeting, by=person_of(request), on=timezone.localdate(), **told)
        return _("您已表决: {vote}。").format(vote=row.get_vote_display())

    return _doing(request, pk, "vote", lambda _meeting: VoteForm(request.POST), do)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the meeting with its conclusion."""

    def do(meeting: Meeting, told: Any) -> str:
        closed = actions.close_meeting(meeting, by=person_of(request), on=timezone.localdate(), **told)
        return _("会议已结束: 通过。") if closed.agreed else _("会议已结束: 未通过, 已退回。")

    return _doing(request, pk, "close", lambda _meeting: ConclusionForm(request.POST), do)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the meeting off."""
    meeting = _visible(request, pk)
    try:
        why = request.POST.get("why", "")
        actions.cancel_meeting(meeting, by=person_of(request), on=timezone.localdate(), why=why)
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("会议已取消。"))
    return redirect("workflow.meeting", pk)
