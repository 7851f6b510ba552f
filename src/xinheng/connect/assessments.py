"""Cases for other systems: opening one, and how far it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.actions import note_read
from xinheng.connect.gate import REFUSALS, caller, customer_numbered, needs_scope, once, token_of
from xinheng.connect.grades import Key, Number, policy_asked
from xinheng.org.access import demand, may
from xinheng.policies.queries import version_in_force
from xinheng.ratings.actions import open_assessment
from xinheng.ratings.models import Assessment, Rating

router = Router(tags=["assessments"])


class AssessmentOut(Schema):
    """A case; `rating` is what came of it, `grade` its result, null for whom the policy does not let see grades."""

    number: str
    customer: str
    policy: str
    version: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    why: str
    as_of: date
    opened_on: date
    due_on: date | None
    submitted_on: date | None
    publish_until: date | None
    decided_on: date | None
    rating: int | None
    grade: str | None


class NewAssessment(Schema):
    """A case to be opened; the form is then asked of whom the policy names."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    customer: Number
    kind: Literal["first", "periodic", "application", "correction", "manual"] = "manual"
    why: Annotated[str, Field(max_length=200)]
    policy: Key = Field("", description="默认主评级制度")
    limit_asked: Annotated[str, Field(pattern=r"^[0-9]{1,16}(\.[0-9]{1,2})?$", description="500000.00")] | None = None


@router.post("", response={201: AssessmentOut, **REFUSALS}, summary="发起评估")
@needs_scope("ratings:open")
@once
def opened(request: HttpRequest, new: NewAssessment) -> Any:
    """Open a case for a customer; 409 where another is under way, or the customer cannot be rated."""
    person, on = caller(request), timezone.localdate()
    customer = customer_numbered(new.customer, person)
    if len(new.why) < 2:
        raise Refusal(_("请写明为什么发起评估。"))
    policy = policy_asked(new.policy)
    version = version_in_force(policy.key, on) if policy is not None else None
    asked = Decimal(new.limit_asked) if new.limit_asked is not None else None
    made = open_assessment(customer, kind=new.kind, by=person, on=on, why=new.why, version=version, limit_asked=asked)
    return Status(201, told(request, made))


@router.get("/{number}", response={200: AssessmentOut, **REFUSALS}, summary="评估的进度与结果")
@needs_scope("ratings:read")
def assessment(request: HttpRequest, number: Number) -> Any:
    """Say how far a case is."""
    person = caller(request)
    demand(person, "ratings.see_cases")
    rows = Assessment.objects.visible_to(person).select_related("customer", "policy", "version")
    found = get_object_or_404(rows, number=number)
    note_read(token_of(request), [found.customer_id], by=person)
    return told(request, found)


def told(request: HttpRequest, case: Assessment) -> dict[str, Any]:
    """Give a case as the API shows it."""
    rating = Rating.objects.filter(assessment=case).order_by("-pk").first()
    sees = rating is not None and may(caller(request), "ratings.see_grade", rating)
    return {
        "number": case.number, "customer": case.customer.number, "policy": case.policy.key,
        "version": case.version.number, "kind": case.kind, "kind_label": case.get_kind_display(),
        "state": case.state, "state_label": case.get_state_display(), "why": case.why, "as_of": case.as_of,
        "opened_on": case.opened_on, "due_on": case.due_on, "submitted_on": case.submitted_on,
        "publish_until": case.publish_until, "decided_on": case.decided_on,
        "rating": rating.pk if rating is not None and sees else None,
        "grade": rating.grade if rating is not None and sees else None,
    }  # fmt: skip
