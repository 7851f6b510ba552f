"""Facts from other systems, such as an ERP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from xinheng.connect.gate import REFUSALS, Day, caller, customer_numbered, day_of, needs_scope, once, token_of
from xinheng.connect.grades import policy_asked
from xinheng.connect.pushing import push_facts
from xinheng.policies.queries import version_in_force

router = Router(tags=["facts"])
Number = Annotated[str, Field(max_length=30)]
Text = Annotated[str, Field(max_length=500)]
Whole = Annotated[int, Field(ge=-(10**15), le=10**15)]
Amount = Annotated[float, Field(ge=-1e15, le=1e15)]


class Facts(Schema):
    """Facts by the policy's name for them, or the card's code: text, number (in the fact's unit), or true and false."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    facts: Annotated[
        dict[Annotated[str, Field(max_length=60)], bool | Whole | Amount | Text], Field(min_length=1, max_length=200)
    ]
    as_of: Day = Field("", description="资料反映的是哪一天; 默认今天")
    policy: Annotated[str, Field(max_length=60)] = Field("", description="按哪个制度命名; 默认主评级制度")


class Taken(Schema):
    """What became of each fact: `written`, or `unchanged` where the same was brought before."""

    customer: str
    as_of: date
    facts: dict[str, str]


@router.post("/customers/{number}/facts", response={200: Taken, **REFUSALS}, summary="推送评级用的资料")
@needs_scope("facts:write")
@once
def push(request: HttpRequest, number: Number, sent: Facts) -> Any:
    """Bring facts to the card, all or none; 409 names every one that cannot be taken, and what to do."""
    customer = customer_numbered(number, caller(request))
    on = timezone.localdate()
    policy = policy_asked(sent.policy)
    version = version_in_force(policy.key, on) if policy is not None else None
    as_of = day_of(sent.as_of) or on
    done = push_facts(
        customer, sent.facts, version=version, as_of=as_of, token=token_of(request), by=caller(request), on=on
    )
    return Status(200, {"customer": customer.number, "as_of": as_of, "facts": done})
