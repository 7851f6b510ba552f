"""Pages of papers: the list with how each stands, entering, verifying, looking at a number, taking back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from creditpolicy.problems import Refusal
from xinheng.customers import actions, queries
from xinheng.customers.forms import IdentityForm, LookForm, VerifyForm, WhyForm
from xinheng.customers.models import Customer, Identity, Status
from xinheng.customers.numbers import mask_of
from xinheng.customers.views.files import BOTH
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.org.access import person_of
from xinheng.vault.masking import masked

YEARS_GOOD = 1
SHOWN = 20
"""Years after which a verification is proposed to be done again: document 004 asks for regular renewal, without a figure."""


def _rows(customer: Customer, on: date) -> list[dict[str, Any]]:
    return [
        {"standing": one, "identity": one.identity, "masked": masked(one.identity.number, mask_of(one.identity.kind))}
        for one in queries.standing_of(queries.identities_of(customer), on)
    ]


@require_GET
def identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the papers of a customer, masked."""
    customer, on = found(request, pk), timezone.localdate()
    more = {"rows": _rows(customer, on), "on": on}
    return page_of(request, customer, "identity", "customers/identity.html", more)


def _back(customer: Customer) -> str:
    return reverse("customers.identity", args=[customer.pk])


def _one(customer: Customer, pk: int) -> Identity:
    row: Identity = get_object_or_404(Identity, pk=pk, customer=customer)
    return row


@BOTH
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a paper."""
    customer = found(request, pk)
    form = IdentityForm(request.POST or None, kind=customer.kind)

    def does(told: dict[str, Any]) -> None:
        actions.add_identity(customer, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, form, does, tab="identity", title=_("登记证件"), back=_back(customer), done=_("证件已登记。"),
        text=_("号码加密保存, 一个号码只能属于一份档案; 登记后由另一位同事核实。"),
    )  # fmt: skip


@BOTH
def verify(request: HttpRequest, pk: int, identity_pk: int) -> HttpResponse:
    """Note a verification."""
    customer, on = found(request, pk), timezone.localdate()
    row = _one(customer, identity_pk)
    form = VerifyForm(
        request.POST or None, initial={"valid_until": on.replace(year=on.year + YEARS_GOOD, day=min(on.day, 28))}
    )

    def does(told: dict[str, Any]) -> None:
        actions.verify_identity(row, by=person_of(request), on=on, **told)

    return asked(
        request, customer, form, does, tab="identity", back=_back(customer), done=_("已记录核实结果。"),
        title=_("核实{kind}").format(kind=row.get_kind_display()), button=_("记录核实结果"),
        text=_("录入证件的人不能核实自己录入的证件。"),
    )  # fmt: skip


@BOTH
def show(request: HttpRequest, pk: int, identity_pk: int) -> HttpResponse:
    """Show the whole number of a paper, after it was said why."""
    customer = found(request, pk)
    row, form, number = _one(customer, identity_pk), LookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            number = actions.show_identity(row, by=person_of(request), why=form.cleaned_data["why"])
        except Refusal as refused:
            form.add_error(None, refused.message)
    more = {"form": form, "number": number, "label": row.get_kind_display(), "back": _back(customer)}
    return page_of(request, customer, "identity", "customers/look.html", more)


@BOTH
def withdraw(request: HttpRequest, pk: int, identity_pk: int) -> HttpResponse:
    """Take a paper back."""
    customer = found(request, pk)
    row = _one(customer, identity_pk)

    def does(told: dict[str, Any]) -> None:
        actions.withdraw_identity(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, WhyForm(request.POST or None), does, tab="identity", back=_back(customer), danger=True,
        title=_("作废{kind}").format(kind=row.get_kind_display()), button=_("作废"), done=_("已作废。"),
        text=_("作废后这个号码可以登记到别的档案; 记录保留在历史里。"),
    )  # fmt: skip


@require_GET
def to_verify(request: HttpRequest) -> HttpResponse:
    """List what waits for verification: papers never verified, those that run out, and drafts."""
    person, on = person_of(request), timezone.localdate()
    visible = Customer.objects.visible_to(person)
    unverified = (
        Identity.objects.filter(withdrawn_at__isnull=True, verifications__isnull=True, customer__in=visible)
        .exclude(customer__status=Status.CLOSED)
        .select_related("customer__department", "entered_by")
        .order_by("entered_at")
    )
    keys = set(visible.values_list("pk", flat=True)) if not person.is_one_of("archivist") else None
    due = [one for one in queries.verification_due(on) if keys is None or one.identity.customer_id in keys]
    drafts = visible.filter(status=Status.DRAFT).select_related("department", "registered_by").order_by("created_at")
    more = {
        "unverified": unverified[:SHOWN], "due": due[:SHOWN], "drafts": drafts[:SHOWN], "on": on, "person": person,
        "counts": {"unverified": unverified.count(), "due": len(due), "drafts": drafts.count()}, "most": SHOWN,
    }  # fmt: skip
    return render(request, "customers/to_verify.html", more)
