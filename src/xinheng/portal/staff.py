"""The pages of those who invite customers, and decide on what they send."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.card import all_fields, shown
from xinheng.customers.models import Customer
from xinheng.customers.values import card_of
from xinheng.customers.views.shown import page_of
from xinheng.org.access import demand, may, person_of
from xinheng.org.models import Person
from xinheng.papers.actions.filing import Details
from xinheng.portal import actions
from xinheng.portal.applying import Sort, accept_application, cases_of, refuse_application
from xinheng.portal.forms import AcceptPaperForm, AnswerForm, InviteForm
from xinheng.portal.mailing import addresses_of
from xinheng.portal.models import Invitation, Submission
from xinheng.portal.printing import TITLE, needed, print_letter
from xinheng.portal.rating_forms import AcceptApplicationForm
from xinheng.portal.seeing import seen_by
from xinheng.ratings.actions.printing import FORMATS
from xinheng.vault import files


def tab(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's invitations, what came by them, and what he was told."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), pk=pk)
    seen = seen_by(customer, timezone.localdate())
    has_grade = seen.standing is not None and bool(seen.standing.grade)
    told = {
        "customer": customer, "invitations": customer.invitations.select_related("created_by"),
        "submissions": customer.submissions.select_related("decided_by", "invitation"),
        "may_invite": may(person, "portal.invite", customer), "letters": customer.letters.all()[:20],
        "is_open": seen.opens_grade, "has_mail": bool(settings.MAIL), "count": len(addresses_of(customer)),
        "may_print": has_grade and all(may(person, name, customer) for name in ("portal.letter", *needed(seen))),
        "languages": settings.LANGUAGES,
    }  # fmt: skip
    return page_of(request, customer, "portal", "portal/tab.html", told)


def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite somebody of a customer; link and code are shown this once."""
    customer = get_object_or_404(Customer.objects.visible_to(person_of(request)), pk=pk)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            invited = actions.invite(customer, **form.cleaned_data, by=person_of(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            address = settings.PUBLIC_URL + reverse("portal.enter", args=[invited.link])
            told = {"customer": customer, "invited": invited, "address": address}
            return render(request, "portal/invited.html", told)
    return render(request, "portal/invite.html", {"customer": customer, "form": form})


@require_POST
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the notice of the customer's grade as PDF or Word."""
    customer = get_object_or_404(Customer.objects.visible_to(person_of(request)), pk=pk)
    format, language = request.POST.get("format", "pdf"), request.POST.get("language", settings.LANGUAGE_CODE)
    try:
        content = print_letter(
            customer, format=format, language=language, by=person_of(request), on=timezone.localdate(),
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("portal.tab", customer.pk)
    response = HttpResponse(content, content_type=FORMATS[format])
    response.headers["Content-Disposition"] = _attachment(f"{customer.number} {TITLE}.{format}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another code; it is shown this once."""
    invitation = _invitation(request, pk)
    try:
        invited = actions.renew_code(invitation, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("portal.tab", invitation.customer_id)
    return render(request, "portal/invited.html", {"customer": invitation.customer, "invited": invited})


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an invitation."""
    invitation = _invitation(request, pk)
    try:
        actions.end_invitation(invitation, by=person_of(request), why=request.POST.get("why", ""))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("邀请已结束, 链接从现在起打不开。"))
    return redirect("portal.tab", invitation.customer_id)


def submissions(request: HttpRequest) -> HttpResponse:
    """List what customers sent and nobody has decided on."""
    seen = Customer.objects.visible_to(person_of(request))
    rows = Submission.objects.filter(customer__in=seen).select_related("customer", "invitation", "decided_by")
    state = request.GET.get("state", Submission.State.WAITING)
    if state != "all":
        rows = rows.filter(state=state)
    return render(request, "portal/submissions.html", {"submissions": rows[:200], "state": state})


def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one thing that a customer sent, beside what the file says, and take the decision."""
    sent = _submission(request, pk)
    if sent.what == Submission.What.FORM:
        return _form_page(request, sent)
    if sent.what == Submission.What.PAPER:
        return _paper_page(request, sent)
    if sent.what == Submission.What.APPLICATION:
        return _application_page(request, sent)
    return _complaint_page(request, sent)


def _form_page(request: HttpRequest, sent: Submission) -> HttpResponse:
    person, fields = person_of(request), all_fields()
    if request.method == "POST":
        try:
            actions.decide_form(
                sent, request.POST.getlist("accept"), by=person, on=timezone.localdate(),
                answer=request.POST.get("answer", ""),
            )  # fmt: skip
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            return _done(request, sent)
    opens = may(person, "customers.see_confidential", sent.customer)
    held = {line.field.code: line for line in card_of(sent.customer)}
    rows = [
        {
            "field": fields[code], "code": code, "hidden": fields[code].is_confidential and not opens,
            "new": shown(fields[code], text), "old": held[code].text if code in held else "",
        }
        for code, text in sent.content.items()
        if code in fields
    ]  # fmt: skip
    if any(row["field"].is_confidential and not row["hidden"] for row in rows):
        _note_look(sent, by=person)
    return render(request, "portal/submission_form.html", _told(request, sent) | {"rows": rows})


def _paper_page(request: HttpRequest, sent: Submission) -> HttpResponse:
    content = sent.content
    form = AcceptPaperForm(
        request.POST if request.POST.get("decision") == "accept" else None,
        initial={"kind": content["kind"], "title": content["title"], "level": 1},
    )
    try:
        if request.method == "POST" and request.POST.get("decision") == "refuse":
            actions.refuse_paper(
                sent, by=person_of(request), on=timezone.localdate(), answer=request.POST.get("answer", "")
            )
            return _done(request, sent)
        if form.is_valid():
            told = dict(form.cleaned_data)
            kind, answer = told.pop("kind"), told.pop("answer")
            actions.accept_paper(
                sent, Details(**told), kind=kind, by=person_of(request), on=timezone.localdate(), answer=answer
            )
            return _done(request, sent)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return render(request, "portal/submission_paper.html", _told(request, sent) | {"form": form, "content": content})


def _application_page(request: HttpRequest, sent: Submission) -> HttpResponse:
    sort, amount = Sort(sent.content["sort"]), sent.content["amount"]
    why = _("客户在自助页面申请: {what}").format(what=sort.label)
    form = AcceptApplicationForm(
        request.POST if request.POST.get("decision") == "accept" else None, initial={"why": why}
    )
    try:
        if request.method == "POST" and request.POST.get("decision") == "refuse":
            answer = request.POST.get("answer", "")
            refuse_application(sent, by=person_of(request), on=timezone.localdate(), answer=answer)
            return _done(request, sent)
        if form.is_valid():
            case = accept_application(sent, by=person_of(request), on=timezone.localdate(), **form.cleaned_data)
            messages.success(request, _("已发起评估 {number}, 客户在自助页面上能看到进度。").format(number=case.number))
            return redirect("portal.submission", sent.pk)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    told = _told(request, sent) | {
        "form": form, "sort": sort.label, "amount": Decimal(amount) if amount else None,
        "case": cases_of([sent]).get(sent.content.get("assessment", "")),
    }  # fmt: skip
    return render(request, "portal/submission_apply.html", told)


def _complaint_page(request: HttpRequest, sent: Submission) -> HttpResponse:
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            actions.answer_complaint(sent, by=person_of(request), on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, sent)
    return render(request, "portal/submission_complaint.html", _told(request, sent) | {"form": form})


def file(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """Give the file that a customer sent, to be looked at before it is accepted; leaves a line."""
    sent = _submission(request, pk)
    demand(person_of(request), "portal.decide", sent.customer)
    content = sent.content
    if sent.what != Submission.What.PAPER or sent.state != Submission.State.WAITING:
        messages.error(request, _("这个文件已处理: 采纳的在客户的档案里, 没有采纳的已删除。"))
        return redirect("portal.submission", sent.pk)
    _note_look(sent, by=person_of(request))
    response = StreamingHttpResponse(
        files.read(content["stored_as"], place=actions.place_of(sent)), content_type="application/octet-stream"
    )
    response.headers["Content-Disposition"] = _attachment(content["file_name"])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@act
def _note_look(sent: Submission, *, by: Person) -> None:
    record("portal.look", sent, by=by, about=sent.customer, look=True)


_DECIDES: dict[str, str] = {Submission.What.COMPLAINT: "portal.answer", Submission.What.APPLICATION: "ratings.open"}


def _told(request: HttpRequest, sent: Submission) -> dict[str, object]:
    permission = _DECIDES.get(sent.what, "portal.decide")
    is_waiting = sent.state == Submission.State.WAITING
    return {"sent": sent, "may_decide": is_waiting and may(person_of(request), permission, sent.customer)}


def _done(request: HttpRequest, sent: Submission) -> HttpResponse:
    messages.success(request, _("已处理, 客户在自助页面上能看到结果。"))
    return redirect("portal.submission", sent.pk)


def _submission(request: HttpRequest, pk: int) -> Submission:
    seen = Customer.objects.visible_to(person_of(request))
    rows = Submission.objects.select_related("customer", "invitation", "decided_by")
    return get_object_or_404(rows.filter(customer__in=seen), pk=pk)


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    seen = Customer.objects.visible_to(person_of(request))
    return get_object_or_404(Invitation.objects.select_related("customer").filter(customer__in=seen), pk=pk)
