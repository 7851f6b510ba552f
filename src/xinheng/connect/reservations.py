"""What is reserved for orders, for other systems that send no documents: used, returned, released, each request once."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from xinheng.connect.credit import Amount, CheckOut, Code, Currency, company_of, told
from xinheng.connect.gate import REFUSALS, caller, customer_numbered, needs_scope, token_of
from xinheng.connect.grades import Number
from xinheng.credit.actions import drop_order, return_order, use_order
from xinheng.credit.core.money import cents
from xinheng.credit.core.once import once
from xinheng.credit.models import OrderCheck
from xinheng.ledger.models import BASE
from xinheng.org.models import Person

router = Router(tags=["credit"])


class OfOrder(Schema):
    """Which order: by customer, number, company and currency, as it was checked."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    customer: Number
    number: Annotated[str, Field(min_length=1, max_length=40)]
    company: Code = Field("", description="默认本方公司")
    currency: Currency = BASE


class Part(OfOrder):
    """How much of it, and under which document of the other system."""

    amount: Amount
    document: Annotated[str, Field(max_length=60)] = ""


class Dropped(OfOrder):
    """Why it is given up."""

    why: Annotated[str, Field(min_length=1, max_length=200)]


Act = Callable[[OrderCheck, Person], OrderCheck]


@router.post("/checks/use", response={200: CheckOut, **REFUSALS}, summary="使用预占的额度")
@needs_scope("credit:check")
def used(request: HttpRequest, new: Part) -> Any:
    """Use a part of what is reserved for an order, or the whole: goods went out, an invoice was written elsewhere."""
    amount = cents(Decimal(new.amount))
    return _once(
        request, new, "use",
        lambda one, by: use_order(one, amount=amount, document=new.document, by=by, on=timezone.localdate()),
    )  # fmt: skip


@router.post("/checks/return", response={200: CheckOut, **REFUSALS}, summary="归还已使用的额度")
@needs_scope("credit:check")
def returned(request: HttpRequest, new: Part) -> Any:
    """Return what was used: it was paid, or the goods came back. Orders that wait are examined again."""
    amount = cents(Decimal(new.amount))
    return _once(
        request, new, "return",
        lambda one, by: return_order(one, amount=amount, document=new.document, by=by, on=timezone.localdate()),
    )  # fmt: skip


@router.post("/checks/drop", response={200: CheckOut, **REFUSALS}, summary="取消订单, 释放预占")
@needs_scope("credit:check")
def dropped(request: HttpRequest, new: Dropped) -> Any:
    """Give an order up: what is still reserved for it is free; what was used stays used until it is returned."""
    return _once(request, new, "drop", lambda one, by: drop_order(one, by=by, on=timezone.localdate(), why=new.why))


def _once(request: HttpRequest, new: OfOrder, what: str, does: Act) -> Any:
    """Do an act on the latest check of an order, once for each `Idempotency-Key`."""
    person, key = caller(request), request.headers.get("Idempotency-Key", "")
    if len(key) > 100:
        raise HttpError(422, _("Idempotency-Key 最长 100 个字符。"))
    checked = _check_of(new, person)
    if not key:
        return told(does(checked, person))
    content = {"act": what} | {name: str(value) for name, value in new.dict().items()}
    return json.loads(
        once(f"token {token_of(request).pk}", key, content, lambda: json.dumps(told(does(checked, person))))
    )


def _check_of(new: OfOrder, person: Person) -> OrderCheck:
    customer = customer_numbered(new.customer, person)
    checks = OrderCheck.objects.filter(
        account__customer=customer, account__company=company_of(new.company), account__currency=new.currency,
        number=new.number,
    ).select_related("account__customer", "hold")  # fmt: skip
    checked: OrderCheck | None = checks.exclude(state=OrderCheck.State.DROPPED).first() or checks.first()
    if checked is None:
        raise Http404
    return checked
