"""The customer's pages about his rating: the criteria, his grade and the way up, applying, objecting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.pages import Section
from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.policies.models import Version
from xinheng.policies.queries import policy_of
from xinheng.portal.applying import Sort, apply_for_rating, cases_of, object_to_rating
from xinheng.portal.entering import for_the_customer
from xinheng.portal.models import Invitation, Submission
from xinheng.portal.rating_forms import ApplyForm, ObjectionForm
from xinheng.portal.seeing import open_criteria, own_objections, published_case, seen_by
from xinheng.ratings.actions.objections import withdraw_objection


@act
def _note_look(invitation: Invitation) -> None:
    record("portal.see_rating", invitation, by=invitation, about=invitation.customer, look=True)


@for_the_customer
def rating(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show his grade as far as the policy lets him see it, what he can do, and what became of what he asked."""
    customer, today = invitation.customer, timezone.localdate()
    seen = seen_by(customer, today)
    if seen.standing is not None:
        _note_look(invitation)
    applications = list(customer.submissions.filter(what=Submission.What.APPLICATION))
    cases = cases_of(applications)
    told = {
        "invitation": invitation, "seen": seen, "today": today, "published": published_case(customer, today),
        "applications": [(one, _sort(one), cases.get(one.content.get("assessment", ""))) for one in applications],
        "objections": own_objections(invitation.customer),
    }  # fmt: skip
    return render(request, "portal/rating.html", told)


@for_the_customer
def criteria(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the criteria and the process, where the policy opens them to those who are rated."""
    seen = seen_by(invitation.customer, timezone.localdate())
    if seen.version is None or not seen.opens_criteria:
        raise Http404
    told = {"invitation": invitation, "seen": seen, "sections": _tables(seen.version)}
    return render(request, "portal/criteria.html", told)


def _tables(version: Version) -> list[tuple[Section, list[list[tuple[str, Any]]]]]:
    """Give the criteria with the head beside each cell, for a phone; grades whose id is a word by their labels."""
    labels: dict[Any, Any] = {
        one.grade: str(one.label) for one in policy_of(version).grades if one.label and len(one.grade) > 4
    }
    return [
        (section, [[(str(head), labels.get(cell, cell)) for head, cell in zip(section.heads, row, strict=True)]
                   for row in section.rows])
        for section in open_criteria(version)
    ]  # fmt: skip


@for_the_customer
def apply(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him apply for a rating or a higher limit."""
    form = ApplyForm(request.POST or None, initial={"sort": Sort.RATING})
    if form.is_valid():
        try:
            apply_for_rating(invitation, **form.cleaned_data, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("申请已收到。受理后按制度评定, 进度和结果显示在本页。"))
            return redirect("portal.rating")
    return render(request, "portal/apply.html", {"invitation": invitation, "form": form})


def _sort(submission: Submission) -> str:
    return str(Sort(submission.content["sort"]).label)


@for_the_customer
def objection(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him object to the result that is published, or complain about his grade."""
    form, today = ObjectionForm(request.POST or None), timezone.localdate()
    if form.is_valid():
        try:
            made = object_to_rating(invitation, text=form.cleaned_data["text"], on=today)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已收到, 编号 {number}, 将在 {day} 前答复。").format(
                number=made.number, day=made.due_on))  # fmt: skip
            return redirect("portal.rating")
    told = {
        "invitation": invitation, "form": form, "seen": seen_by(invitation.customer, today),
        "published": published_case(invitation.customer, today),
    }  # fmt: skip
    return render(request, "portal/objection.html", told)


@require_POST
@for_the_customer
def withdraw(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Let him take back what he objected, before anybody took it up."""
    own = get_object_or_404(own_objections(invitation.customer), pk=pk)
    try:
        withdraw_objection(own, by=invitation, on=timezone.localdate(), why=_("客户在自助页面撤回"))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已撤回。"))
    return redirect("portal.rating")
