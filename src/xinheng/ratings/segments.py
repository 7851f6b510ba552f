"""Whom a batch rates: everybody on file, or those of some kind, nature, size, department, grade, or due for review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from xinheng.customers.models import Customer, Kind, Nature, Size
from xinheng.org.models import Department
from xinheng.policies.models import Version
from xinheng.ratings.models import Rating, Standing
from xinheng.ratings.portfolio import on_file

COLUMNS = {"kind": Kind, "nature": Nature, "size": Size}


def customers_in(segment: Mapping[str, Any], version: Version, *, on: date) -> QuerySet[Customer]:
    """Give the customers of a segment, in the order in which a batch goes through them."""
    found = on_file(on)
    for column in COLUMNS:
        if segment.get(column):
            found = found.filter(**{f"{column}__in": segment[column]})
    if segment.get("department"):
        found = found.filter(department__in=_branches(segment["department"]))
    if segment.get("grade"):
        found = found.filter(_in_force(version, on, grade__in=segment["grade"]))
    if segment.get("due_by"):
        due = _in_force(version, on, next_review_on__lte=date.fromisoformat(segment["due_by"]))
        found = found.filter(due | ~_in_force(version, on))
    if segment.get("unrated"):
        rated = Rating.objects.filter(customer=OuterRef("pk"), policy=version.policy_id)
        found = found.filter(~Exists(rated))
    return found


def _in_force(version: Version, on: date, **filters: Any) -> Q:
    rows = Standing.objects.filter(
        customer=OuterRef("pk"), policy=version.policy_id, from_day__lte=on, **filters
    ).exclude(until_day__lte=on)
    return Q(Exists(rows))


def _branches(departments: list[int]) -> list[int]:
    """Give departments with all below them."""
    below: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent_id"):
        below.setdefault(parent, []).append(pk)
    found, waiting = [], list(departments)
    while waiting:
        pk = waiting.pop()
        found.append(pk)
        waiting += below.get(pk, [])
    return found


def segment_words(segment: Mapping[str, Any]) -> str:
    """Say whom a batch rates."""
    told = []
    for column, choices in COLUMNS.items():
        if segment.get(column):
            told.append(listed(choices(value).label for value in segment[column]))
    if segment.get("department"):
        told.append(listed(Department.objects.filter(pk__in=segment["department"]).values_list("name", flat=True)))
    if segment.get("grade"):
        told.append(_("等级 {grades}").format(grades=listed(segment["grade"])))
    if segment.get("due_by"):
        told.append(_("{day} 前应复评").format(day=segment["due_by"]))
    if segment.get("unrated"):
        told.append(_("没有评过级"))
    return " · ".join(map(str, told)) or _("全部在档客户")
