"""Registers over all customers: requests, sharings, agreements, holds, how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.privacy import actions, retention
from xinheng.privacy.forms import AgreementForm, AnswerForm, RuleForm, WhyForm, read_form
from xinheng.privacy.models import Agreement, Hold, RequestState, RetentionRule, Sharing, SubjectRequest

PER_PAGE = 50


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def requests(request: HttpRequest) -> HttpResponse:
    """List what people asked; `?show=open` what waits, `?show=late` what is late."""
    on, show = timezone.localdate(), request.GET.get("show", "open")
    visible = Customer.objects.visible_to(person_of(request))
    rows = SubjectRequest.objects.filter(customer__in=visible).select_related("customer", "answered_by")
    if show in ("open", "late"):
        rows = rows.filter(state__in=(RequestState.OPEN, RequestState.PROPOSED)).order_by("due_on", "pk")
    if show == "late":
        rows = rows.filter(due_on__lt=on)
    return render(request, "privacy/requests.html", {"page": _page(request, rows), "show": show, "on": on})


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request and what may be done with it."""
    person = person_of(request)
    found = _request(person, pk)
    is_open, is_proposed = found.state == RequestState.OPEN, found.state == RequestState.PROPOSED
    is_his = person.pk in (found.recorded_by_id, found.proposed_by_id)
    return render(request, "privacy/request.html", {
        "asked": found, "customer": found.customer, "on": timezone.localdate(),
        "is_late": (is_open or is_proposed) and found.due_on < timezone.localdate(),
        "can_answer": is_open and may(person, "privacy.answer", found.customer),
        "can_propose": is_open and found.kind == "erasure" and may(person, "privacy.propose_erasure", found.customer),
        "can_decide": is_proposed and not is_his and may(person, "privacy.approve_erasure", found.customer),
        "may_list": may(person, "privacy.see_requests"),
        "answer_form": AnswerForm(), "propose_form": WhyForm(prefix="propose"), "decide_form": WhyForm(prefix="decide"),
        "erasure": getattr(found, "erasure", None),
    })  # fmt: skip


def _request(person: Person, pk: int) -> SubjectRequest:
    visible = Customer.objects.visible_to(person)
    joined = SubjectRequest.objects.select_related(
        "customer", "contact", "guarantor", "related", "recorded_by", "proposed_by", "approved_by", "answered_by"
    )
    return get_object_or_404(joined, pk=pk, customer__in=visible)


@require_POST
def handle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one of the acts on a request."""
    if verb not in _VERBS:
        raise Http404
    found = _request(person_of(request), pk)
    try:
        messages.success(request, _VERBS[verb](found, person_of(request), request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("privacy.request", pk=pk)


def _answer(is_granted: bool) -> Callable[[SubjectRequest, Person, HttpRequest], str]:
    def answer(found: SubjectRequest, person: Person, request: HttpRequest) -> str:
        told = read_form(AnswerForm(request.POST))
        actions.answer_request(found, by=person, on=timezone.localdate(), is_granted=is_granted, **told)
        return _("已答复并办结。")

    return answer


def _propose(found: SubjectRequest, person: Person, request: HttpRequest) -> str:
    told = read_form(WhyForm(request.POST, prefix="propose"))
    actions.propose_erasure(found, by=person, on=timezone.localdate(), **told)
    return _("已提请删除, 等另一位负责人批准。")


def _approve(found: SubjectRequest, person: Person, request: HttpRequest) -> str:
    why = request.POST.get("decide-why", "")
    actions.approve_erasure(found, by=person, on=timezone.localdate(), why=why)
    return _("已删除。数据库文件中的残留会在今晚清理。")


def _refuse(found: SubjectRequest, person: Person, request: HttpRequest) -> str:
    told = read_form(WhyForm(request.POST, prefix="decide"))
    actions.refuse_erasure(found, by=person, on=timezone.localdate(), **told)
    return _("未批准, 已退回法务答复本人。")


_VERBS: dict[str, Callable[[SubjectRequest, Person, HttpRequest], str]] = {
    "grant": _answer(is_granted=True),
    "decline": _answer(is_granted=False),
    "propose": _propose,
    "approve": _approve,
    "refuse": _refuse,
}


def sharings(request: HttpRequest) -> HttpResponse:
    """List everything that was given to partners."""
    rows = Sharing.objects.filter(customer__in=Customer.objects.visible_to(person_of(request)))
    rows = rows.select_related("customer", "partner", "shared_by", "agreement")
    return render(request, "privacy/sharings.html", {"page": _page(request, rows)})


def holds(request: HttpRequest) -> HttpResponse:
    """List the holds; `?all` those released too."""
    rows = Hold.objects.filter(customer__in=Customer.objects.visible_to(person_of(request)))
    rows = rows.select_related("customer", "placed_by", "released_by")
    if "all" not in request.GET:
        rows = rows.filter(released_on__isnull=True)
    context = {
        "page": _page(request, rows),
        "may_release": may(person_of(request), "privacy.hold"),
        "form": WhyForm(auto_id=False),
    }
    return render(request, "privacy/holds.html", context)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a hold."""
    visible = Customer.objects.visible_to(person_of(request))
    hold = get_object_or_404(Hold.objects.select_related("customer"), pk=pk, customer__in=visible)
    try:
        actions.release_hold(hold, by=person_of(request), on=timezone.localdate(), **read_form(WhyForm(request.POST)))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已解除。"))
    return redirect("privacy.holds")


def agreements(request: HttpRequest) -> HttpResponse:
    """List partners' agreements; write a new one down."""
    person, on = person_of(request), timezone.localdate()
    may_record = may(person, "privacy.agree")
    form = AgreementForm(request.POST or None, initial={"since": on})
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            actions.agree(told.pop("partner"), by=person, on=on, **told)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已登记保密协议。"))
            return redirect("privacy.agreements")
    rows = Agreement.objects.select_related("partner", "recorded_by")
    in_force = set(Agreement.objects.in_force(on).values_list("pk", flat=True))
    context = {
        "page": _page(request, rows), "form": form, "may_record": may_record, "in_force": in_force,
        "end_form": WhyForm(auto_id=False),
    }  # fmt: skip
    return render(request, "privacy/agreements.html", context)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an agreement."""
    agreement = get_object_or_404(Agreement.objects.select_related("partner"), pk=pk)
    try:
        actions.end_agreement(
            agreement, by=person_of(request), on=timezone.localdate(), **read_form(WhyForm(request.POST))
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已终止, 从现在起不再据此提供。"))
    return redirect("privacy.agreements")


def kept(request: HttpRequest) -> HttpResponse:
    """Show how long things are kept, and what has been kept for longer; change a rule (`?change=<number>`)."""
    person = person_of(request)
    number = request.GET.get("change", "")
    changed = RetentionRule.objects.filter(pk=number).first() if number.isdigit() else None
    form = RuleForm(request.POST or None, instance=changed) if changed else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.keep_rule(form.save(commit=False), by=person, on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已保存。"))
            return redirect("privacy.retention")
    context = {
        "dues": retention.kept_too_long(timezone.localdate()), "form": form, "changed": changed,
        "may_change": may(person, "privacy.agree"),
    }  # fmt: skip
    return render(request, "privacy/retention.html", context)
