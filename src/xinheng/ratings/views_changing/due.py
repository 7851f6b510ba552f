"""Reviews that are late or come due, across the customers that a person sees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.policies.queries import version_in_force
from xinheng.ratings import queries
from xinheng.ratings.actions.opening import UNDER_WAY
from xinheng.ratings.looks import due_on
from xinheng.ratings.models import Assessment, Standing
from xinheng.ratings.views_reading.shown import address


def _next(person: Person, on: date) -> date | None:
    """Give the next day on which a review of somebody whom the person sees comes due."""
    rows = Standing.objects.visible_to(person).filter(until_day__isnull=True, next_review_on__gte=on)
    found: date | None = rows.aggregate(next=Min("next_review_on"))["next"]
    return found


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _looks(day: date) -> QuerySet[Standing]:
    """Give the grades whose regular look falls on a day, by the main policy."""
    policy = queries.main_policy()
    version = version_in_force(policy.key, day) if policy is not None else None
    if policy is None or version is None:
        return Standing.objects.none()
    return due_on(policy, version, day).order_by("customer__number")


@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """List grades whose review is late (`?show=late`), comes within thirty days (`soon`), or either (`all`).

    `?show=looks` lists those whose regular look fell on a day (`&day=2026-03-31`; today).
    """
    person, on = person_of(request), timezone.localdate()
    show, day = request.GET.get("show", "all"), _day(request.GET.get("day", ""), on)
    rows: Any = queries.due(on).visible_to(person)  # type: ignore[attr-defined]
    counts = rows.order_by().aggregate(late=Count("pk", filter=Q(next_review_on__lt=on)), all=Count("pk"))
    counts["soon"] = counts["all"] - counts["late"]
    if show == "late":
        rows = rows.filter(next_review_on__lt=on)
    elif show == "soon":
        rows = rows.filter(next_review_on__gte=on)
    elif show == "looks":
        rows = _looks(day).visible_to(person)  # type: ignore[attr-defined]
    if request.GET.get("mine"):
        rows = rows.filter(customer__owner=person)
    case = Assessment.objects.filter(customer=OuterRef("customer"), policy=OuterRef("policy"), state__in=UNDER_WAY)
    rows = rows.annotate(is_under_way=Exists(case)).select_related(
        "customer", "customer__owner", "customer__department"
    )
    page: Any = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    scale, sees_grade = queries.main_scale(on), may(person, "ratings.see_grade")
    for row in page:
        row.step = scale[row.grade] if row.grade and sees_grade else None
        row.days = (row.next_review_on - on).days if row.next_review_on is not None else None
    return render(request, "ratings/changing/due.html", {
        "page": page, "show": show, "day": day, "counts": counts, "on": on, "soon_until": on + timedelta(queries.DUE_WITHIN_DAYS),
        "sees_grade": sees_grade, "mine": bool(request.GET.get("mine")), "batches_url": address("ratings.batches"),
        "may_batch": may(person, "ratings.batch"), "next": None if page.object_list else _next(person, on),
    })  # fmt: skip
