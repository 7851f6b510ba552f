"""The companies of the group, and the rates of exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from creditpolicy.problems import Refusal
from xinheng.ledger import actions
from xinheng.ledger.forms import CompanyForm, NameForm, RateForm, ReverseForm
from xinheng.ledger.models import Company, Rate
from xinheng.org.access import person_of

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def companies(request: HttpRequest) -> HttpResponse:
    """List the companies of the group and the rates."""
    context = {
        "companies": Company.objects.all(), "rates": Rate.objects.select_related("entered_by").order_by("currency", "-since", "-id")[:200]
    }  # fmt: skip
    return render(request, "ledger/companies.html", context)


@BOTH
def add_company(request: HttpRequest) -> HttpResponse:
    """Add a company of the group."""
    form = CompanyForm(request.POST or None)
    return _asked(request, form, lambda told: actions.add_company(**told, by=person_of(request)), _("增加本方公司"))


@BOTH
def rename_company(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a company another name."""
    one = get_object_or_404(Company, pk=pk)
    form = NameForm(request.POST or None, initial={"name": one.name})
    title = _("更改公司名称")
    return _asked(request, form, lambda told: actions.rename_company(one, **told, by=person_of(request)), title)


@BOTH
def end_company(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no more documents of a company."""
    one = get_object_or_404(Company, pk=pk)

    def does(_told: dict[str, Any]) -> Any:
        return actions.end_company(one, by=person_of(request), on=timezone.localdate())

    form = forms.Form(request.POST if request.method == "POST" else None)
    return _asked(request, form, does, _("停用 {company}").format(company=one), danger=True)


@BOTH
def set_rate(request: HttpRequest) -> HttpResponse:
    """Enter a rate."""
    form = RateForm(request.POST or None, initial={"since": timezone.localdate()})
    return _asked(request, form, lambda told: actions.set_rate(**told, by=person_of(request)), _("录入汇率"))


@BOTH
def reverse_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rate back."""
    one = get_object_or_404(Rate, pk=pk)

    def does(told: dict[str, Any]) -> Any:
        return actions.reverse_rate(one, **told, by=person_of(request), on=timezone.localdate())

    title = _("作废汇率 {rate}").format(rate=one)
    return _asked(request, ReverseForm(request.POST or None), does, title, danger=True)


def _asked(
    request: HttpRequest, form: forms.Form, does: Callable[[dict[str, Any]], Any], title: str, *, danger: bool = False
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            does(form.cleaned_data)
        except Refusal as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("ledger.companies")
    return render(request, "ledger/ask.html", {"form": form, "title": title, "danger": danger})
