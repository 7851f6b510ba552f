"""Applications for another limit: asked for on the customer's page, seen and printed on their own."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditpolicy.problems import Refusal
from xinheng.credit import actions, queries
from xinheng.credit.forms import ApplicationForm
from xinheng.credit.models import Application
from xinheng.credit.printing import print_application
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import asked, found
from xinheng.org.access import person_of
from xinheng.papers.models import Paper
from xinheng.policies.queries import main_version, policy_of
from xinheng.ratings.actions.printing import FORMATS
from xinheng.ratings.documents import FORMS, money
from xinheng.workflow.queries import items_of, rounds_of


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another limit."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    papers = Paper.objects.visible_to(person).filter(customer=customer)
    version = main_version(on)
    policy = policy_of(version) if version is not None else None
    form = ApplicationForm(request.POST or None, papers=papers, policy=policy, initial={"from_day": on})
    return asked(
        request, customer, form, lambda told: actions.apply_for_limit(customer, **told, by=person, on=on),
        tab="credit", title=_("申请额度"), button=_("提交申请"), back=reverse("credit.customer", args=[pk]),
        done=_("已提交, 由制度规定的人批准。"),
        text=_now(customer) + _("由制度的订单规则规定的人批准; 超出越多, 批准的人级别越高。到期自动结束。"),
    )  # fmt: skip


def _now(customer: Customer) -> str:
    """Say what the customer's limit and what is free of it come to today."""
    account, on = queries.accounts_of(customer).first(), timezone.localdate()
    now = queries.at_a_glance(account, on=on) if account is not None else None
    if now is None or now.limit is None or now.free is None:
        return _("截至 {day} 还没有核定额度。").format(day=on)
    return _("截至 {day}, 额度 {limit}, 已用 {used}, 已预占 {reserved}, 还可用 {free}。").format(
        day=on, limit=money(now.limit), used=money(now.used), reserved=money(now.reserved), free=money(now.free)
    )


@require_GET
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an application: what is asked for and why, what each said to it, and how it came out."""
    found = _application(request, pk)
    round = rounds_of(found).first()
    steps = round.items.select_related("handled_by", "person").order_by("pk") if round is not None else ()
    return render(request, "credit/application.html", {
        "one": found, "customer": found.customer, "steps": steps, "round": round,
        "task": items_of(found).filter(state="open").first(),
    })  # fmt: skip


@require_POST
def printed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give an application as PDF or Word."""
    found, format = _application(request, pk), request.POST.get("format", "pdf")
    try:
        content = print_application(
            found, format=format, by=person_of(request), on=timezone.localdate(), at=timezone.now()
        )
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect(found)
    name = f"{found.customer.number}-{found.pk} {FORMS['limit']}.{format}"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=FORMATS[format])


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.filter(queries.seen_by(person_of(request)))
    found: Application = get_object_or_404(
        rows.select_related("account__customer__owner", "account__customer__department", "asked_by", "decided_by"),
        pk=pk,
    )
    return found
