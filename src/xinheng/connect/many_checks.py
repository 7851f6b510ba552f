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
from xinheng.credit.rules.at_hand import reading
from xinheng.customers.models import Customer
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
    person: Person
    client: str
    customers: dict[str, Customer]

    def answer(self, asked: KeyedCheck) -> dict[str, Any]:
        customer = self.customers.get(asked.customer)
        if customer is None:
            what = _("没有这个对象, 或者它不在令牌可见的范围内。")
            return {"number": asked.number, "status": 404, "what": what}
        new = NewCheck(**asked.dict(exclude={"key"}))
        try:
            check = answer_to(new, customer, self.person, client=self.client, key=asked.key)
        except Refusal as refused:
            return {"number": asked.number, "status": 409, "what": refused.message}
        return {"number": asked.number, "status": 200, "check": check}


@router.post("/checks/many", response={200: ManyChecked, **REFUSALS}, summary="一次检查多张订单")
@needs_scope("credit:check")
def checked_many(request: HttpRequest, new: ManyChecks) -> Any:
    """Check many orders, each as if it had come alone; what stands against one does not stop the others.

    `key` of an order does what `Idempotency-Key` does for a request with one.
    """
    person, day = caller(request), timezone.localdate()
    numbers = {one.customer for one in new.orders}
    customers = {one.number: one for one in Customer.objects.visible_to(person).filter(number__in=numbers)}
    asking = _Asking(person, f"token {token_of(request).pk}", customers)
    moving = {one.customer for one in new.orders if one.single_limit is not None}  # what is granted to them moves
    with reading([one.pk for number, one in customers.items() if number not in moving], on=day):
        return {"answers": _answers(asking, new.orders)}


def _answers(asking: _Asking, orders: Sequence[KeyedCheck]) -> list[dict[str, Any]]:
    """Answer all in one transaction, by customer, so that two requests lock the accounts in one order.

    Should they wait for each other all the same (by what accounts share), the orders are taken one by one.
    """
    turns = sorted(range(len(orders)), key=lambda turn: orders[turn].customer)
    try:
        with transaction.atomic():
            told = {turn: asking.answer(orders[turn]) for turn in turns}
    except OperationalError:
        told = {turn: asking.answer(orders[turn]) for turn in turns}
    return [told[turn] for turn in range(len(orders))]
