"""What is due, by month; and the company's working days."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import may, person_of
from xinheng.workflow import calendar, queries
from xinheng.workflow.actions import keeping
from xinheng.workflow.forms import DayOffForm
from xinheng.workflow.models import DayOff, Item

MOST = 300
"""How many tasks a month shows; more are in the inbox."""


def month_of(text: str, today: date) -> date:
    """Give the first day of the month written as 2026-03; this month where it is not one."""
    try:
        year, month = (int(part) for part in text.split("-"))
        found = date(year, month, 1)
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2100 else today.replace(day=1)


def _weeks(first: date) -> list[date]:
    start = first - timedelta(days=first.weekday())
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    end = last + timedelta(days=6 - last.weekday())
    return [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]


def due(request: HttpRequest) -> HttpResponse:
    """Show what of one's own tasks is due in a month, with the days worked and off."""
    on = timezone.localdate()
    first = month_of(request.GET.get("month", ""), on)
    days = _weeks(first)
    waiting = queries.items_for(person_of(request), on)
    by_day: dict[date, list[Item]] = {}
    for item in waiting.filter(due_on__range=(days[0], days[-1]))[:MOST]:
        if item.due_on is not None:
            by_day.setdefault(item.due_on, []).append(item)
    cells = _cells(days, first, on, by_day)
    context = {
        "first": first, "on": on, "weeks": [cells[at : at + 7] for at in range(0, len(cells), 7)],
        "agenda": [cell for cell in cells if cell["items"] and cell["in_month"]],
        "before": first - timedelta(days=1), "after": first + timedelta(days=32),
        "late": waiting.filter(due_on__lt=on).count(), "without": waiting.filter(due_on__isnull=True).count(),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
    }  # fmt: skip
    return render(request, "workflow/due.html", context)


def _cells(days: list[date], first: date, on: date, by_day: dict[date, list[Item]]) -> list[dict[str, Any]]:
    works = calendar.working_days(days[0], days[-1])
    return [
        {
            "day": day, "items": by_day.get(day, []), "is_today": day == on, "is_off": day not in works,
            "in_month": day.month == first.month, "name": calendar.name_of(day), "is_over": day < on,
        }
        for day in days
    ]  # fmt: skip


def company_days(request: HttpRequest) -> HttpResponse:
    """List the days on which the company differs from the public calendar, and let another be set."""
    form = DayOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            keeping.set_day(
                told["day"],
                is_working=told["is_working"],
                name=told["name"],
                by=person_of(request),
                on=timezone.localdate(),
            )
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已设 {day}。以后算期限按它算, 已定的期限不变。").format(day=told["day"]))
            return redirect("workflow.calendar")
    context = {
        "form": form, "days": DayOff.objects.order_by("-day"), "known_until": calendar.known_until(),
        "on": timezone.localdate(), "public": calendar.public_days(timezone.localdate().year),
        "may_keep": may(person_of(request), "workflow.calendar"),
    }  # fmt: skip
    return render(request, "workflow/calendar.html", context)


@require_POST
def unset_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a day follow the public calendar again."""
    try:
        keeping.unset_day(get_object_or_404(DayOff, pk=pk), by=person_of(request), on=timezone.localdate())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已删去, 这一天按公共日历算。"))
    return redirect("workflow.calendar")
