"""Customers for other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.actions import note_read
from xinheng.connect.gate import REFUSALS, caller, needs_scope, once, token_of
from xinheng.customers.actions.files import edit_customer, register_customer
from xinheng.customers.models import Customer, IdentityKind, Kind, Nature
from xinheng.customers.models import Status as FileStatus
from xinheng.customers.queries import Standing, standing_of
from xinheng.org.access import demand
from xinheng.org.models import Department, Person
from xinheng.vault.masking import KINDS, masked

router = Router(tags=["customers"])
Number = Annotated[str, Field(max_length=30)]


class IdentityOut(Schema):
    """A paper that says who the customer is; the number is masked, always."""

    kind: str
    number: str
    is_verified: bool


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
    identities: list[IdentityOut]
    created_at: datetime


class NewCustomer(Schema):
    """A customer to be taken in as a draft; without `number` one is given."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    name: Annotated[str, Field(max_length=120, description="两个字以上")]
    kind: Kind
    number: Annotated[str, Field(max_length=30)] = ""
    department: Annotated[str, Field(max_length=20)] | None = Field(None, description="部门编号; 默认令牌人员的部门")
    owner: Annotated[str, Field(max_length=60)] | None = Field(None, description="业务员的登录名")
    identity_kind: IdentityKind | None = None
    identity_number: Annotated[str, Field(max_length=30)] | None = None


class Change(Schema):
    """Basics to be changed; what is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    name: Annotated[str, Field(max_length=120, description="两个字以上")] | None = None
    nature: Nature | None = None
    is_partner: bool | None = None
    remarks: Annotated[str, Field(max_length=2000)] | None = None
    why: Annotated[str, Field(max_length=200)] = ""


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
    status: FileStatus | None = None


def told(customer: Customer) -> dict[str, Any]:
    """Give a customer as the API shows it."""
    return {
        "number": customer.number, "name": customer.name,
        "kind": customer.kind, "kind_label": customer.get_kind_display(),
        "status": customer.status, "status_label": customer.get_status_display(),
        "department": customer.department.code, "owner": customer.owner.username if customer.owner else None,
        "identities": [
            {"kind": one.identity.kind, "number": masked(one.identity.number, _mask(one)), "is_verified": one.good}
            for one in standing_of(customer.identities.all(), timezone.localdate())
            if one.identity.withdrawn_at is None
        ],
        "created_at": customer.created_at,
    }  # fmt: skip


@router.get("", response={200: Page, **REFUSALS}, summary="客户列表, 按编号")
@needs_scope("customers:read")
def customers(request: HttpRequest, asked: Query[Asked]) -> Any:
    """List the customers that the token's person may see, by number."""
    demand(caller(request), "customers.see")
    found = _seen(request).order_by("number")
    if asked.after:
        found = found.filter(number__gt=asked.after)
    for field in ("kind", "status"):
        if getattr(asked, field):
            found = found.filter(**{field: getattr(asked, field)})
    rows = list(found[: asked.limit + 1])
    more = len(rows) > asked.limit
    note_read(token_of(request), [row.pk for row in rows[: asked.limit]], by=caller(request))
    return {"customers": [told(row) for row in rows[: asked.limit]], "next": rows[-2].number if more else None}


@router.get("/{number}", response={200: CustomerOut, **REFUSALS}, summary="一个客户")
@needs_scope("customers:read")
def customer(request: HttpRequest, number: Number) -> Any:
    """Give one customer; 404 where there is none that the token's person may see."""
    demand(caller(request), "customers.see")
    found = get_object_or_404(_seen(request), number=number)
    note_read(token_of(request), [found.pk], by=caller(request))
    return told(found)


@router.post("", response={201: CustomerOut, **REFUSALS}, summary="登记客户 (待核实)")
@needs_scope("customers:write")
@once
def register(request: HttpRequest, new: NewCustomer) -> Any:
    """Take a customer in as a draft; with `Idempotency-Key` once however often it is sent."""
    found = {"department": None, "owner": None}
    if new.department is not None:
        found["department"] = _named(Department.objects.filter(is_closed=False), "code", new.department, _("部门"))
    if new.owner is not None:
        found["owner"] = _named(Person.objects.filter(is_active=True), "username", new.owner, _("业务员"))
    if (new.identity_kind is None) != (new.identity_number is None):
        raise Refusal(_("证件种类和证件号码要一起给出。"))
    identity = (new.identity_kind, new.identity_number) if new.identity_kind and new.identity_number else None
    made = register_customer(
        by=caller(request), on=timezone.localdate(), name=new.name, kind=new.kind, number=new.number,
        identity=identity, source="api", **found,
    )  # fmt: skip
    return Status(201, told(made))


@router.patch("/{number}", response={200: CustomerOut, **REFUSALS}, summary="修改客户基本资料")
@needs_scope("customers:write")
@once
def change(request: HttpRequest, number: Number, change: Change) -> Any:
    """Change basics of a customer; 409 where nothing would change or the file is closed."""
    found = get_object_or_404(_seen(request), number=number)
    changes = change.model_dump(exclude_none=True, exclude={"why"})
    if not changes:
        raise Refusal(_("请给出要修改的内容。"))
    edit_customer(found, by=caller(request), on=timezone.localdate(), why=change.why, **changes)
    return Status(200, told(get_object_or_404(_seen(request), number=number)))


def _mask(one: Standing) -> str:
    return one.identity.kind if one.identity.kind in KINDS else "text"


def _seen(request: HttpRequest) -> Any:
    return (
        Customer.objects.visible_to(caller(request))
        .select_related("department", "owner")
        .prefetch_related("identities__verifications")
    )


def _named(rows: Any, field: str, name: str, what: str) -> Any:
    found = rows.filter(**{field: name}).first()
    if found is None:
        raise Refusal(_("没有找到{what}“{name}”。").format(what=what, name=name))
    return found
