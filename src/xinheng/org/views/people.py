"""People: the list, one person, and what is done to his account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from creditpolicy.language import listed
from xinheng.org.access import may, person_of
from xinheng.org.actions import (
    Engaged,
    change_person,
    deactivate,
    engage,
    reactivate,
    reset_password,
    reset_second_factor,
)
from xinheng.org.actions.people import ONE_TIME_DAYS
from xinheng.org.forms import EngageForm, PeopleFilter, PersonForm, WhyForm
from xinheng.org.leaving import left_behind
from xinheng.org.models import Appointment, Person
from xinheng.org.queries import people_matching
from xinheng.org.sessions import sessions_of
from xinheng.org.sign_in.second_factor import has_second_factor, without_second_factor
from xinheng.org.views.asking import ask, page_of

ON_A_PAGE = 50


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List people, with the roles they hold today."""
    today = timezone.localdate()
    form = PeopleFilter(request.GET)
    told = form.cleaned_data if form.is_valid() else {}
    state = told.get("state") or "active"
    found = Person.objects.all() if state == "all" else Person.objects.filter(is_active=state != "closed")
    if state == "no_second_factor":
        found = without_second_factor(found)
    found = people_matching(
        found, told.get("q", ""), role=told.get("role", ""), department=told.get("department"), on=today
    )
    held = Prefetch("appointments", Appointment.objects.in_force(today).order_by("role"), to_attr="held")
    rows = Paginator(found.select_related("department").prefetch_related(held).order_by("username"), ON_A_PAGE)
    context = {"form": form, "page": rows.get_page(request.GET.get("page")), "may_change": _may_change(request)}
    return render(request, "org/people.html", context)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person: what is known, his appointments over time, delegations, sessions."""
    somebody = get_object_or_404(Person.objects.select_related("department"), pk=pk)
    now = timezone.now()
    context = {
        "person": somebody,
        "appointments": somebody.appointments.order_by("-since", "-pk"),
        "given": somebody.delegations_given.select_related("to_person"),
        "received": somebody.delegations_received.select_related("from_person"),
        "sessions": sessions_of(somebody, after=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)),
        "has_second_factor": has_second_factor(somebody),
        "today": timezone.localdate(now),
        "may_change": _may_change(request) and somebody != person_of(request),
    }
    return render(request, "org/person.html", context)


@require_http_methods(["GET", "POST"])
def engage_person(request: HttpRequest) -> HttpResponseBase:
    """Make an account, and show the one-time password once."""

    def do(told: dict[str, Any]) -> HttpResponseBase:
        return _shown_once(request, engage(**told, by=person_of(request), at=timezone.now()))

    return ask(
        request, EngageForm(request.POST or None), do,
        back=page_of("org.people"), heading=_("新建账号"), button=_("建立账号"),
        note=_("建立后会显示一次性密码, 请当面交给本人。账号起初没有任何角色。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change what is known of a person."""
    somebody = get_object_or_404(Person, pk=pk)
    names = ("full_name", "department", "job_title", "email", "phone")
    form = PersonForm(request.POST or None, initial={name: getattr(somebody, name) for name in names})

    def do(told: dict[str, Any]) -> None:
        change_person(somebody, **told, by=person_of(request))

    return ask(
        request, form, do,
        back=page_of("org.person", pk), done=_("已保存。"), heading=_("变更资料"), about=somebody, button=_("保存"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Close an account."""
    somebody = get_object_or_404(Person, pk=pk)

    def do(told: dict[str, Any]) -> None:
        deactivate(somebody, **told, by=person_of(request), on=timezone.localdate())

    note = _("停用后立即不能登录, 现有登录马上结束。资料、任职与留痕都保留。")
    waiting = left_behind(somebody, timezone.localdate())
    if waiting:
        note = _(
            "停用后立即不能登录, 现有登录马上结束。资料、任职与留痕都保留。"
            "只等他办的有 {count} 件 ({kinds}), 请先由他转办, 否则要由安全管理员另行指定。"
        ).format(count=sum(waiting.values()), kinds=listed([f"{kind} {count}" for kind, count in waiting.items()]))
    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.person", pk), done=_("账号已停用, 其登录已全部结束。"), heading=_("停用账号"), about=somebody,
        button=_("停用"), danger=True,
        note=note,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def open_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open a closed account, with a new one-time password."""
    somebody = get_object_or_404(Person, pk=pk)

    def do(told: dict[str, Any]) -> HttpResponseBase:
        return _shown_once(request, reactivate(somebody, **told, by=person_of(request), at=timezone.now()))

    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.person", pk), heading=_("重新启用账号"), about=somebody, button=_("启用"),
        note=_("停用前未免去的任职会恢复效力。会显示新的一次性密码。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a person a one-time password."""
    somebody = get_object_or_404(Person, pk=pk)

    def do(told: dict[str, Any]) -> HttpResponseBase:
        return _shown_once(request, reset_password(somebody, **told, by=person_of(request), at=timezone.now()))

    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.person", pk), heading=_("重置密码"), about=somebody, button=_("重置"), danger=True,
        note=_("原密码立即失效, 现有登录全部结束。会显示一次性密码, 本人登录后须先修改。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_second_factor(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take away a lost second factor."""
    somebody = get_object_or_404(Person, pk=pk)

    def do(told: dict[str, Any]) -> None:
        reset_second_factor(somebody, **told, by=person_of(request))

    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.person", pk), done=_("动态码已清除。"), heading=_("重置动态码"), about=somebody,
        button=_("重置"), danger=True,
        note=_("请先当面核实本人身份。清除后只凭密码即可登录, 角色要求动态码的, 本人登录后须先重新设置。"),
    )  # fmt: skip


def _shown_once(request: HttpRequest, engaged: Engaged) -> HttpResponse:
    context = {"person": engaged.person, "password": engaged.password, "days": ONE_TIME_DAYS}
    return render(request, "org/one_time.html", context)


def _may_change(request: HttpRequest) -> bool:
    return may(person_of(request), "org.people")
