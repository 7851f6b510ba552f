"""The four lists of the inbox, what waits in figures, and what one was told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.org.access import person_of
from xinheng.org.models import Person
from xinheng.workflow import notices, queries
from xinheng.workflow.acts import OUTCOMES, Stand, State
from xinheng.workflow.forms import FilterForm
from xinheng.workflow.models import Items
from xinheng.workflow.views.many import TOGETHER

ROWS = 20


def _tabs(person: Person, here: str) -> list[dict[str, Any]]:
    count = queries.counts(person, timezone.localdate())
    told = (
        ("inbox", _("待我办理"), count.open),
        ("handled", _("我已办理"), None),
        ("started", _("我发起的"), count.started),
        ("copies", _("抄送我的"), count.copies),
        ("notices", _("提醒"), count.notices),
    )
    return [
        {"label": label, "url": reverse(f"workflow.{name}"), "is_here": name == here, "count": number or None}
        for name, label, number in told
    ]


def _list(request: HttpRequest, items: Items, here: str) -> HttpResponse:
    on = timezone.localdate()
    form = FilterForm(request.GET or None, on=on)
    page = Paginator(form.narrow(items), ROWS).get_page(request.GET.get("page"))
    together = {outcome for item in page.object_list if item.state == State.OPEN for outcome in OUTCOMES[item.kind]}
    context = {
        "page": page, "form": form, "tabs": _tabs(person_of(request), here), "here": here, "on": on,
        "together": together & set(TOGETHER),
    }  # fmt: skip
    return render(request, "workflow/inbox.html", context)


def inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for the person."""
    return _list(request, queries.items_for(person_of(request), timezone.localdate()), "inbox")


def handled(request: HttpRequest) -> HttpResponse:
    """List what the person has handled."""
    return _list(request, queries.handled_by(person_of(request)), "handled")


def copies(request: HttpRequest) -> HttpResponse:
    """List what others sent the person to read."""
    return _list(request, queries.copied_to(person_of(request)), "copies")


def started(request: HttpRequest) -> HttpResponse:
    """List the rounds that the person started, each with where it is now."""
    rounds = queries.started_by(person_of(request)).prefetch_related(queries.open_items())
    state = request.GET.get("state", "")
    if state in set(Stand):
        rounds = rounds.filter(state=state)
    page = Paginator(rounds, ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "tabs": _tabs(person_of(request), "started"), "on": timezone.localdate()}
    return render(request, "workflow/started.html", context)


def counts(request: HttpRequest) -> HttpResponse:
    """Give the figure beside the inbox's name, as a fragment."""
    count = queries.counts(person_of(request), timezone.localdate())
    return render(request, "workflow/counts.html", {"count": count})


def told(request: HttpRequest) -> HttpResponse:
    """List what the person was told."""
    person = person_of(request)
    page = Paginator(person.notices.select_related("item"), ROWS).get_page(request.GET.get("page"))
    rows = [(notice, notices.SORTS.get(notice.sort, notice.sort)) for notice in page.object_list]
    return render(request, "workflow/notices.html", {"page": page, "rows": rows, "tabs": _tabs(person, "notices")})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all that the person was told as read."""
    count = notices.read_all(person_of(request))
    messages.success(request, _("已把 {count} 条提醒标为已读。").format(count=count))
    return redirect("workflow.notices")
