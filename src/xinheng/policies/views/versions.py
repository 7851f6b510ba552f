"""One version: where it stands, what was found and said of it, its approval, publication and reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal, faults
from xinheng.org.access import may, person_of
from xinheng.policies import actions, queries
from xinheng.policies.actions.approving import PROCEDURE
from xinheng.policies.actions.publishing import readers_of
from xinheng.policies.forms import AnswerForm, CommentForm, PublishForm, WhyForm
from xinheng.policies.models import UNDER_WAY, Comment, Stage, Version
from xinheng.policies.roles import unfilled
from xinheng.policies.tabs import tabs_of
from xinheng.workflow.actions.meetings import meetings_of
from xinheng.workflow.forms import MeetingForm, colleagues
from xinheng.workflow.queries import rounds_of


def found(pk: int) -> Version:
    """Give the version, with those who had a hand in it."""
    joined = ("policy", "created_by", "edited_by", "approved_by", "published_by", "copied_from")
    return get_object_or_404(Version.objects.select_related(*joined), pk=pk)


def found_to_read(request: HttpRequest, pk: int) -> Version:
    """Give the version to whom it opens its criteria; others are told that they may not."""
    of = found(pk)
    if not may(person_of(request), "policies.read", of):
        raise PermissionDenied
    return of


def page(request: HttpRequest, template: str, of: Version, here: str, **more: Any) -> HttpResponse:
    """Render a page of a version."""
    person = person_of(request)
    context = {
        "version": of, "tabs": tabs_of(of, person, here), "may_draft": may(person, "policies.draft"),
        "may_read": may(person, "policies.read", of), "may_publish": may(person, "policies.publish"),
        "may_try": may(person, "policies.try"), **more,
    }  # fmt: skip
    return render(request, template, context)


@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where a version stands, what it says of itself, and what is to be done next."""
    of = found(pk)
    said = queries.readable(of)
    problems = queries.findings(of)
    round = rounds_of(of).filter(procedure=PROCEDURE).select_related("started_by").first()
    return page(
        request, "policies/version.html", of, "version", said=said, round=round,
        faults=len(faults(problems)), warnings=len(problems) - len(faults(problems)),
        assumed=len(queries.assumed(of)), unanswered=of.comments.filter(is_adopted__isnull=True).count(),
        comments=of.comments.count(), trial=of.trials.select_related("against").first(),
        is_in_force=of.is_in_force(timezone.localdate()),
        missing=list(unfilled(said).values()) if said is not None else [],
    )  # fmt: skip


@require_GET
def findings(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a check of the text finds, each beside its line."""
    of = found_to_read(request, pk)
    problems = queries.findings(of)
    wrong = faults(problems)
    return page(
        request, "policies/findings.html", of, "findings", faults=wrong,
        warnings=[problem for problem in problems if problem not in wrong], assumptions=queries.assumed(of),
    )  # fmt: skip


def comments(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was said of a version and what came of it; take a remark."""
    of = found(pk)
    asked = {"path": request.GET.get("path", "")[:200], "clause": request.GET.get("clause", "")[:200]}
    form = CommentForm(request.POST if request.method == "POST" else None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            actions.comment(of, by=person_of(request), on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("意见已记下。"))
            return redirect("policies.comments", pk=pk)
    return page(
        request, "policies/comments.html", of, "comments", form=form,
        comments=of.comments.select_related("by", "answered_by").order_by("-id"), meetings=meetings_of(of),
        is_open=of.stage in UNDER_WAY, is_answerable=of.stage in (Stage.DRAFT, Stage.IN_APPROVAL),
        me=person_of(request),
    )  # fmt: skip


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a remark."""
    said = get_object_or_404(Comment, pk=pk)
    form = AnswerForm(request.POST)

    def act() -> None:
        if not form.is_valid():
            raise Refusal(_("请选择采纳或不采纳。"))
        told = form.cleaned_data
        actions.answer(
            said, told["answer"], is_adopted=told["is_adopted"] == "yes", by=person_of(request), on=timezone.localdate()
        )

    return done(request, "policies.comments", said.version_id, act)


def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a meeting over a draft."""
    of, person, on = found(pk), person_of(request), timezone.localdate()
    initial = {"title": _("讨论会: {version}").format(version=of), "held_on": on}
    form = MeetingForm(request.POST or None, people=colleagues(person, on), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            called = actions.call_discussion(of, by=person, on=on, **form.cleaned_data)
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已召集, 参会的人会在待办里看到。"))
            return redirect("workflow.meeting", pk=called.pk)
    return page(request, "policies/meeting.html", of, "comments", form=form)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the next version as a copy of this one."""
    of = found(pk)
    try:
        draft = actions.create_draft_from_version(of, by=person_of(request), on=timezone.localdate())
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("policies.policy", pk=of.policy_id)
    messages.success(
        request, _("草案 {number} 已建立, 内容与版本 {before} 相同。").format(number=draft.number, before=of.number)
    )
    return redirect("policies.version", pk=draft.pk)


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft in for approval."""
    of = found(pk)

    def act() -> None:
        actions.submit_version(of, by=person_of(request), on=timezone.localdate(), why=_why(request))

    return done(request, "policies.version", pk, act, _("已提交。办到哪一步, 在这一页可以看到。"))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    of = found(pk)

    def act() -> None:
        actions.discard_draft(of, by=person_of(request), on=timezone.localdate(), why=_why(request))

    return done(request, "policies.version", pk, act, _("草案已放弃, 内容仍可查阅。"))


def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish an approved version from a day."""
    of, on = found(pk), timezone.localdate()
    said = queries.readable(of)
    first = max(on, said.effective_from) if said is not None else on
    form = PublishForm(request.POST if request.method == "POST" else None, initial={"from_day": first})
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish_version(of, form.cleaned_data["from_day"], by=person_of(request), on=on)
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已发布, 并已请各部门阅知。"))
            return redirect("policies.readers", pk=pk)
    return page(
        request, "policies/publish.html", of, "version", form=form, said=said,
        missing=list(unfilled(said).values()) if said is not None else [],
        current=queries.version_in_force(of.policy.key, on),
    )  # fmt: skip


@require_GET
def readers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who was told of a version, who has read it and who has not."""
    of = found(pk)
    items = readers_of(of)
    waiting = sum(item.is_pending for item in items)
    return page(
        request, "policies/readers.html", of, "readers", items=items, waiting=waiting, read=len(items) - waiting
    )


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind everybody who has not read it."""
    of = found(pk)

    def act() -> None:
        count = actions.remind_readers(of, by=person_of(request), on=timezone.localdate())
        messages.success(request, ngettext("已催 {count} 人。", "已催 {count} 人。", count).format(count=count))

    return done(request, "policies.readers", pk, act)


def _why(request: HttpRequest) -> str:
    form = WhyForm(request.POST)
    return str(form.cleaned_data["why"]) if form.is_valid() else ""


def done(request: HttpRequest, name: str, pk: int, act: Callable[[], object], said: str = "") -> HttpResponse:
    """Do something, say what was refused or that it is done, and go back to a page."""
    try:
        act()
    except Refusal as refused:
        messages.error(request, refused.message)
        for problem in refused.problems[:5]:
            messages.warning(request, f"{problem.where} {problem.what}".strip())
    else:
        if said:
            messages.success(request, said)
    return redirect(name, pk=pk)
