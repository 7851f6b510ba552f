"""Batches: listed, asked for, watched, looked at as a whole, and sent on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.ratings.actions import batches as actions
from xinheng.ratings.forms_batch import BatchForm, ReasonForm
from xinheng.ratings.models import Batch
from xinheng.ratings.segments import segment_words
from xinheng.ratings.views_batch.matrix import Matrix
from xinheng.workflow.queries import open_round

ROWS = 30


def found(pk: int) -> Batch:
    """Give the batch with this key."""
    return get_object_or_404(Batch.objects.select_related("version__policy", "by", "applied_by"), pk=pk)


@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    """List the batches, the latest first."""
    rows = Batch.objects.select_related("version__policy", "by")
    shown = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    lines = [(batch, segment_words(batch.segment)) for batch in shown]
    may_batch = may(person_of(request), "ratings.batch")
    return render(request, "ratings/batch/batches.html", {"lines": lines, "rows": shown, "may_batch": may_batch})


def start(request: HttpRequest) -> HttpResponse:
    """Ask for a batch."""
    on = timezone.localdate()
    form = BatchForm(request.POST if request.method == "POST" else None, on=on, initial={"as_of": on})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            batch = actions.start_batch(
                told["version"], as_of=told["as_of"], segment=form.segment(), by=person_of(request), on=on,
                why=told["why"],
            )  # fmt: skip
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            return redirect("ratings.batch", pk=batch.pk)
    return render(request, "ratings/batch/start.html", {"form": form})


@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a batch: how far it is, or what came of it and what can be done with it."""
    of = found(pk)
    return render(request, "ratings/batch/batch.html", _told(request, of))


def _told(request: HttpRequest, of: Batch) -> dict[str, object]:
    person, round = person_of(request), open_round(of, actions.PROCEDURE)
    waits = of.state == Batch.State.RATED and round is None
    return {
        "batch": of,
        "segment": segment_words(of.segment),
        "matrix": Matrix(of) if of.summary.get("cells") is not None else None,
        "round": round,
        "is_stale": actions.is_stale(of, timezone.now()),
        "may_batch": may(person, "ratings.batch"),
        "may_send": waits and may(person, "ratings.apply_batch"),
        "is_mine": of.by_id == person.pk,
        "approval": _approval(of) if waits else None,
        "form": ReasonForm(),
    }


def _approval(of: Batch) -> str:
    """Say who has to approve, and by which clause; empty where nobody has to."""
    try:
        step = actions.approval_of(of.version)
    except Refusal as refused:
        return str(refused)
    if step is None:
        return ""
    who = (
        str(Role(step.role).label)
        if step.role in Role.values
        else str(Person.objects.filter(pk=step.person or 0).first())
    )
    return f"{who} [{step.clause}]" if step.clause else who


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Give how far a batch is as a fragment; asked every second or two while it is at work."""
    of = found(pk)
    context = {"batch": of, "is_stale": actions.is_stale(of, timezone.now()),
               "may_batch": may(person_of(request), "ratings.batch")}  # fmt: skip
    response = render(request, "ratings/parts/batch_progress.html", context)
    if not of.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a batch off."""
    of, why = found(pk), request.POST.get("why", "")
    return done(request, pk, lambda: actions.cancel_batch(
        of, by=person_of(request), on=timezone.localdate(), why=why))  # fmt: skip


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a batch that stopped go on."""
    of = found(pk)
    return done(request, pk, lambda: actions.go_on_with_batch(
        of, by=person_of(request), on=timezone.localdate(), at=timezone.now()))  # fmt: skip


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a batch take force, or send it to be approved."""
    of, why = found(pk), request.POST.get("why", "")

    def act() -> None:
        sent = actions.send_into_force(of, by=person_of(request), on=timezone.localdate(), why=why)
        messages.success(
            request,
            _("正在逐个生效。") if sent.state == Batch.State.APPLYING else _("已提请批准, 批准后自动生效。"),
        )

    return done(request, pk, act)


def done(request: HttpRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    """Do an act and go back to the batch; what stands against it is shown there."""
    try:
        act()
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("ratings.batch", pk=pk)
