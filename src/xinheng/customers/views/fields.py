"""The fields that the card has beside the built-in ones, and taking them from a policy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy, shipped
from xinheng.customers.actions.fields import retire_field, take_fields
from xinheng.customers.card import FIELDS, Section
from xinheng.customers.forms import PolicyForm
from xinheng.customers.models import CardField
from xinheng.customers.views.files import BOTH
from xinheng.org.access import person_of


@BOTH
def fields(request: HttpRequest) -> HttpResponse:
    """Show every field of the card, and take those that a policy asks for."""
    form = PolicyForm(request.POST or None, policies=[(name, name) for name in shipped()])
    if request.method == "POST" and form.is_valid():
        reading = load_policy(form.cleaned_data["policy"])
        if reading.policy is None:
            form.add_error("policy", _("这份制度有问题, 不能使用。请先用 xinheng check 检查。"))
        else:
            try:
                taken = take_fields(reading.policy, by=person_of(request))
            except Refusal as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, _("已从制度增加或更新 {count} 个项目。").format(count=len(taken)))
                return redirect("customers.fields")
    rows = CardField.objects.all()
    return render(
        request, "customers/fields.html",
        {"form": form, "built_in": [(field, Section(field.section).label) for field in FIELDS], "rows": rows},
    )  # fmt: skip


@require_POST
def retire(request: HttpRequest, field_pk: int) -> HttpResponse:
    """Take an added field out of use, or into it again."""
    row = get_object_or_404(CardField, pk=field_pk)
    try:
        retire_field(row, by=person_of(request), in_use=not row.is_in_use)
    except Refusal as refused:
        messages.error(request, refused.message)
    return redirect("customers.fields")
