"""Overrides: asked for in a customer's tab, listed with how common they are, ended before their day."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.views.shown import asked, done_or_told, found, page_of
from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.ratings import actions, queries
from xinheng.ratings.actions.overrides import choices
from xinheng.ratings.forms_changing import OverrideForm, WhyForm
from xinheng.ratings.models import Override
from xinheng.ratings.rates import rate_of_overrides
from xinheng.ratings.spread import asked_in_role
from xinheng.ratings.views_reading.shown import day_in
from xinheng.workflow.queries import items_of, rounds_of

SHOWN: dict[str, Q] = {
    "open": Q(state__in=("asked", "in_force")), "asked": Q(state="asked"), "in_force": Q(state="in_force"),
    "approved": Q(from_day__isnull=False), "refused": Q(state="refused"), "pierced": Q(state="pierced"),
}  # fmt: skip
MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")
TOLD = {"approved": _l("批准了的"), "refused": _l("未批准的"), "pierced": _l("被事件取代的")}
"""What a figure of the overview shows beyond the tabs of the list."""


@require_GET
def overrides(request: HttpRequest) -> HttpResponse:
    """List overrides, the latest first, with their rate among the grades in force."""
    person, on = person_of(request), timezone.localdate()
    state = request.GET.get("state", "all")
    rows, told = _asked(request, Override.objects.visible_to(person))
    if state in SHOWN:
        rows = rows.filter(SHOWN[state])
        told += [str(TOLD[state])] if state in TOLD else []
    rows = rows.select_related("customer", "asked_by", "approved_by", "version", "policy").order_by("-pk")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    _named(list(page))
    return render(request, "ratings/changing/overrides.html", {
        "page": page, "state": state, "on": on, "rate": rate_of_overrides(person, on), "told": " · ".join(told),
    })  # fmt: skip


def _asked(request: HttpRequest, rows: Any) -> tuple[Any, list[str]]:
    """Keep those asked for in a month, by a role, since a day, under the main policy, as the address says; and say so."""
    told: list[str] = []
    month, role, first = request.GET.get("month", ""), request.GET.get("role", ""), day_in(request, "since")
    if MONTH.fullmatch(month):
        rows = rows.filter(asked_on__year=int(month[:4]), asked_on__month=int(month[5:]))
        told.append(_("{month} 申请的").format(month=month))
    if role in Role.values:
        rows = asked_in_role(rows, role)
        told.append(_("{role}申请的").format(role=Role(role).label))
    if first is not None:
        rows = rows.filter(asked_on__gte=first)
        told.append(_("{day} 以来").format(day=first.isoformat()))
    return (rows.filter(policy=queries.main_policy()) if told else rows), told


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one override: from what to what, why, who decided, how it ended."""
    person = person_of(request)
    override = _override(person, pk)
    _named([override])
    round = rounds_of(override).first()
    return render(request, "ratings/changing/override.html", {
        "one": override, "customer": override.customer, "round": round, "on": timezone.localdate(),
        "task": items_of(override).filter(state="open", act="approve").first(), "end_form": WhyForm(prefix="end"),
        "may_end": override.state == Override.State.IN_FORCE and may(person, "ratings.end_override", override)
        and override.customer.owner_id != person.pk,
        "may_withdraw": override.state == Override.State.ASKED and override.asked_by_id == person.pk,
    })  # fmt: skip


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an override in force, or take one's own asking back."""
    person, on = person_of(request), timezone.localdate()
    override = _override(person, pk)
    why = request.POST.get("end-why", "")
    back = reverse("ratings.override", args=[pk])
    if override.state == Override.State.ASKED:
        return done_or_told(
            request, lambda: actions.withdraw_override(override, by=person, on=on, why=why), back=back,
            done=_("已撤回申请。"),
        )  # fmt: skip
    return done_or_told(
        request, lambda: actions.end_override(override, by=person, on=on, why=why), back=back,
        done=_("已结束, 等级按评分执行。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a customer's grade be set against the score."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    back = reverse("ratings.of_customer", args=[pk])
    try:
        grades, most, who = choices(customer, on=on)
    except Refusal as refused:
        return page_of(request, customer, "rating", "ratings/changing/not_possible.html", {
            "title": _("人工调整等级"), "refused": refused, "back": back,
        })  # fmt: skip
    form = OverrideForm(request.POST or None, grades=grades, most=most)
    made: list[Any] = []
    answer = asked(
        request, customer, form,
        lambda told: made.append(actions.ask_override(customer, **told, by=person, on=on)),
        tab="rating", title=_("申请人工调整等级"), button=_("提交申请"), back=back,
        done=_("已提交, 由{who}批准。").format(who=who),
        text=_("由{who}批准后当日生效, 到期自动结束; 期间照常评级, 发生事件时随即失效。").format(who=who),
    )  # fmt: skip
    return redirect("ratings.override", pk=made[0].pk) if made and may(person, "ratings.see_overrides") else answer


def _override(person: Person, pk: int) -> Override:
    rows = Override.objects.visible_to(person).select_related(
        "customer", "customer__owner", "asked_by", "approved_by", "version__policy", "policy", "rating"
    )
    found: Override = get_object_or_404(rows, pk=pk)
    return found


def _named(rows: list[Override]) -> None:
    for row in rows:
        scale = queries.scale_of(row.version)
        row.before_step, row.after_step = scale[row.grade_by_score], scale[row.grade]  # type: ignore[attr-defined]
