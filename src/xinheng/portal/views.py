"""The customer's own pages: everything here is for somebody who is in by link and code."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.audit.origin import coming_from
from xinheng.customers.card import Section
from xinheng.customers.values import values_in_use
from xinheng.portal import actions
from xinheng.portal.entering import COOKIE, for_the_customer, let_in
from xinheng.portal.forms import CodeForm, ComplaintForm, DataForm, SendPaperForm
from xinheng.portal.models import Invitation


def enter(request: HttpRequest, link: str) -> HttpResponse:
    """Ask for the code; with the right one, let in."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            with coming_from("portal", request.META.get("REMOTE_ADDR", "")):
                invitation = actions.enter(link, form.cleaned_data["code"], now=timezone.now())
        except Refusal as refusal:
            form.add_error("code", refusal.message)
        else:
            response = redirect("portal.home")
            let_in(response, invitation)
            return response
    return render(request, "portal/enter.html", {"form": form})


@for_the_customer
def home(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what he can do here, and what became of what he sent."""
    sent = invitation.customer.submissions.filter(invitation=invitation)
    return render(request, "portal/home.html", {"invitation": invitation, "sent": sent})


@for_the_customer
def data_form(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him fill in and correct the data form."""
    fields = actions.asked_fields(invitation.customer)
    held = values_in_use([invitation.customer.pk], [field.code for field in fields])[invitation.customer.pk]
    form = DataForm(request.POST or None, fields=fields, held=held)
    if form.is_valid():
        try:
            actions.send_form(invitation, form.cleaned_data, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            for problem in refusal.problems:
                form.add_error(problem.facts[0], problem.what)
        else:
            messages.success(request, _("已收到。工作人员核对后才会写入档案, 结果会显示在首页。"))
            return redirect("portal.home")
    parts = [(section.label, [form[field.code] for field in fields if field.section == section]) for section in Section]
    told = {"invitation": invitation, "form": form, "parts": [part for part in parts if part[1]]}
    return render(request, "portal/form.html", told)


@for_the_customer
def paper(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him send a file."""
    form = SendPaperForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.send_paper(
                invitation, kind=form.cleaned_data["kind"], title=form.cleaned_data["title"], content=file.read(),
                file_name=file.name, on=timezone.localdate(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(request, _("文件已收到, 核对后归档。"))
            return redirect("portal.home")
    return render(request, "portal/send.html", {"invitation": invitation, "form": form, "is_paper": True})


@for_the_customer
def complaint(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him complain."""
    form = ComplaintForm(request.POST or None)
    if form.is_valid():
        try:
            actions.complain(invitation, form.cleaned_data["text"], on=timezone.localdate())
        except Refusal as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, _("投诉已收到, 答复会显示在首页。"))
            return redirect("portal.home")
    return render(request, "portal/send.html", {"invitation": invitation, "form": form})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leave: the browser is let in no more until the code is entered again."""
    response = render(request, "portal/over.html", {"has_left": True})
    response.delete_cookie(COOKIE, path="/my/")
    return response
