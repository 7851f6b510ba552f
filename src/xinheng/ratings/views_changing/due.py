"""Reviews that are late or come due, across the customers that a person sees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xinheng.org.access import may, person_of
from xinheng.org.models import Person
from xinheng.ratings import queries
from xinheng.ratings.actions.opening import UNDER_WAY
from xinheng.ratings.models import Assessment, Standing
from xinheng.ratings.views_reading.shown import address

ROWS = 50
SHOWS = ("late", "soon", "all")


def _next(person: Person, on: date) -> date | None:
    """Give the next day on which a review of somebody whom the person sees comes due."""
    rows = Standing.objects.visible_to(person).filter(until_day__isnull=True, next_review_on__gte=on)
    found: date | None = rows.aggregate(next=Min("next_review_on"))["next"]
    return found


@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """List grades whose review is late (`?show=late`), comes within thirty days (`soon`), or either (`all`)."""
    person, on = person_of(request), timezone.localdate()
    show = request.GET.get("show", "all")
    rows: Any = queries.due(on).visible_to(person)  # type: ignore[attr-defined]
    counts = rows.order_by().aggregate(late=Count("pk", filter=Q(next_review_on__lt=on)), all=Count("pk"))
    counts["soon"] = counts["all"] - counts["late"]
    if show == "late":
        rows = rows.filter(next_review_on__lt=on)
    elif show == "soon":
        rows = rows.filter(next_review_on__gte=on)
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
        row.days = (row.next_review_on - on).days
    return render(request, "ratings/changing/due.html", {
        "page": page, "show": show, "counts": counts, "on": on, "soon_until": on + timedelta(queries.DUE_WITHIN_DAYS),
        "sees_grade": sees_grade, "mine": bool(request.GET.get("mine")), "batches_url": address("ratings.batches"),
        "may_batch": may(person, "ratings.batch"), "next": None if page.object_list else _next(person, on),
    })  # fmt: skip
