"""Checking an order, and letting one pass that the rules stop."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.credit.actions.deciding import deciders, procedure
from xinheng.credit.actions.trying import attempt, told, under_policy
from xinheng.credit.core import holds
from xinheng.credit.core.accounts import locked, open_account
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Grant, Hold, OrderCheck
from xinheng.credit.rules.fired import Fired
from xinheng.credit.rules.looking import look
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand
from xinheng.workflow.queries import open_round

PROCEDURE = "credit.release"


@act
def check_order(
    customer: Customer, *, number: str, amount: int, by: Person, on: date, terms_days: int | None = None,
    company: Company | None = None, currency: str = BASE, single: Grant | None = None,
) -> OrderCheck:  # fmt: skip
    """Hold an order (cents) against the policy, and reserve for it where nothing stops it.

    A number that was checked before is an order that was changed: what is reserved for it counts for it, so that only
    what it grew by is checked anew.
    """
    demand(by, "credit.check", customer)
    number = number.strip()
    if not number or len(number) > 40:
        raise Refusal(_("请写订单号, 不超过 40 个字。"))
    if amount <= 0:
        raise Refusal(_("订单金额要大于 0。"))
    account = under_policy(open_account(customer, company=company, currency=currency), by=by, on=on)
    before = OrderCheck.objects.filter(account=account, number=number).exclude(state=OrderCheck.State.DROPPED).first()
    if before is not None:
        before = _locked(before)
    if before is not None and open_round(before, PROCEDURE) is not None:
        raise Refusal(_("订单 {number} 正在申请特批, 办完以前不能改。请先撤回特批。").format(number=number))
    checked = before or OrderCheck(account=account, number=number, asked_on=on)
    was = {"amount": yuan(checked.amount), "state": checked.state} if before is not None else None
    if before is not None and (checked.amount < amount or checked.terms_days != terms_days):
        checked.let_pass, checked.approved_by, checked.approved_until = {}, None, None
    checked.amount, checked.terms_days, checked.asked_by = amount, terms_days, by
    attempt(checked, by=by, on=on, single=single)
    record(
        "credit.amend" if was else "credit.check", checked, by=by, about=customer, clause=_clauses(checked), before=was,
        after=told(checked),
    )  # fmt: skip
    return checked


def _clauses(checked: OrderCheck) -> str:
    return "; ".join(dict.fromkeys(one["clause"] for one in checked.found if one["clause"]))


@act
def drop_order(checked: OrderCheck, *, by: Person, on: date, why: str) -> OrderCheck:
    """Give an order up: what is still reserved for it is free."""
    demand(by, "credit.check", checked.customer)
    checked = _locked(checked)
    if checked.state == OrderCheck.State.DROPPED:
        raise Refusal(_("订单 {number} 的检查已取消。").format(number=checked.number))
    if open_round(checked, PROCEDURE) is not None:
        raise Refusal(_("订单 {number} 正在申请特批。请先撤回特批。").format(number=checked.number))
    if not why.strip():
        raise Refusal(_("请写明原因。"))
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
    checked = _locked(checked)
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
        "credit.ask_release", checked, by=by, about=checked.customer, why=reason.strip(), clause=_clauses(checked),
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
    checked = _locked(checked)
    if outcome != Stand.AGREED:
        record("credit.refuse_release", checked, by=by, about=checked.customer, after={"outcome": outcome})
        return
    stopping = [one for one in checked.found if one["strength"] != "remind"]
    checked.let_pass = _as_found(stopping)
    days = min((one["release_days"] for one in stopping if one["release_days"]), default=1)
    checked.approved_by = by if isinstance(by, Person) else None
    checked.approved_until = on + timedelta(days)
    if checked.is_waiting:
        attempt(checked, by=by, on=on)
    record(
        "credit.release", checked, by=by, about=checked.customer, clause=_clauses(checked),
        after=told(checked) | {"rules": list(checked.let_pass), "until": checked.approved_until},
    )  # fmt: skip


def _as_found(stopping: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Give, by rule, the most that was found of it: so much and no more is let pass."""
    told: dict[str, dict[str, int]] = {}
    for one in stopping:
        most = told.setdefault(one["rule"], {"over": 0, "days": 0})
        most["over"], most["days"] = max(most["over"], one["over"]), max(most["days"], one["days"])
    return told


def _locked(checked: OrderCheck) -> OrderCheck:
    """Give a check as it is now; its account is locked first, as whoever frees an order by a payment does."""
    locked(checked.account)
    found: OrderCheck = (
        OrderCheck.objects.select_for_update(of=("self",))
        .select_related("account__customer", "hold")
        .get(pk=checked.pk)
    )
    return found
