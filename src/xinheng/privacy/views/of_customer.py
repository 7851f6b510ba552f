"""Pages in a customer's file: consents, sharings, requests, holds, export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import found, page_of
from xinheng.org.access import may, person_of
from xinheng.privacy import actions
from xinheng.privacy.forms import ConsentForm, ExportForm, HoldForm, RequestForm, ShareForm, WithdrawForm, read_form
from xinheng.privacy.holds import open_hold
from xinheng.privacy.models import Consent

_MAY = ("record", "share", "export", "hold")


def of_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a customer agreed to, what was given away, what he asked, and whether his data are held."""
    customer = found(request, pk)
    person, on = person_of(request), timezone.localdate()
    consents = list(customer.consents.select_related("partner", "evidence__kind", "recorded_by"))
    for consent in consents:
        consent.stands = _standing(consent, on)
    return page_of(request, customer, "privacy", "privacy/of_customer.html", {
        "consents": consents, "withdraw_form": WithdrawForm(auto_id=False),
        "sharings": customer.sharings.select_related("partner", "shared_by")[:50],
        "requests": customer.subject_requests.select_related("answered_by")[:50],
        "holds": customer.holds.select_related("placed_by", "released_by")[:50],
        "hold": open_hold(customer), "hold_form": HoldForm(), "on": on,
        "may": {name: may(person, f"privacy.{name}", customer) for name in _MAY},
    })  # fmt: skip


def _standing(consent: Consent, on: Any) -> str:
    if consent.ended_at is not None:
        return "withdrawn"
    if consent.until is not None and consent.until < on:
        return "expired"
    return "in_force" if consent.since <= on else "waiting"


def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a consent."""
    customer, person = found(request, pk), person_of(request)
    form = ConsentForm(request.POST or None, customer=customer, person=person, initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_consent(customer, by=person, on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已登记同意。"))
            return redirect("privacy.of_customer", pk=pk)
    told = {"form": form, "title": _("登记同意"), "button": _("登记")}
    return page_of(request, customer, "privacy", "privacy/form.html", told)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a consent back."""
    visible = Customer.objects.visible_to(person_of(request))
    consent = get_object_or_404(Consent.objects.select_related("customer"), pk=pk, customer__in=visible)
    try:
        told = read_form(WithdrawForm(request.POST))
        actions.withdraw_consent(consent, by=person_of(request), on=timezone.localdate(), **told)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤回, 从现在起不再据此使用或提供。"))
    return redirect("privacy.of_customer", pk=consent.customer_id)


def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Give data to a partner: answers with the file, which is not kept."""
    customer = found(request, pk)
    form = ShareForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        told["fields"] = told.pop("fields_")
        try:
            shared = actions.share(
                customer,
                told.pop("partner"),
                by=person_of(request),
                on=timezone.localdate(),
                at=timezone.localtime(),
                **told,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            return _download(shared.name, shared.content)
    told = {
        "form": form, "title": _("提供给合作伙伴"), "button": _("生成加密文件"), "is_download": True,
        "text": _("须有客户同意和保密协议, 两者都在有效期内。内容只含所选各项; 文件加密, 系统不留副本, 这次提供会留痕。"),
    }  # fmt: skip
    return page_of(request, customer, "privacy", "privacy/form.html", told)


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give everything that is held of one person, as an encrypted file."""
    customer = found(request, pk)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = actions.export_person(
                customer, by=person_of(request), on=timezone.localdate(), at=timezone.localtime(), **form.cleaned_data
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            return _download(f"{customer.number}.zip", content)
    told = {
        "form": form, "title": _("导出这位客户的全部资料"), "button": _("导出"), "is_download": True,
        "text": _("包括各处保存的全部内容和历史, 供本人查阅、复制。导出会留痕。"),
    }  # fmt: skip
    return page_of(request, customer, "privacy", "privacy/form.html", told)


def _download(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down what somebody asks about his own data."""
    customer = found(request, pk)
    form = RequestForm(request.POST or None, customer=customer, initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.receive_request(
                customer, by=person_of(request), on=timezone.localdate(), **form.cleaned_data
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已登记, 法务应在 {day} 前答复。").format(day=asked.due_on))
            return redirect("privacy.request", pk=asked.pk)
    told = {"form": form, "title": _("登记本人的请求或投诉"), "button": _("登记")}
    return page_of(request, customer, "privacy", "privacy/form.html", told)


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a customer's data be stored only."""
    customer = found(request, pk)
    try:
        told = read_form(HoldForm(request.POST))
        actions.place_hold(customer, by=person_of(request), on=timezone.localdate(), **told)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已设置法律保留: 从现在起只保存, 不得处理。"))
    return redirect("privacy.of_customer", pk=pk)
