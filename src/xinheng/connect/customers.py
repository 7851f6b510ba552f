"""Customers for other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from xinheng.connect.gate import REFUSALS, caller, needs_scope
from xinheng.customers.models import Customer, Kind, Status
from xinheng.org.access import demand

router = Router(tags=["customers"])
Number = Annotated[str, Field(max_length=30)]


class CustomerOut(Schema):
    """A customer; `kind` and `status` are the words of the data, `kind_label` and `status_label` the reader's."""

    number: str
    name: str
    kind: str
    kind_label: str
    status: str
    status_label: str
    department: str
    owner: str | None
    created_at: datetime


class Page(Schema):
    """A part of the list: ask again with `after` = `next` for the following one; `next` is null at the end."""

    customers: list[CustomerOut]
    next: str | None


class Asked(Schema):
    """Which customers are wanted."""

    model_config = ConfigDict(extra="forbid")
    after: Annotated[str, Field(max_length=30)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    kind: Kind | None = None
    status: Status | None = None


def told(customer: Customer) -> dict[str, Any]:
    """Give a customer as the API shows it."""
    return {
        "number": customer.number, "name": customer.name,
        "kind": customer.kind, "kind_label": customer.get_kind_display(),
        "status": customer.status, "status_label": customer.get_status_display(),
        "department": customer.department.code, "owner": customer.owner.username if customer.owner else None,
        "created_at": customer.created_at,
    }  # fmt: skip


@router.get("", response={200: Page, **REFUSALS}, summary="客户列表, 按编号")
@needs_scope("customers:read")
def customers(request: HttpRequest, asked: Query[Asked]) -> Any:
    """List the customers that the token's person may see, by number."""
    demand(caller(request), "customers.see")
    found = Customer.objects.visible_to(caller(request)).select_related("department", "owner").order_by("number")
    if asked.after:
        found = found.filter(number__gt=asked.after)
    for field in ("kind", "status"):
        if getattr(asked, field):
            found = found.filter(**{field: getattr(asked, field)})
    rows = list(found[: asked.limit + 1])
    more = len(rows) > asked.limit
    return {"customers": [told(row) for row in rows[: asked.limit]], "next": rows[-2].number if more else None}


@router.get("/{number}", response={200: CustomerOut, **REFUSALS}, summary="一个客户")
@needs_scope("customers:read")
def customer(request: HttpRequest, number: Number) -> Any:
    """Give one customer; 404 where there is none that the token's person may see."""
    demand(caller(request), "customers.see")
    return told(get_object_or_404(Customer.objects.visible_to(caller(request)), number=number))
