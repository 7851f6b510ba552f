"""One attempt at an order: the rules, then the reservation, which alone decides whether there is room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.model.defaults import lasting
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.credit.core import exposure, holds
from xinheng.credit.core.accounts import refresh
from xinheng.credit.core.holds import Short
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Account, Grant, Hold, OrderCheck
from xinheng.credit.rules import Examined, Verdict, examine, look
from xinheng.credit.rules.at_hand import version_on
from xinheng.credit.rules.fired import Fired, money
from xinheng.policies.models import Version
from xinheng.policies.queries import policy_of
from xinheng.upkeep.rows import insert_one

COUNTED = {
    "open_orders": "open_orders",
    "delivered_not_invoiced": "delivered",
    "receivables": "receivables",
    "overdue_receivables": "receivables",
    "prepayments": "prepayment",
    "deposits": "deposit",
}
"""What a policy counts, and the part of the account that keeps it; what is overdue is a part of what is owed."""


def counted_by(version: Version | None) -> tuple[str, ...]:
    """Give the parts that a policy counts against the limit; all where none says anything."""
    policy = policy_of(version) if version is not None else None
    told = policy.credit.exposure if policy is not None and policy.credit is not None else ()
    parts = {COUNTED[name] for name in told if name in COUNTED}
    return tuple(part for part in Account.PARTS if part in parts) or Account.PARTS


def under_policy(account: Account, *, by: Actor, on: date) -> Account:
    """Let an account count what the policy in force on a day counts."""
    parts = counted_by(version_on(on))
    if account.counted != frozenset(parts):
        exposure.count(account, parts, by=by, on=on)
        account.refresh_from_db()
    return account


def examined(checked: OrderCheck, *, on: date, single: Grant | None = None) -> Examined:
    """Hold an order against the rules as of a day, with what is reserved for it, counts of it, and was approved."""
    hold = checked.hold if checked.hold is not None and _goes_on(checked.hold, on) else None
    case = look(checked.account, checked.amount - _done(checked), on=on, terms_days=checked.terms_days, hold=hold)
    valid = checked.approved_until is not None and on < checked.approved_until
    return examine(case, let_pass=checked.let_pass if valid else None, single=single)


def attempt(checked: OrderCheck, *, by: Actor, on: date, single: Grant | None = None) -> Examined:
    """Examine an order and reserve for it where nothing stops it; the check is stored as it comes out."""
    found = examined(checked, on=on, single=single)
    case, told, verdict = found.case, list(found.found), found.verdict
    if verdict in (Verdict.PASSED, Verdict.REMINDED):
        got = _reserved(checked, case.amount, case.hold, found, by, on)
        if isinstance(got, Short):
            verdict, told = Verdict.HELD, [*told, _overtaken(got)]
        else:
            if got is not None and checked.hold is not None and got.pk != checked.hold.pk:
                checked.done += checked.hold.used
            checked.hold = got
    checked.state, checked.found = verdict.value, [one.as_json() for one in told]
    checked.policy = str(case.version) if case.version is not None else ""
    _store(checked)
    return found


def _store(checked: OrderCheck) -> None:
    if checked.pk is not None:
        checked.save()
    elif not insert_one(checked, unless_known=True):
        raise Refusal(_("订单 {number} 刚被另一次检查登记。请刷新后再看。").format(number=checked.number))


def _done(checked: OrderCheck) -> int:
    """Give what of an order was used, or counts in the ledger, by now: it is not checked again."""
    return checked.done + (checked.hold.used if checked.hold is not None else 0)


def _goes_on(hold: Hold, on: date) -> bool:
    return hold.state == Hold.State.OPEN and (hold.until_day is None or hold.until_day > on)


def _reserved(
    checked: OrderCheck, amount: int, hold: Hold | None, found: Examined, by: Actor, on: date
) -> Hold | Short | None:
    until = checked.approved_until if found.released else on + timedelta(lasting(found.case.policy, "hold").days)
    if hold is not None:
        return holds.amend(hold, hold.used + amount, by=by, on=on, beyond=found.beyond, until_day=until)
    if amount <= 0:
        return checked.hold
    return holds.reserve(
        checked.account, amount, by=by, on=on, document=checked.number, until_day=until, beyond=found.beyond
    )


def _overtaken(short: Short) -> Fired:
    """Say that others were faster between the look and the reservation, or that the account was frozen meanwhile."""
    said = (
        _("额度刚被冻结。")
        if short.reason == "frozen"
        else _("余额刚被其他订单占用, 还差 {missing} 元。").format(missing=money(short.missing))
    )
    return Fired(
        "overtaken", "over_limit", _("额度刚被占用"), "approve", said, _("有余额时自动复查。"), over=short.missing
    )  # fmt: skip


def told(checked: OrderCheck) -> dict[str, Any]:
    """Give a check for the record."""
    account = checked.account
    refresh(account)
    return {
        "number": checked.number, "amount": yuan(checked.amount), "state": checked.state,
        "rules": [one["rule"] for one in checked.found], "limit": yuan(account.granted), "used": yuan(account.used),
        "reserved": yuan(account.reserved),
    }  # fmt: skip
