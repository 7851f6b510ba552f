"""Goods before they go out: kept back where the policy says so, let go by special approval, and freed by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.credit.actions.books import check_of
from xinheng.credit.actions.checks import as_found, lasts
from xinheng.credit.actions.deciding import deciders, procedure
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.models import DeliveryStop
from xinheng.credit.rules.delivering import found_of, going
from xinheng.credit.rules.examining import Verdict, verdict_of
from xinheng.credit.rules.fired import Fired
from xinheng.ledger.actions.orders import locked
from xinheng.ledger.models import ZERO, Order
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.workflow.actions import cancel_round, open_item, start
from xinheng.workflow.acts import Kind, Stand
from xinheng.workflow.queries import open_round

PROCEDURE = "credit.delivery"
STATES = {Verdict.HELD: DeliveryStop.State.HELD, Verdict.BLOCKED: DeliveryStop.State.BLOCKED}


def left_to_deliver(order: Order) -> Decimal:
    """Give what counts of an order and has not gone out."""
    if order.reversed_on:
        return ZERO
    return sum((line.not_given_up - line.delivered for line in order.lines.all() if not line.is_waiting), ZERO)


def stop_of(order: Order) -> DeliveryStop | None:
    """Give what is known of an order whose goods were kept back."""
    rows = DeliveryStop.objects.select_related("account__customer", "order__customer", "asked_by", "approved_by")
    return rows.filter(order=order.pk).first()


def against(order: Order, goods: Decimal, *, on: date, stop: DeliveryStop | None = None) -> tuple[Fired, ...]:
    """Give what stands against goods of an order on a day, reminders too: nothing of what was approved and still holds.

    What was approved of the order holds for its goods.
    """
    let_pass: dict[str, Any] = {}
    for approved in (check_of(order), stop or stop_of(order)):
        if approved is not None and approved.approved_until is not None and on < approved.approved_until:
            let_pass |= approved.let_pass
    return found_of(going(order, cents(goods), on=on), let_pass)


@act
def keep_back(order: Order, goods: Decimal, *, by: Actor, on: date) -> DeliveryStop:
    """Write down that goods of an order were kept back, so that those see it who may let them go."""
    order = locked(order)
    stop = stop_of(order) or _new(order)
    if open_round(stop, PROCEDURE) is None:
        stop.asked_by, stop.asked_on, stop.goods = by if isinstance(by, Person) else None, on, cents(goods)
        _store(stop, against(order, goods, on=on, stop=stop), on)
    record("credit.keep_back", stop, by=by, about=order.customer, clause=stop.clauses, after=told(stop))
    return stop


@act
def ask_to_deliver(order: Order, *, reason: str, by: Person, on: date) -> DeliveryStop:
    """Ask that goods go out although rules keep them back; all whom the rules name must agree."""
    demand(by, "credit.check", order.customer)
    order = locked(order)
    left = left_to_deliver(order)
    if not left:
        raise Refusal(_("订单 {number} 没有要发的货。").format(number=order.number))
    if not reason.strip():
        raise Refusal(_("请写明理由。"))
    stop = stop_of(order) or _new(order)
    if open_round(stop, PROCEDURE) is not None:
        raise Refusal(_("订单 {number} 的发货正在申请特批。").format(number=order.number))
    stop.goods, stop.asked_by, stop.asked_on = cents(left), by, on
    case = going(order, stop.goods, on=on)
    _store(stop, against(order, left, on=on, stop=stop), on)
    if not stop.is_waiting or case.policy is None:
        raise Refusal(_("订单 {number} 现在可以发货, 不必特批。").format(number=order.number))
    roles = deciders([Fired(**one) for one in stop.found])
    record(
        "credit.ask_to_deliver", stop, by=by, about=order.customer, why=reason.strip(), clause=stop.clauses,
        after=told(stop),
    )  # fmt: skip
    start(
        stop, procedure(PROCEDURE, case.policy, roles, _("特批发货")), by=by, on=on, about=order.customer,
        title=_("特批发货 {number}: {customer}").format(number=order.number, customer=order.customer.name),
        clause=next(iter(roles.values())), why=reason.strip(),
    )  # fmt: skip
    return stop


def decided(stop: DeliveryStop, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: agreed, the goods may go out as far and as long as was agreed."""
    stop = DeliveryStop.objects.select_for_update(of=("self",)).get(pk=stop.pk)
    if outcome != Stand.AGREED:
        record("credit.refuse_delivery", stop, by=by, about=stop.customer, after={"outcome": outcome})
        return
    days = lasts(stop.stopping)
    stop.let_pass = as_found(stop.stopping, stop.goods, days)
    stop.approved_by, stop.approved_until = by if isinstance(by, Person) else None, on + timedelta(days)
    stop.state = DeliveryStop.State.RELEASED
    stop.save()
    record(
        "credit.release_delivery", stop, by=by, about=stop.customer, clause=stop.clauses,
        after=told(stop) | {"until": stop.approved_until},
    )  # fmt: skip


def examine_stops(accounts: Iterable[int], *, on: date) -> None:
    """Examine the goods again that are kept back on some accounts (by key): those that may go out now are free."""
    rows = DeliveryStop.objects.filter(_goes_on(), account__in=list(accounts)).order_by("account", "pk")
    for key in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            _examine_stop(key, on)


def _goes_on() -> Q:
    return Q(state__in=(*DeliveryStop.WAITING, DeliveryStop.State.RELEASED))


def _examine_stop(key: int, on: date) -> None:
    rows = DeliveryStop.objects.select_for_update(of=("self",)).filter(_goes_on(), pk=key)
    stop = rows.select_related("account__customer", "order__customer").first()
    if stop is None:  # somebody else was faster
        return
    left = left_to_deliver(stop.order)
    if not left:
        end_stop(stop, on=on)
    elif stop.is_waiting and verdict_of(against(stop.order, _wanted(stop, left), on=on, stop=stop)) not in STATES:
        free_goods(stop, on=on)


def _wanted(stop: DeliveryStop, left: Decimal) -> Decimal:
    return min(left, yuan(stop.goods))


@act
def free_goods(stop: DeliveryStop, *, on: date) -> DeliveryStop:
    """Let goods go that were kept back, and tell whoever wanted to send them."""
    _cancel(stop, on, _("拦下发货的原因已消除"))
    before = told(stop)
    stop.state, stop.found = DeliveryStop.State.FREED, []
    stop.save(update_fields=["state", "found"])
    record("credit.free_goods", stop, by=SYSTEM, about=stop.customer, before=before, after=told(stop))
    if stop.asked_by is not None:
        open_item(
            stop, by=SYSTEM, on=on, act="read", kind=Kind.READ, person=stop.asked_by, about=stop.customer,
            title=_("订单 {number} 可以发货了: {customer}").format(
                number=stop.order.number, customer=stop.customer.name
            ),
        )  # fmt: skip
    return stop


@act
def end_stop(stop: DeliveryStop, *, on: date) -> DeliveryStop:
    """Take note that nothing of an order is left to go out: it went, was given up, or the order was reversed."""
    _cancel(stop, on, _("订单没有要发的货了"))
    before = told(stop)
    went = not stop.order.reversed_on and any(line.delivered for line in stop.order.lines.all())
    stop.state = DeliveryStop.State.DONE if went else DeliveryStop.State.DROPPED
    stop.save(update_fields=["state"])
    record("credit.end_stop", stop, by=SYSTEM, about=stop.customer, before=before, after=told(stop))
    return stop


def _cancel(stop: DeliveryStop, on: date, why: str) -> None:
    round = open_round(stop, PROCEDURE)
    if round is not None:
        cancel_round(round, by=SYSTEM, on=on, why=why)


def _new(order: Order) -> DeliveryStop:
    account = open_account(order.customer, company=order.company, currency=order.currency)
    return DeliveryStop(order=order, account=account)


def _store(stop: DeliveryStop, found: tuple[Fired, ...], on: date) -> None:
    case = going(stop.order, stop.goods, on=on)
    stop.found = [one.as_json() for one in found]
    stop.state = STATES.get(verdict_of(found), DeliveryStop.State.FREED)
    stop.policy = str(case.version) if case.version is not None else ""
    stop.save()


def told(stop: DeliveryStop) -> dict[str, Any]:
    """Give it for the record."""
    return {
        "number": stop.order.number, "goods": yuan(stop.goods), "state": stop.state,
        "rules": [one["rule"] for one in stop.found],
    }  # fmt: skip
