"""Pages of loans: ask, decide, hand over, take back; my own, all, late ones."""

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
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.papers import actions, queries
from xinheng.papers.forms import BorrowForm, DecideForm, ReasonForm, TakeBackForm, read_form
from xinheng.papers.models import HELD, Loan, LoanState, Paper

PER_PAGE = 50


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a paper copy."""
    person = person_of(request)
    paper = get_object_or_404(Paper.objects.visible_to(person), pk=pk)
    try:
        loan = actions.ask_loan(paper, by=person, on=timezone.localdate(), **read_form(BorrowForm(request.POST)))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("papers.paper", pk=pk)
    messages.success(request, _("已提交借阅申请, 批准后到档案管理员处领取。"))
    return redirect("papers.loan", pk=loan.pk)


def loan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one loan and what may be done with it now."""
    person = person_of(request)
    found = _visible(person, pk)
    is_own = found.borrower_id == person.pk
    keeps = may(person, "papers.keep") and not is_own
    context = {
        "loan": found, "paper": found.paper, "customer": found.paper.customer, "on": timezone.localdate(), "tab": "papers",
        "is_overdue": found.is_overdue(timezone.localdate()),
        "can_decide": found.state == LoanState.ASKED and not is_own and may(person, "papers.approve_loan", found.paper),
        "can_hand_over": found.state == LoanState.APPROVED and keeps,
        "can_take_back": found.state == LoanState.OUT and keeps,
        "can_cancel": found.state in (LoanState.ASKED, LoanState.APPROVED) and is_own,
        "decide_form": DecideForm(), "take_back_form": TakeBackForm(), "lost_form": ReasonForm(prefix="lost"),
    }  # fmt: skip
    return render(request, "papers/loan.html", context)


@require_POST
def handle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one of the acts on a loan."""
    if verb not in _VERBS:
        raise Http404
    person = person_of(request)
    found = _visible(person, pk)
    try:
        messages.success(request, _VERBS[verb](found, person, request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("papers.loan", pk=pk)


def _agree(found: Loan, person: Person, request: HttpRequest) -> str:
    why = request.POST.get("why", "")
    actions.decide_loan(found, agree=True, by=person, on=timezone.localdate(), why=why)
    return _("已批准, 等档案管理员交付。")


def _refuse(found: Loan, person: Person, request: HttpRequest) -> str:
    why = request.POST.get("why", "")
    actions.decide_loan(found, agree=False, by=person, on=timezone.localdate(), why=why)
    return _("未批准, 申请人会看到您的意见。")


def _hand_over(found: Loan, person: Person, request: HttpRequest) -> str:
    given = actions.hand_over(found, by=person, on=timezone.localdate())
    return _("已交付, 应于 {day} 归还。").format(day=given.due_on)


def _take_back(found: Loan, person: Person, request: HttpRequest) -> str:
    actions.take_back(found, by=person, on=timezone.localdate(), **read_form(TakeBackForm(request.POST)))
    return _("已收回。请把它放回 {place}。").format(place=found.paper.place)


def _lost(found: Loan, person: Person, request: HttpRequest) -> str:
    actions.report_lost(found, by=person, on=timezone.localdate(), **read_form(ReasonForm(request.POST, prefix="lost")))
    return _("已登记遗失, 信用管理小组会收到待办。")


def _cancel(found: Loan, person: Person, request: HttpRequest) -> str:
    actions.cancel_loan(found, by=person, on=timezone.localdate())
    return _("已取消借阅。")


_VERBS: dict[str, Callable[[Loan, Person, HttpRequest], str]] = {
    "agree": _agree,
    "refuse": _refuse,
    "hand-over": _hand_over,
    "take-back": _take_back,
    "lost": _lost,
    "cancel": _cancel,
}


def _visible(person: Person, pk: int) -> Loan:
    """Give a loan that concerns the person: his own, or of a paper he decides about or keeps."""
    joined = Loan.objects.select_related(
        "paper__customer", "paper__kind", "borrower", "decided_by", "handed_by", "closed_by"
    )
    found = get_object_or_404(joined.filter(paper__in=Paper.objects.visible_to(person)), pk=pk)
    if found.borrower_id != person.pk and not may(person, "papers.see_loans"):
        raise Http404
    return found


def mine(request: HttpRequest) -> HttpResponse:
    """List the person's own loans."""
    return _list(request, queries.loans_of(person_of(request)), "mine")


def every(request: HttpRequest) -> HttpResponse:
    """List what is lent or asked for; `?show=late` what is late, `?show=all` what ever was lent."""
    show = request.GET.get("show", "")
    on = timezone.localdate()
    loans = (
        queries.overdue_loans(on)
        if show == "late"
        else queries.every_loan()
        if show == "all"
        else queries.loans_in_hand()
    )
    return _list(request, loans, show if show in ("late", "all") else "hand")


def _list(request: HttpRequest, loans: Any, show: str) -> HttpResponse:
    page = Paginator(loans, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "show": show,
        "on": timezone.localdate(),
        "held": HELD,
        "late": queries.overdue_loans(timezone.localdate()).count() if show != "mine" else 0,
    }
    for one in page:
        one.late = one.is_overdue(context["on"])
    return render(request, "papers/loans.html", context)
