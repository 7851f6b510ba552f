"""Objections and complaints: received, listed by the day of the answer, reviewed and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.views.shown import asked, found
from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.ratings import actions
from xinheng.ratings.actions.objections import OPEN, correction_of, due_is_assumed, may_handle, review_of
from xinheng.ratings.forms_changing import AnswerForm, ObjectionForm, WhyForm
from xinheng.ratings.models import Assessment, Objection


@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """List objections: those that wait for an answer (`?state=open`), late ones, or all."""
    person, on = person_of(request), timezone.localdate()
    state = request.GET.get("state", "open")
    rows = Objection.objects.visible_to(person).select_related("customer", "answered_by", "policy")
    if state in ("open", "late"):
        rows = rows.filter(state__in=OPEN).order_by("due_on", "pk")
    if state == "late":
        rows = rows.filter(due_on__lt=on)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return render(request, "ratings/changing/objections.html", {"page": page, "state": state, "on": on, "OPEN": OPEN})


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one objection, the review, and the answer; what may be done stands beside it."""
    person, on = person_of(request), timezone.localdate()
    objection = _objection(person, pk)
    is_open = objection.state in OPEN
    handles = is_open and may(person, "ratings.answer_objection", objection) and may_handle(objection, person, on)
    review = review_of(objection)
    under_way = review is not None and review.state in (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE)
    return render(request, "ratings/changing/objection.html", {
        "one": objection, "customer": objection.customer, "review": review, "on": on, "is_open": is_open,
        "is_late": is_open and objection.due_on is not None and objection.due_on < on, "handles": handles,
        "may_review": handles and objection.state == Objection.State.RECEIVED,
        "may_answer": handles and not under_way, "may_uphold": handles and review is not None and not under_way,
        "may_withdraw": objection.state == Objection.State.RECEIVED and objection.received_by_id == person.pk,
        "due_is_assumed": due_is_assumed(objection), "correction": correction_of(review),
        "sees_score": may(person, "ratings.see_score", objection), "answer_form": AnswerForm(prefix="answer"),
        "review_form": WhyForm(prefix="review"), "withdraw_form": WhyForm(prefix="withdraw"),
    })  # fmt: skip


@require_POST
def handle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one of the acts on an objection."""
    if verb not in _VERBS:
        raise Http404
    objection = _objection(person_of(request), pk)
    try:
        messages.success(request, _VERBS[verb](objection, person_of(request), request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("ratings.objection", pk=pk)


def _review(objection: Objection, person: Person, request: HttpRequest) -> str:
    why = request.POST.get("review-why", "")
    review = actions.review_objection(objection, by=person, on=timezone.localdate(), why=why)
    return _("已发起复核评估 {number}, 由没有参与的人办理。").format(number=review.number)


def _answer(is_upheld: bool) -> Callable[[Objection, Person, HttpRequest], str]:
    def answer(objection: Objection, person: Person, request: HttpRequest) -> str:
        said = request.POST.get("answer-answer", "")
        actions.answer_objection(objection, by=person, on=timezone.localdate(), is_upheld=is_upheld, answer=said)
        return _("已答复。")

    return answer


def _withdraw(objection: Objection, person: Person, request: HttpRequest) -> str:
    why = request.POST.get("withdraw-why", "")
    actions.withdraw_objection(objection, by=person, on=timezone.localdate(), why=why)
    return _("已撤回。")


_VERBS: dict[str, Callable[[Objection, Person, HttpRequest], str]] = {
    "review": _review,
    "uphold": _answer(True),
    "reject": _answer(False),
    "withdraw": _withdraw,
}


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down an objection or a complaint that somebody made to a person of the company."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    published = customer.assessments.filter(state=Assessment.State.PUBLISHED).first()
    form = ObjectionForm(request.POST or None, is_published=published is not None, initial={"received_on": on})

    def does(told: dict[str, Any]) -> None:
        about = published if told["kind"] == Objection.Kind.PUBLICATION else None
        actions.receive_objection(customer, **told, assessment=about, by=person, on=on)

    back = "ratings.of_customer" if may(person, "ratings.see_grade", customer) else "customers.customer"
    return asked(
        request, customer, form, does, tab="rating", title=_("登记异议或投诉"), button=_("登记"),
        back=reverse(back, args=[pk]), done=_("已登记, 已交给制度规定的人处理。"),
        text=_("由没有参与评级的人处理并书面答复; 答复会交回给您转告, 期限见制度。"),
    )  # fmt: skip


def _objection(person: Person, pk: int) -> Objection:
    rows = Objection.objects.visible_to(person).select_related(
        "customer", "customer__owner", "policy", "assessment", "rating", "received_by", "answered_by"
    )
    one: Objection = get_object_or_404(rows, pk=pk)
    return one
