"""Guarantees: registered on the customer's page, seen and released on their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinheng.credit import actions, queries
from xinheng.credit.core.money import yuan
from xinheng.credit.forms import GuaranteeForm, WhyForm
from xinheng.credit.models import Guarantee
from xinheng.customers.views.shown import asked, done_or_told, found
from xinheng.org.access import may, person_of
from xinheng.papers.models import Paper
from xinheng.workflow.queries import items_of


@require_http_methods(["GET", "HEAD", "POST"])
def secure(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a guarantee for a customer."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    form = GuaranteeForm(
        request.POST or None, papers=Paper.objects.visible_to(person).filter(customer=customer),
        guarantors=customer.guarantors.filter(ended_on__isnull=True).select_related("guarantor"), initial={"from_day": on},
    )  # fmt: skip
    return asked(
        request, customer, form, lambda told: actions.register_guarantee(customer, **told, by=person, on=on),
        tab="credit", title=_("登记担保"), button=_("提交核实"), back=reverse("credit.customer", args=[pk]),
        done=_("已登记, 由另一人核实后生效。"),
        text=_("由另一人对照凭证核实。核实后计入覆盖; 是否增加额度、增加多少由现行制度决定, 到失效日自动结束。"),
    )  # fmt: skip


@require_GET
def guarantee(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a guarantee: what it covers, what it adds to the limit, its evidence, and where it stands."""
    given, person, on = _guarantee(request, pk), person_of(request), timezone.localdate()
    adds = given.grant if given.grant is not None and given.holds_on(on) else None
    return render(request, "credit/guarantee.html", {
        "one": given, "customer": given.customer, "papers": given.papers.all(), "holds": given.holds_on(on),
        "adds": yuan(adds.amount) if adds is not None else None, "clause": adds.clause if adds is not None else "",
        "task": items_of(given).filter(state="open").first(), "form": WhyForm(),
        "may_release": may(person, "credit.release_guarantee", given.customer) and given.state == Guarantee.State.VALID,
    })  # fmt: skip


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a guarantee back."""
    given, person, on = _guarantee(request, pk), person_of(request), timezone.localdate()
    return done_or_told(
        request, lambda: actions.release_guarantee(given, by=person, on=on, why=request.POST.get("why", "")),
        back=reverse("credit.guarantee", args=[pk]), done=_("已解除, 不再覆盖也不再增加额度。"),
    )  # fmt: skip


def _guarantee(request: HttpRequest, pk: int) -> Guarantee:
    rows = Guarantee.objects.filter(queries.seen_by(person_of(request)))
    given: Guarantee = get_object_or_404(
        rows.select_related("account__customer__owner", "grant", "guarantor__guarantor", "asked_by", "decided_by"),
        pk=pk,
    )
    return given
