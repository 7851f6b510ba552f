"""Many orders checked with one request: each is answered on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.credit import CheckOut, NewCheck, answer_to
from xinheng.connect.gate import REFUSALS, caller, needs_scope, token_of
from xinheng.credit.models import Answer
from xinheng.credit.rules.at_hand import forget, reading
from xinheng.customers.models import Customer
from xinheng.ledger.models import Company
from xinheng.org.models import Person

router = Router(tags=["credit"])
MOST = 100


class KeyedCheck(NewCheck):
    """An order to be checked; with a key of its own it takes effect once."""

    key: Annotated[str, Field(max_length=100)] = ""


class ManyChecks(Schema):
    """Orders to be checked together."""

    model_config = ConfigDict(extra="forbid")
    orders: Annotated[list[KeyedCheck], Field(min_length=1, max_length=MOST)]


class Checked(Schema):
    """What became of one order: `check` with status 200, else `what` says why it was not checked (404 or 409)."""

    number: str
    status: int
    what: str = ""
    check: CheckOut | None = None


class ManyChecked(Schema):
    """The answers, in the order of the orders."""

    answers: list[Checked]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks, and what was found of whom and what is asked about."""

    person: Person
    client: str
    customers: dict[str, Customer]
    companies: dict[str, Company]
    keys: frozenset[str]

    def answer(self, asked: KeyedCheck) -> dict[str, Any]:
        customer = self.customers.get(asked.customer)
        if customer is None:
            what = _("没有这个对象, 或者它不在令牌可见的范围内。")
            return {"number": asked.number, "status": 404, "what": what}
        new = NewCheck(**asked.dict(exclude={"key"}))
        try:
            check = answer_to(
                new, customer, self.person, client=self.client, key=asked.key,
                company=self.companies.get(asked.company), is_new=asked.key not in self.keys,
            )  # fmt: skip
        except Refusal as refused:
            forget(customer.pk)
            return {"number": asked.number, "status": 409, "what": refused.message}
        return {"number": asked.number, "status": 200, "check": check}


def _asking(person: Person, client: str, orders: Sequence[KeyedCheck]) -> _Asking:
    seen = Customer.objects.visible_to(person).select_related("department")
    customers = seen.filter(number__in={one.customer for one in orders})
    companies = {one.code: one for one in Company.objects.filter(code__in={one.company for one in orders})}
    keys = Answer.objects.filter(client=client, key__in={one.key for one in orders if one.key})
    return _Asking(
        person, client, {one.number: one for one in customers}, {**companies, "": Company.default()},
        frozenset(keys.values_list("key", flat=True)),
    )  # fmt: skip


@router.post("/checks/many", response={200: ManyChecked, **REFUSALS}, summary="一次检查多张订单")
@needs_scope("credit:check")
def checked_many(request: HttpRequest, new: ManyChecks) -> Any:
    """Check many orders, each as if it had come alone; what stands against one does not stop the others.

    `key` of an order does what `Idempotency-Key` does for a request with one.
    """
    asking = _asking(caller(request), f"token {token_of(request).pk}", new.orders)
    try:
        with transaction.atomic():
            return {"answers": _answers(asking, new.orders)}
    except OperationalError:  # it waited for another request that waited for it, by what accounts share
        return {"answers": _answers(asking, new.orders)}


def _answers(asking: _Asking, orders: Sequence[KeyedCheck]) -> list[dict[str, Any]]:
    """Answer all, by customer, so that two requests lock the accounts in one order."""
    moving = {one.customer for one in orders if one.single_limit is not None}  # what is granted to them moves
    at_hand = {number: one for number, one in asking.customers.items() if number not in moving}
    numbers = [(at_hand[one.customer].pk, one.number) for one in orders if one.customer in at_hand]
    turns = sorted(range(len(orders)), key=lambda turn: orders[turn].customer)
    with reading(at_hand.values(), numbers, on=timezone.localdate()):
        told = {turn: asking.answer(orders[turn]) for turn in turns}
    return [told[turn] for turn in range(len(orders))]
