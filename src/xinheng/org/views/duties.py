"""Roles: who holds them and what they may do; appointments, delegations, duties apart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinheng.org.access import demand, may, person_of
from xinheng.org.actions import appoint, delegate_role, end_appointment, end_delegation, keep_apart, let_together
from xinheng.org.duties import duties_that_meet
from xinheng.org.forms import AppointForm, DelegateForm, DutiesForm, EndAppointmentForm, WhyForm
from xinheng.org.models import Appointment, Delegation, DutiesApart, Person
from xinheng.org.overview import permissions_of_roles
from xinheng.org.queries import holders
from xinheng.org.roles import DUTIES, Role
from xinheng.org.views.asking import ask, do_at_once, page_of


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Show every role with who holds it, and every permission with the roles that have it."""
    held = holders(on=timezone.localdate())
    lines = [(role, DUTIES[role], held[role]) for role in Role]
    return render(request, "org/roles.html", {"roles": lines, "permissions": permissions_of_roles()})


@require_http_methods(["GET", "POST"])
def duties_apart(request: HttpRequest) -> HttpResponseBase:
    """Show the duties that may not meet in one hand, who breaks them, and add a row."""
    may_change = may(person_of(request), "org.duties")
    today = timezone.localdate()

    def do(told: dict[str, Any]) -> None:
        keep_apart(told["role"], told["other"], why=told["why"], clause=told["clause"], by=person_of(request), on=today)

    return ask(
        request, DutiesForm(request.POST or None), do,
        back=page_of("org.duties_apart"), done=_("已列入不相容职责。"), template="org/duties_apart.html",
        rows=DutiesApart.objects.order_by("pk"), meeting=duties_that_meet(on=today), may_change=may_change,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def let_go(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a row out of the table."""
    apart = get_object_or_404(DutiesApart, pk=pk)

    def do(told: dict[str, Any]) -> None:
        let_together(apart, **told, by=person_of(request))

    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.duties_apart"), done=_("已移出不相容职责。"), heading=_("允许兼任"), about=apart, button=_("移出"),
        danger=True, note=_("之后同一人可以兼任这两个角色。原因会留痕, 供审计查阅。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def appoint_person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Appoint a person to a role."""
    person = get_object_or_404(Person, pk=pk)

    def do(told: dict[str, Any]) -> None:
        appoint(person, **told, by=person_of(request))

    return ask(
        request, AppointForm(request.POST or None, initial={"since": timezone.localdate()}), do,
        back=page_of("org.person", pk), done=_("已任命。"), heading=_("任命角色"), about=person, button=_("任命"),
        note=_("任命后其现有登录会结束, 重新登录即按新角色办事。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End an appointment."""
    appointment = get_object_or_404(Appointment.objects.select_related("person"), pk=pk)

    def do(told: dict[str, Any]) -> None:
        end_appointment(appointment, **told, by=person_of(request))

    return ask(
        request, EndAppointmentForm(request.POST or None, initial={"from_day": timezone.localdate()}), do,
        back=page_of("org.person", appointment.person_id), done=_("已免去。"), heading=_("免去角色"), about=appointment,
        button=_("免去"), danger=True, note=_("他委托给别人的这个角色也同时结束, 有关的登录都会结束。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Lend one of one's own roles; the security administrator may do it for somebody who is away."""
    by = person_of(request)
    lender = by if pk is None else get_object_or_404(Person, pk=pk)
    demand(by, "org.delegate", lender)
    today = timezone.localdate()
    form = DelegateForm(request.POST or None, lender=lender, on=today, initial={"since": today, "until": today})

    def do(told: dict[str, Any]) -> None:
        delegate_role(lender, **told, by=by, on=today)

    return ask(
        request, form, do,
        back=page_of("org.profile") if lender == by else page_of("org.person", lender.pk), done=_("已委托。"),
        heading=_("委托角色"), about=lender, button=_("委托"),
        note=_("受托人在这些日子可以代办, 留痕会写明代谁办理。不相容的职责不能因委托落到同一人手里。"),
    )  # fmt: skip


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """End a delegation."""
    by = person_of(request)
    his = Delegation.objects.all() if may(by, "org.people") else Delegation.objects.filter(from_person=by)
    delegation = get_object_or_404(his.select_related("from_person", "to_person"), pk=pk)
    back = page_of("org.profile") if delegation.from_person == by else page_of("org.person", delegation.from_person_id)
    return do_at_once(
        request,
        lambda: end_delegation(delegation, by=by, on=timezone.localdate()),
        back=back,
        done=_("委托已结束。"),
    )
