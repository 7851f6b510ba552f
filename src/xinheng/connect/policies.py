"""Policies for other systems: which there are, which version was in force on a day, and its text."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from xinheng.connect.gate import REFUSALS, Day, caller, day_of, needs_scope
from xinheng.org.access import demand
from xinheng.policies.models import Policy, Stage, Version
from xinheng.policies.queries import in_force

router = Router(tags=["policies"])
Key = Annotated[str, Field(max_length=60)]


class VersionOut(Schema):
    """A published version; `in_force_until` is the first day on which it is no longer in force."""

    number: str
    sha256: str
    published_on: date | None
    in_force_from: date
    in_force_until: date | None


class PolicyOut(Schema):
    """A policy, its published versions, and the one in force on the day."""

    key: str
    title: str
    is_main: bool
    in_force: str | None
    versions: list[VersionOut]


class Policies(Schema):
    """The policies, the main one first."""

    on: date
    policies: list[PolicyOut]


class TextOut(VersionOut):
    """A published version with its text, to the byte that `sha256` is the sum of."""

    policy: str
    title: str
    text: str


class OfDay(Schema):
    """Of which day; today unless said."""

    model_config = ConfigDict(extra="forbid")
    on: Day = ""


@router.get("", response={200: Policies, **REFUSALS}, summary="评级制度")
@needs_scope("policies:read")
def policies(request: HttpRequest, asked: Query[OfDay]) -> Any:
    """List the policies with their published versions; drafts are not told."""
    demand(caller(request), "policies.see")
    on = day_of(asked.on) or timezone.localdate()
    good = {version.policy_id: version.number for version in in_force(on)}
    published: dict[int, list[Version]] = {}
    for version in Version.objects.filter(stage=Stage.PUBLISHED).defer("text").order_by("-in_force_from"):
        published.setdefault(version.policy_id, []).append(version)
    rows = Policy.objects.filter(pk__in=published)
    return {
        "on": on,
        "policies": [
            {
                "key": one.key, "title": one.title, "is_main": one.is_main, "in_force": good.get(one.pk),
                "versions": [_told(version) for version in published[one.pk]],
            }
            for one in rows
        ],
    }  # fmt: skip


@router.get("/{key}/versions/{number}", response={200: TextOut, **REFUSALS}, summary="制度一个版本的文件")
@needs_scope("policies:read")
def version(request: HttpRequest, key: Key, number: Annotated[str, Field(max_length=20)]) -> Any:
    """Give a published version with its text."""
    demand(caller(request), "policies.see")
    rows = Version.objects.filter(stage=Stage.PUBLISHED).select_related("policy")
    found = get_object_or_404(rows, policy__key=key, number=number)
    return _told(found) | {"policy": found.policy.key, "title": found.policy.title, "text": found.text}


def _told(version: Version) -> dict[str, Any]:
    return {
        "number": version.number, "sha256": version.sha256, "published_on": version.published_on,
        "in_force_from": version.in_force_from, "in_force_until": version.in_force_until,
    }  # fmt: skip
