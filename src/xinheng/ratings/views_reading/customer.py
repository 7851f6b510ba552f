"""A customer's tab 评级: the grade of a day and how it came about, points, reasons, what would lift it, and all that was."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import found, page_of
from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.policies.models import Policy
from xinheng.ratings import queries
from xinheng.ratings.buttons import buttons_for
from xinheng.ratings.charts import Trend, trend
from xinheng.ratings.comparing import compared
from xinheng.ratings.medians import FEWEST, class_of
from xinheng.ratings.models import Assessment, Objection, Override, Rating, Standing
from xinheng.ratings.queries import Scale
from xinheng.ratings.rating import explained, ways_up
from xinheng.ratings.spread import start_of
from xinheng.ratings.views_reading.shown import address, day_in, sees

LATEST = 6
MOST_DRAWN = 200
"""So many ratings and standings at most are drawn; older ones stand in the list."""


@require_GET
def of_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the grade of a customer on a day, with everything around it that the person may see."""
    customer, today = found(request, pk), timezone.localdate()
    on = day_in(request) or today
    policy = _policy(request)
    told: dict[str, Any] = {"on": on, "today": today, "policy": policy, "policies": _policies(customer)}
    if policy is not None:
        told |= _told(request, customer, policy, on, today)
    return page_of(request, customer, "rating", "ratings/reading/customer.html", told)


def _policy(request: HttpRequest) -> Policy | None:
    key = request.GET.get("policy")
    return get_object_or_404(Policy, key=key) if key else queries.main_policy()


def _policies(customer: Customer) -> list[Policy]:
    """Give the policies under which the customer was ever rated."""
    return list(Policy.objects.filter(pk__in=Rating.objects.filter(customer=customer).order_by().values("policy")))


def _told(request: HttpRequest, customer: Customer, policy: Policy, on: date, today: date) -> dict[str, Any]:
    person = person_of(request)
    can = sees(person, None) if policy.is_main else sees(person, _Of(customer, policy))
    standing = queries.grade_in_force(customer, on, policy)
    scale = queries.scale_of(standing.version if standing is not None else _version(policy, on))
    told: dict[str, Any] = {
        "sees": can, "standing": standing, "scale": scale,
        "step": scale[standing.grade] if standing is not None and standing.grade else None,
        "is_late": bool(standing and standing.next_review_on and standing.next_review_on < today and on == today),
        "waiting": queries.waiting_of(customer, policy) if on == today else None,
        "override": _override(customer, policy, on),
        "began": _began(customer, policy, on) if standing is not None else None,
        "standings": list(queries.history_of(customer, policy)[:LATEST]),
        "ratings": list(queries.ratings_of(customer, policy)[:LATEST]),
        "cases": _latest(Assessment, customer, policy, "ratings.assessment"),
        "objections": _latest(Objection, customer, policy, "ratings.objection")
        if may(person, "ratings.see_objections") else (),
        "overrides": _latest(Override, customer, policy, "ratings.override", "asked_by"),
        "history_url": address("ratings.history", customer.pk),
        "trend": _trend(customer, policy, scale, on, with_totals=can["score"]),
        "buttons": buttons_for(customer, person),
    }  # fmt: skip
    for rows in (told["standings"], told["ratings"]):
        for row in rows:
            row.step = scale[row.grade]
    for one in (*told["overrides"], *([told["override"]] if told["override"] else [])):
        one.before_step, one.after_step = scale[one.grade_by_score], scale[one.grade]
    if told["waiting"] is not None:
        told["waiting"].step = scale[told["waiting"].grade]
    rating = standing.rating if standing is not None else None
    if rating is not None and (can["score"] or can["reasons"]):
        told |= _points(customer, policy, rating, on, can)
    return told


def _latest(model: Any, customer: Customer, policy: Policy, page: str, *along: str) -> list[Any]:
    """Give the latest rows of a kind, each with its address (empty where its page is not there)."""
    found = model.objects.filter(customer=customer, policy=policy).order_by("-pk")
    rows = list(found.select_related(*along)[:LATEST] if along else found[:LATEST])
    for row in rows:
        row.url = address(page, row.pk)
    return rows


class _Of:
    """A customer under a policy that is not the main one, as permissions ask of it."""

    def __init__(self, customer: Customer, policy: Policy) -> None:
        self.customer = customer
        self.policy = policy


def _version(policy: Policy, on: date) -> Any:
    from xinheng.policies.queries import version_in_force

    return version_in_force(policy.key, on)


def _began(customer: Customer, policy: Policy, on: date) -> Standing | None:
    """Give the standing with which the grade of the day began."""
    rows = Standing.objects.filter(customer=customer, policy=policy, from_day__lte=on).order_by("from_day", "id")
    return start_of(list(rows))


def _override(customer: Customer, policy: Policy, on: date) -> Override | None:
    rows = Override.objects.filter(customer=customer, policy=policy, from_day__lte=on).exclude(until_day__lt=on)
    return rows.exclude(ended_on__lte=on).select_related("asked_by", "approved_by").first()


def _trend(customer: Customer, policy: Policy, scale: Scale, on: date, *, with_totals: bool) -> Trend | None:
    totals: list[Any] = []
    if with_totals:
        rows = Rating.objects.filter(customer=customer, policy=policy, as_of__lte=on, total__isnull=False)
        for pk, day, total, grade in rows.order_by("-as_of", "-id").values_list("pk", "as_of", "total", "grade")[
            :MOST_DRAWN
        ]:
            words = _("{day}: {total} 分, {grade}").format(
                day=day, total=f"{total.normalize():f}", grade=scale.label(grade)
            )
            totals.append((day, total, words, reverse("ratings.rating", args=[pk])))
    held = Standing.objects.filter(customer=customer, policy=policy, from_day__lte=on).order_by("-from_day", "-id")
    steps = [
        (since, min(until or on, on), scale[grade].place if grade else len(scale.steps))
        for since, until, grade in held.values_list("from_day", "until_day", "grade")[:MOST_DRAWN]
        if until is None or until > since
    ]
    return trend(totals, steps, [step.short for step in scale.steps], on=on)


def _points(customer: Customer, policy: Policy, rating: Rating, on: date, can: dict[str, bool]) -> dict[str, Any]:
    """Give points beside the last rating's and the class's, and reasons and ways up for those who may read them."""
    earlier = Rating.objects.filter(customer=customer, policy=policy, as_of__lt=rating.as_of).defer("record")
    last = earlier.order_by("-as_of", "-id").first()
    said, ways, erased = None, None, ""
    if can["reasons"]:
        try:
            said, ways = explained(rating), ways_up(rating)
        except Refusal as refused:
            erased = refused.message
    told: dict[str, Any] = {"rating": rating, "said": said, "ways": ways, "erased": erased}
    if can["score"]:
        of_class = class_of(customer, policy, on)
        items = {item.id: item for item in said.items} if said is not None else None
        told |= {
            "last": last, "of_class": of_class, "fewest": FEWEST,
            "compared": compared(rating, last, of_class if of_class.is_enough else None, items),
        }  # fmt: skip
    return told


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all grades that were in force, and all ratings, a page at a time."""
    customer = found(request, pk)
    policy, person = _policy(request), person_of(request)
    what = "ratings" if request.GET.get("show") == "ratings" else "standings"
    rows = queries.ratings_of(customer, policy) if what == "ratings" else queries.history_of(customer, policy)
    page: Any = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    scale = queries.scale_of(_version(policy, timezone.localdate())) if policy is not None else Scale(())
    for row in page:
        row.step = scale[row.grade]
    told = {
        "rows": page, "what": what, "policy": policy,
        "sees": sees(person) if policy is None or policy.is_main else sees(person, _Of(customer, policy)),
        "parts": [
            {"label": _("在用等级"), "url": "?show=standings", "is_here": what == "standings"},
            {"label": _("历次评级"), "url": "?show=ratings", "is_here": what == "ratings"},
        ],
    }  # fmt: skip
    return page_of(request, customer, "rating", "ratings/reading/history.html", told)
