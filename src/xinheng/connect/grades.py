"""Grades and ratings for other systems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from creditpolicy.wording import other_terms, period_words
from xinheng.connect.actions import note_read
from xinheng.connect.gate import REFUSALS, Day, caller, customer_numbered, day_of, needs_scope, token_of
from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import readable
from xinheng.ratings import queries
from xinheng.ratings.models import Rating, Standing
from xinheng.ratings.rating import Erased, explained, opened

router = Router(tags=["ratings"])
Number = Annotated[str, Field(max_length=30)]
Key = Annotated[str, Field(max_length=60)]


class WaitingOut(Schema):
    """A better result that waits before it takes force."""

    grade: str
    since: date
    effective_on: date


class ReasonOut(Schema):
    """How an item came to its points, with the clause; the words of it are for those who may see the points."""

    item: str
    label: str
    value: str | None
    points: str | None
    max: str | None
    clause: str
    reason: str


class GradeOut(Schema):
    """The grade in force; `grade` is null where none is. `total` and `reasons` are null for whom the policy does not let see them."""

    customer: str
    policy: str
    version: str | None
    grade: str | None
    grade_label: str | None
    since: date | None
    until: date | None
    cause: str | None
    cause_label: str | None
    limit: str | None
    terms_days: int | None
    other_terms: list[str]
    services: list[str]
    is_frozen: bool
    next_review: date | None
    waiting: WaitingOut | None
    rating: int | None
    total: str | None
    reasons: list[ReasonOut] | None
    vetoes: list[str] | None


class GradeLine(Schema):
    """A customer's grade in a list."""

    customer: str
    grade: str | None
    since: date
    limit: str | None
    terms_days: int | None
    is_frozen: bool
    next_review: date | None


class GradePage(Schema):
    """A part of the list: ask again with `after` = `next` for the following one; `next` is null at the end."""

    policy: str | None
    on: date
    grades: list[GradeLine]
    next: str | None


class RatingOut(Schema):
    """A rating that was made. `record` is null for whom the policy does not let see it, and where it was erased."""

    id: int
    customer: str
    policy: str
    version: str
    as_of: date
    made_at: str
    grade: str
    grade_by_points: str | None
    total: str | None
    limit: str | None
    terms_days: int | None
    vetoes: list[str] | None
    sha256: str
    assessment: str | None
    is_in_force: bool
    record: dict[str, Any] | None


class AskedGrade(Schema):
    """Of which day and under which policy; today and the main one unless said."""

    model_config = ConfigDict(extra="forbid")
    on: Day = ""
    policy: Key = ""


class AskedGrades(AskedGrade):
    """Which part of the list is wanted."""

    after: Number = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    grade: Annotated[str, Field(max_length=30)] = ""


@router.get("/customers/{number}/grade", response={200: GradeOut, **REFUSALS}, summary="客户的在用等级")
@needs_scope("ratings:read")
def grade(request: HttpRequest, number: Number, asked: Query[AskedGrade]) -> Any:
    """Give the grade of a customer in force on a day, with what follows from it and, where the policy lets, the reasons."""
    customer = customer_numbered(number, caller(request))
    policy, on = policy_asked(asked.policy), day_of(asked.on) or timezone.localdate()
    if policy is None:
        raise HttpError(404, _("还没有生效的评级制度。"))
    standing = queries.grade_in_force(customer, on, policy)
    _must_see(request, standing or customer)
    note_read(token_of(request), [customer.pk], by=caller(request))
    return _told(request, customer, policy, standing, on)


@router.get("/grades", response={200: GradePage, **REFUSALS}, summary="在用等级列表, 按客户编号")
@needs_scope("ratings:read")
def grades(request: HttpRequest, asked: Query[AskedGrades]) -> Any:
    """List the grades in force on a day of the customers that the token's person may see."""
    person = caller(request)
    policy, on = policy_asked(asked.policy), day_of(asked.on) or timezone.localdate()
    _must_see(request)
    if policy is None:
        return {"policy": None, "on": on, "grades": [], "next": None}
    seen = Customer.objects.visible_to(person)
    found = queries.standings_on(on, policy).filter(customer__in=seen).select_related("customer")
    found = found.order_by("customer__number")
    if asked.grade:
        found = found.filter(grade=asked.grade)
    if asked.after:
        found = found.filter(customer__number__gt=asked.after)
    rows = list(found[: asked.limit + 1])
    shown, more = rows[: asked.limit], len(rows) > asked.limit
    note_read(token_of(request), [row.customer_id for row in shown], by=person)
    return {
        "policy": policy.key, "on": on, "grades": [_line(row) for row in shown],
        "next": shown[-1].customer.number if more else None,
    }  # fmt: skip


@router.get("/ratings/{rating}", response={200: RatingOut, **REFUSALS}, summary="一次评级的记录")
@needs_scope("ratings:read")
def rating(request: HttpRequest, rating: Annotated[int, Field(ge=1, le=2**31)]) -> Any:
    """Give a rating; its record repeats to the byte, and `sha256` is its sum."""
    person = caller(request)
    rows = Rating.objects.visible_to(person).select_related("customer", "policy", "version__policy", "assessment")
    found = get_object_or_404(rows, pk=rating)
    _must_see(request, found)
    note_read(token_of(request), [found.customer_id], by=person)
    scores, reasons = (may(person, f"ratings.see_{what}", found) for what in ("score", "reasons"))
    return {
        "id": found.pk, "customer": found.customer.number, "policy": found.policy.key,
        "version": found.version.number, "as_of": found.as_of, "made_at": found.made_at.isoformat(),
        "grade": found.grade, "grade_by_points": found.grade_by_points if scores else None,
        "total": amount(found.total) if scores else None, "limit": amount(found.limit),
        "terms_days": found.terms_days, "vetoes": found.vetoes if reasons else None, "sha256": found.sha256,
        "assessment": found.assessment.number if found.assessment else None,
        "is_in_force": Standing.objects.filter(rating=found, until_day__isnull=True).exists(),
        "record": _record(found) if scores and reasons else None,
    }  # fmt: skip


def _must_see(request: HttpRequest, of: Customer | Standing | Rating | None = None) -> None:
    """Refuse (403) where the policy does not let the token's person see grades."""
    if not may(caller(request), "ratings.see_grade", of):
        raise PermissionDenied


def policy_asked(key: str) -> Policy | None:
    """Give the policy that was asked for, the main one unless said; 404 where there is none of that key."""
    return get_object_or_404(Policy, key=key) if key else queries.main_policy()


def amount(value: Decimal | None) -> str | None:
    """Write a number as the API does: all its digits, no exponent, no idle zeros behind the cents."""
    if value is None:
        return None
    text = f"{value:f}"
    whole, _dot, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}" if part else text


def consequences(version: Version, grade: str) -> tuple[list[str], list[str]]:
    """Give what else a grade brings under a version, in words: terms beside limit and days, and services."""
    policy = readable(version)
    if policy is None or not grade:
        return [], []
    terms = next((one for one in policy.credit.by_grade if one.grade == grade), None) if policy.credit else None
    entitled = [one for one in policy.service if one.grade == grade]
    return (
        other_terms(terms) if terms is not None else [],
        [_service(benefit) for one in entitled for benefit in one.benefits],
    )


def _service(benefit: Any) -> str:
    often = period_words(benefit.every) if benefit.every else ""
    return f"{benefit.benefit} ({often})" if often else str(benefit.benefit)


def _told(
    request: HttpRequest, customer: Customer, policy: Policy, standing: Standing | None, on: date
) -> Mapping[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(GradeOut.model_fields)
    told = nothing | {
        "customer": customer.number, "policy": policy.key, "other_terms": [], "services": [], "is_frozen": False,
    }  # fmt: skip
    if standing is None:
        return told
    other, services = consequences(standing.version, standing.grade)
    label = queries.scale_of(standing.version).label(standing.grade) if standing.grade else None
    waiting = queries.waiting_of(customer, policy) if on >= timezone.localdate() else None
    told |= {
        "version": standing.version.number, "grade": standing.grade or None, "grade_label": label,
        "since": standing.from_day, "until": standing.until_day, "cause": standing.cause,
        "cause_label": standing.get_cause_display(), "limit": amount(standing.limit),
        "terms_days": standing.terms_days, "other_terms": other, "services": services,
        "is_frozen": standing.is_frozen, "next_review": standing.next_review_on, "rating": standing.rating_id,
        "waiting": waiting and {
            "grade": waiting.grade, "since": waiting.since, "effective_on": waiting.effective_on,
        },
    }  # fmt: skip
    return told | _why(request, standing)


def _why(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    """Give points and reasons, as far as the policy lets the token's person see them."""
    rating, person = standing.rating, caller(request)
    told: dict[str, Any] = {}
    if rating is None:
        return told
    scores = may(person, "ratings.see_score", standing)
    if scores:
        told["total"] = amount(rating.total)
    if not may(person, "ratings.see_reasons", standing):
        return told
    try:
        said = explained(rating)
    except Erased:
        return told
    told["vetoes"] = list(said.veto_reasons)
    told["reasons"] = [
        {
            "item": item.id, "label": item.label, "value": item.value, "clause": item.clause, "reason": item.reason if scores else "",
            "points": amount(item.points) if scores else None, "max": amount(item.max) if scores else None,
        }
        for item in said.items
    ]  # fmt: skip
    return told


def _record(rating: Rating) -> dict[str, Any] | None:
    try:
        return opened(rating)
    except Erased:
        return None


def _line(standing: Standing) -> dict[str, Any]:
    return {
        "customer": standing.customer.number, "grade": standing.grade or None, "since": standing.from_day,
        "limit": amount(standing.limit), "terms_days": standing.terms_days, "is_frozen": standing.is_frozen,
        "next_review": standing.next_review_on,
    }  # fmt: skip
