"""The library, one policy through its versions, and the beginning of a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy, shipped
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.policies import actions
from xinheng.policies.forms import FileForm, OnDayForm, PackForm, WhyForm
from xinheng.policies.models import UNDER_WAY, Policy, Stage, Version
from xinheng.policies.queries import assumed
from xinheng.policies.queries import in_force as in_force_on


@dataclass(frozen=True, slots=True)
class Shelf:
    """A policy as the library shows it on a day."""

    policy: Policy
    in_force: Version | None
    next: Version | None
    under_way: Version | None
    assumed: int
    may_read: bool


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """List the policies: what is in force today, or was on `?on=` a day; what comes next; what is being drafted."""
    person, today = person_of(request), timezone.localdate()
    form = OnDayForm(request.GET or None)
    asked = form.cleaned_data.get("on") if form.is_valid() else None
    on: date = asked or today
    shelves = _shelves(person, on)
    if request.GET.get("show") == "drafts":
        shelves = [shelf for shelf in shelves if shelf.under_way is not None]
    context = {
        "shelves": shelves, "on": on, "is_today": on == today, "form": form,
        "only_drafts": request.GET.get("show") == "drafts", "may_draft": may(person, "policies.draft"),
    }  # fmt: skip
    return render(request, "policies/library.html", context)


def _shelves(person: Person, on: date) -> list[Shelf]:
    by_policy = {version.policy_id: version for version in in_force_on(on)}
    coming = Version.objects.filter(stage=Stage.PUBLISHED, in_force_from__gt=on).order_by("-in_force_from")
    next_of = {version.policy_id: version for version in coming.defer("text")}
    way = Prefetch("versions", Version.objects.filter(stage__in=UNDER_WAY).defer("text"), to_attr="way")
    shelves = []
    for policy in Policy.objects.prefetch_related(way):
        version = by_policy.get(policy.pk)
        under_way = next(iter(policy.way), None)
        shelves.append(
            Shelf(
                policy,
                version,
                next_of.get(policy.pk),
                under_way,
                len(assumed(version)) if version else 0,
                may(person, "policies.read", version),
            )
        )
    return shelves


@require_GET
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a policy: its versions, when each was in force, and what can be done."""
    person, today = person_of(request), timezone.localdate()
    found = get_object_or_404(Policy, pk=pk)
    joined = ("policy", "created_by", "approved_by", "published_by")
    versions = list(found.versions.select_related(*joined).defer("text").order_by("-id"))
    form = OnDayForm(request.GET or None)
    asked = form.cleaned_data.get("on") if form.is_valid() else None
    on = asked or today
    current = next((version for version in versions if version.is_in_force(on)), None)
    context = {
        "policy": found, "versions": versions, "current": current, "on": on, "is_today": on == today, "form": form,
        "under_way": next((version for version in versions if version.stage in UNDER_WAY), None),
        "spans": sorted((v for v in versions if v.stage == Stage.PUBLISHED), key=lambda v: v.in_force_from or today),
        "may_draft": may(person, "policies.draft"), "may_publish": may(person, "policies.publish"),
    }  # fmt: skip
    return render(request, "policies/policy.html", context)


@require_POST
def main(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the grade by this policy be the customer's grade."""
    found = get_object_or_404(Policy, pk=pk)
    form = WhyForm(request.POST)
    form.is_valid()
    try:
        actions.make_main(found, by=person_of(request), on=timezone.localdate(), why=form.cleaned_data.get("why", ""))
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已指定。客户的等级从现在起以这份制度为准。"))
    return redirect("policies.policy", pk=pk)


def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a shipped policy or from a file."""
    packs = [(key, f"{load_policy(key).policy.title} ({key})") for key in shipped()]  # type: ignore[union-attr]
    from_file = (request.method == "POST" and "file" in request.FILES) or request.POST.get("from") == "file"
    pack_form = PackForm(request.POST if request.method == "POST" and not from_file else None, packs=packs)
    file_form = FileForm(request.POST, request.FILES) if from_file else FileForm()
    form: Any = file_form if from_file else pack_form
    problems: tuple[Any, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            draft = _drafted(request, form.cleaned_data)
        except Refusal as refused:
            messages.error(request, refused.message)
            problems = refused.problems
        else:
            messages.success(request, _("草案已建立。检查无误后试算, 再提交审批。"))
            return redirect("policies.version", pk=draft.pk)
    context = {"pack_form": pack_form, "file_form": file_form, "problems": problems}
    return render(request, "policies/new.html", context)


def _drafted(request: HttpRequest, told: dict[str, Any]) -> Version:
    by, on = person_of(request), timezone.localdate()
    note = told.get("change_note", "")
    if "pack" in told:
        return actions.create_draft_from_pack(told["pack"], by=by, on=on, change_note=note)
    sent = told["file"]
    return actions.create_draft_from_text(sent.read(), by=by, on=on, file=sent.name, change_note=note)
