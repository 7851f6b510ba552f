"""Checking an order, and letting one pass that the rules stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from creditpolicy.model.defaults import RELEASE_DAYS
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.credit.actions.books import InBooks, follow, let_stand, order_of
from xinheng.credit.actions.deciding import deciders, procedure
from xinheng.credit.actions.trying import attempt, told, under_policy
from xinheng.credit.core import holds
from xinheng.credit.core.accounts import locked
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Account, Grant, Hold, OrderCheck
from xinheng.credit.rules.at_hand import account_of, is_fresh
from xinheng.credit.rules.examining import let_grow
from xinheng.credit.rules.fired import Fired
from xinheng.credit.rules.looking import look
from xinheng.customers.models import Customer
from xinheng.ledger.actions import give_up
from xinheng.ledger.actions.orders import locked as locked_order
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.upkeep.prepared import prepared
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand
from xinheng.workflow.queries import open_round

PROCEDURE = "credit.release"


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it is asked for: its number, all that it comes to (cents), and the terms."""

    number: str
    amount: int
    terms_days: int | None = None


@act
def check_order(
    customer: Customer, *, number: str, amount: int, by: Person, on: date, terms_days: int | None = None,
    company: Company | None = None, currency: str = BASE, single: Grant | None = None,
) -> OrderCheck:  # fmt: skip
    """Hold an order (cents) against the policy, and reserve for it where nothing stops it.

    A number that was checked before is an order that was changed: what is reserved for it, and what of it counts in the
    ledger, is not asked for again, so that only what it grew by is checked anew.
    """
    demand(by, "credit.check", customer)
    number = number.strip()
    if not number or len(number) > 40:
        raise Refusal(_("请写订单号, 不超过 40 个字。"))
    if amount <= 0:
        raise Refusal(_("订单金额要大于 0。"))
    account = under_policy(account_of(customer, company, currency), by=by, on=on)
    found = order_of(account, number)
    if found is not None and found.waiting and found.counts + found.waiting != amount:
        raise Refusal(
            _("订单 {number} 已录入, 金额 {amount} 元。要改金额请在往来的订单里追加或取消。").format(
                number=number, amount=yuan(found.counts + found.waiting)
            )
        )
    checked = hold_against(account, Asked(number, amount, terms_days), found, by=by, on=on, single=single)
    let_stand(checked, found, by=by, on=on)
    return checked


def hold_against(
    account: Account, asked: Asked, found: InBooks | None, *, by: Actor, on: date, single: Grant | None = None
) -> OrderCheck:
    """Hold an order against the rules under its number, and write it down; in the caller's act."""
    before = None if is_fresh(account.customer_id, asked.number) else _goes_on.first(account.pk, asked.number)
    if before is not None:
        before = locked_check(before)
        not_in_approval(before)
    checked = before or OrderCheck(account=account, number=asked.number, asked_on=on)
    was = {"amount": yuan(checked.amount), "state": checked.state} if before is not None else None
    if before is not None and (asked.amount > _approved(checked) or checked.terms_days != asked.terms_days):
        checked.let_pass, checked.approved_by, checked.approved_until = {}, None, None
    checked.amount, checked.terms_days = asked.amount, asked.terms_days
    checked.asked_by = by if isinstance(by, Person) else None
    follow(checked, found)
    attempt(checked, by=by, on=on, single=single)
    record(
        "credit.amend" if was else "credit.check", checked, by=by, about=account.customer, clause=checked.clauses,
        before=was, after=told(checked),
    )  # fmt: skip
    return checked


@prepared
def _goes_on(account: int, number: str) -> QuerySet[OrderCheck]:
    return OrderCheck.objects.filter(account=account, number=number).exclude(state="dropped")[:1]


def not_in_approval(checked: OrderCheck) -> None:
    """Refuse to change an order for which a special approval is being asked."""
    if open_round(checked, PROCEDURE) is not None:
        raise Refusal(_("订单 {number} 正在申请特批, 办完以前不能改。请先撤回特批。").format(number=checked.number))


@act
def drop_order(checked: OrderCheck, *, by: Person, on: date, why: str) -> OrderCheck:
    """Give an order up: what is still reserved for it is free, and what waits of it in the ledger is given up."""
    demand(by, "credit.check", checked.customer)
    checked = locked_check(checked)
    if checked.state == OrderCheck.State.DROPPED:
        raise Refusal(_("订单 {number} 的检查已取消。").format(number=checked.number))
    not_in_approval(checked)
    if not why.strip():
        raise Refusal(_("请写明原因。"))
    found = order_of(checked.account, checked.number)
    if found is None:
        return close(checked, by=by, on=on, why=why)
    if not found.waiting:
        raise Refusal(_("订单 {number} 已在往来里, 请在订单里取消余量或冲销。").format(number=checked.number))
    waiting = {line.pk: line.open_amount for line in found.order.lines.filter(is_waiting=True) if line.open_amount}
    give_up(found.order, parts=waiting, by=by, on=on, why=why)
    checked.refresh_from_db()
    return checked


def close(checked: OrderCheck, *, by: Actor, on: date, why: str) -> OrderCheck:
    """End a locked check: what is still reserved for its order is free, and others that wait are examined again."""
    before = told(checked)
    hold = checked.hold
    if hold is not None and hold.state == Hold.State.OPEN:
        if hold.until_day is not None and hold.until_day <= on:
            holds.pass_day(checked.account, by=by, on=on)
        else:
            holds.release(hold, by=by, on=on, why=why)
    checked.state = OrderCheck.State.DROPPED
    checked.save(update_fields=["state"])
    record(
        "credit.drop", checked, by=by, about=checked.customer, why=why, before=before, after={"state": checked.state}
    )
    from xinheng.credit.actions.held import examine_again

    examine_again([checked.account_id], on=on)
    return checked


@act
def ask_release(checked: OrderCheck, *, reason: str, by: Person, on: date) -> OrderCheck:
    """Ask that an order be let pass although rules stop it; all whom the rules name must agree."""
    demand(by, "credit.check", checked.customer)
    checked = locked_check(checked)
    if not checked.is_waiting:
        raise Refusal(
            _("订单 {number} 的检查{state}, 不必特批。").format(
                number=checked.number, state=checked.get_state_display()
            )
        )
    if not reason.strip():
        raise Refusal(_("请写明理由。"))
    policy = look(checked.account, checked.amount, on=on).policy
    if policy is None:
        raise Refusal(_("没有现行制度, 不知道谁可以放行。"))
    roles = deciders([Fired(**one) for one in checked.found])
    record(
        "credit.ask_release", checked, by=by, about=checked.customer, why=reason.strip(), clause=checked.clauses,
        after={"rules": [one["rule"] for one in checked.found]},
    )  # fmt: skip
    start(
        checked, procedure(PROCEDURE, policy, roles, _("特批放行")), by=by, on=on, about=checked.customer,
        title=_("特批订单 {number}: {customer}").format(number=checked.number, customer=checked.customer.name),
        clause=next(iter(roles.values())), why=reason.strip(),
    )  # fmt: skip
    return checked


def decided(checked: OrderCheck, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: agreed, the order passes as far and as long as was agreed, and is reserved for."""
    checked = locked_check(checked)
    if outcome != Stand.AGREED:
        record("credit.refuse_release", checked, by=by, about=checked.customer, after={"outcome": outcome})
        return
    days = lasts(checked.stopping)
    checked.let_pass = as_found(checked.stopping, checked.amount, days)
    checked.approved_by = by if isinstance(by, Person) else None
    checked.approved_until = on + timedelta(days)
    if checked.is_waiting:
        found = order_of(checked.account, checked.number)
        follow(checked, found)
        attempt(checked, by=by, on=on)
        let_stand(checked, found, by=by, on=on)
    record(
        "credit.release", checked, by=by, about=checked.customer, clause=checked.clauses,
        after=told(checked) | {"rules": list(checked.let_pass), "until": checked.approved_until},
    )  # fmt: skip


def lasts(stopping: Sequence[Mapping[str, Any]]) -> int:
    """Give the days for which rules may be let pass, by the strictest of them."""
    return min((one["release_days"] for one in stopping if one["release_days"]), default=RELEASE_DAYS)


def as_found(stopping: Sequence[Mapping[str, Any]], amount: int, days: int) -> dict[str, dict[str, int]]:
    """Give, by rule, the most that was found of it and the amount (cents): so much is let pass, and what that may grow.

    What is late grows older by itself for the `days` that the approval holds.
    """
    told: dict[str, dict[str, int]] = {}
    within = let_grow(amount, stopping)
    for one in stopping:
        most = told.setdefault(one["rule"], {"over": 0, "days": 0, "amount": amount, "within": within})
        most["over"], most["days"] = max(most["over"], one["over"]), max(most["days"], one["days"] + days)
    return told


def _approved(checked: OrderCheck) -> int:
    """Give the amount (cents) up to which an order is the one that was approved."""
    return min((one["amount"] + one["within"] for one in checked.let_pass.values()), default=checked.amount)


def locked_check(checked: OrderCheck) -> OrderCheck:
    """Give a check as it is now; its order and its account are locked first, as whoever frees it by a payment does."""
    order = order_of(checked.account, checked.number)
    if order is not None:
        locked_order(order.order)
    locked(checked.account)
    found: OrderCheck = (
        OrderCheck.objects.select_for_update(of=("self",))
        .select_related("account__customer", "hold")
        .get(pk=checked.pk)
    )
    return found
