"""Orders that wait are examined again by themselves when a payment, a limit or a grade changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, act, record
from xinheng.credit.actions.books import follow, let_stand, order_of
from xinheng.credit.actions.checks import locked_check
from xinheng.credit.actions.deliveries import examine_stops
from xinheng.credit.actions.trying import attempt, examined, told, under_policy
from xinheng.credit.models import Account, OrderCheck, Pool
from xinheng.credit.rules import Verdict
from xinheng.ledger.models import Order
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import Kind


def examine_again(accounts: Iterable[int], *, on: date) -> list[OrderCheck]:
    """Examine the orders that wait on some accounts (by key), the longest waiting first; give those that pass now.

    Orders of others that wait for a limit which these accounts share are examined once this is stored: each on its own,
    as they lie on accounts that somebody else may just be using. Goods that are kept back are examined again, too.
    """
    keys = list(accounts)
    examine_stops(keys, on=on)
    rows = OrderCheck.objects.filter(account__in=keys, state__in=OrderCheck.WAITING).order_by("account", "pk")
    freed = _examined(rows, on)
    if Account.objects.filter(pk__in=keys, is_pooled=True).exists():
        transaction.on_commit(partial(_examine_sharers, keys, on), robust=True)
    return freed


def _examined(rows: QuerySet[OrderCheck], on: date) -> list[OrderCheck]:
    waiting = rows.select_related("account__customer", "hold", "asked_by")
    return [checked for checked in waiting if _is_free(checked, on) and not free_it(checked, on=on).is_waiting]


def _examine_sharers(accounts: list[int], on: date) -> None:
    shared = Pool.objects.filter(members__in=accounts, ended_on__isnull=True)
    members = Account.objects.filter(pools__in=shared.values("pk")).exclude(pk__in=accounts)
    waiting = OrderCheck.objects.filter(account__in=members.values("pk"), state__in=OrderCheck.WAITING).order_by("pk")
    short = [pk for pk, found in waiting.values_list("pk", "found") if any(_is_of_others(one) for one in found)]
    _examined(waiting.filter(pk__in=short), on)


def _is_of_others(one: dict[str, Any]) -> bool:
    return bool(one["type"] == "over_limit" and (one["scope"] != "customer" or one["rule"] == "overtaken"))


def _is_free(checked: OrderCheck, on: date) -> bool:
    """Say whether the rules let an order pass by now, before anything is written of it.

    One that somebody else has locked is left to him: he waits for the account, and then examines it himself.
    """
    checked.account.refresh_from_db()
    found = order_of(checked.account, checked.number)
    if found is not None and not _is_ours(found.order):
        return False
    follow(checked, found)
    return examined(checked, on=on).verdict in (Verdict.PASSED, Verdict.REMINDED)


def _is_ours(order: Order) -> bool:
    """Lock an order where nobody else has; who has the order and wants the account is never waited for by who has that."""
    try:
        with transaction.atomic():
            return bool(Order.objects.select_for_update(of=("self",), nowait=True).filter(pk=order.pk))
    except OperationalError:
        return False


@act
def free_it(checked: OrderCheck, *, on: date) -> OrderCheck:
    """Examine an order that waits once more; let what waits of it in the ledger count where it passes."""
    checked = locked_check(checked)
    before = told(checked)
    under_policy(checked.account, by=SYSTEM, on=on)
    waited = checked.is_waiting
    if waited:
        found = order_of(checked.account, checked.number)
        follow(checked, found)
        attempt(checked, by=SYSTEM, on=on)
        let_stand(checked, found, by=SYSTEM, on=on)
    record("credit.check", checked, by=SYSTEM, about=checked.customer, before=before, after=told(checked))
    if waited and not checked.is_waiting and checked.asked_by is not None:
        open_item(
            checked, by=SYSTEM, on=on, act="read", kind=Kind.READ, person=checked.asked_by, about=checked.customer,
            title=_("订单 {number} 已自动放行: {customer}").format(
                number=checked.number, customer=checked.customer.name
            ),
        )  # fmt: skip
    return checked
